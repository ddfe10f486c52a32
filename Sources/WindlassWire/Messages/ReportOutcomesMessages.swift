internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// `Clusters.ReportOutcomes`
public struct ReportOutcomesRequest: WireMessage {
  public var cluster: ClusterName
  public var epoch: UInt64
  /// At most 500.
  public var reports: [ReportedOutcome]

  public init(cluster: ClusterName, epoch: UInt64, reports: [ReportedOutcome]) {
    self.cluster = cluster
    self.epoch = epoch
    self.reports = reports
  }
}

public struct ReportOutcomesResponse: WireMessage {
  /// One for each report, in their order.
  public var results: [Result]
  /// The log's next position after them.
  public var position: UInt64

  public init(results: [Result], position: UInt64) {
    self.results = results
    self.position = position
  }

  public struct Result: Equatable, Sendable {
    public var id: String
    public var kind: Kind
    public var message: String

    public init(id: String, kind: Kind, message: String = "") {
      self.id = id
      self.kind = kind
      self.message = message
    }

    public enum Kind: Equatable, Sendable, CaseIterable {
      case recorded
      /// Changed nothing: late, repeated or not awaited.
      case ignored
      case refused
      /// The epoch is over; stop.
      case fenced
      /// Not recorded or unknown: send again with the same id.
      case retry
    }
  }
}

extension ReportOutcomesRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__report_outcomes_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__ReportOutcomesRequest) throws(WireError) {
    unsafe self.init(
      cluster: try ClusterName(wire: string(m.cluster), "cluster"), epoch: m.epoch,
      reports: try ReportedOutcome.list(m.n_reports, m.reports, "reports"))
  }

  func packed(in arena: Arena) -> Windlass__V1__ReportOutcomesRequest {
    unsafe Windlass__V1__ReportOutcomesRequest(
      base: Self.wireType.base, cluster: arena.string(cluster.text), epoch: epoch,
      n_reports: reports.count, reports: arena.list(reports))
  }
}

extension ReportOutcomesResponse: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__report_outcomes_response__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__ReportOutcomesResponse) throws(WireError) {
    unsafe self.init(
      results: try Result.list(m.n_results, m.results, "results"), position: m.position)
  }

  func packed(in arena: Arena) -> Windlass__V1__ReportOutcomesResponse {
    unsafe Windlass__V1__ReportOutcomesResponse(
      base: Self.wireType.base, n_results: results.count, results: arena.list(results),
      position: position)
  }
}

extension ReportOutcomesResponse.Result: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__report_outcomes_response__result__init)

  init(wire m: Windlass__V1__ReportOutcomesResponse__Result) throws(WireError) {
    unsafe self.init(
      id: string(m.id), kind: try Kind.required(m.kind, "kind"), message: string(m.message))
  }

  func packed(in arena: Arena) -> Windlass__V1__ReportOutcomesResponse__Result {
    unsafe Windlass__V1__ReportOutcomesResponse__Result(
      base: Self.wireType.base, id: arena.string(id), kind: kind.wire,
      message: arena.string(message))
  }
}
