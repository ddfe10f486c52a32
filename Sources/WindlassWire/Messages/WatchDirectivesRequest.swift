internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// `Clusters.WatchDirectives`: every directive of the cluster once, then each that changes.
public struct WatchDirectivesRequest: WireMessage {
  public var cluster: ClusterName
  public var epoch: UInt64
  /// What the agent still has, at most 10,000; only what is newer is sent.
  public var seen: [Seen]

  public init(cluster: ClusterName, epoch: UInt64, seen: [Seen] = []) {
    self.cluster = cluster
    self.epoch = epoch
    self.seen = seen
  }

  public struct Seen: Equatable, Sendable {
    public var application: ApplicationName
    public var version: UInt64

    public init(application: ApplicationName, version: UInt64) {
      self.application = application
      self.version = version
    }
  }
}

extension WatchDirectivesRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__watch_directives_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__WatchDirectivesRequest) throws(WireError) {
    unsafe self.init(
      cluster: try ClusterName(wire: string(m.cluster), "cluster"), epoch: m.epoch,
      seen: try Seen.list(m.n_seen, m.seen, "seen"))
  }

  func packed(in arena: Arena) -> Windlass__V1__WatchDirectivesRequest {
    unsafe Windlass__V1__WatchDirectivesRequest(
      base: Self.wireType.base, cluster: arena.string(cluster.text), epoch: epoch,
      n_seen: seen.count, seen: arena.list(seen))
  }
}

extension WatchDirectivesRequest.Seen: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__watch_directives_request__seen__init)

  init(wire m: Windlass__V1__WatchDirectivesRequest__Seen) throws(WireError) {
    unsafe self.init(
      application: try ApplicationName(wire: string(m.application), "application"),
      version: m.version
    )
  }

  func packed(in arena: Arena) -> Windlass__V1__WatchDirectivesRequest__Seen {
    unsafe Windlass__V1__WatchDirectivesRequest__Seen(
      base: Self.wireType.base, application: arena.string(application.text), version: version)
  }
}
