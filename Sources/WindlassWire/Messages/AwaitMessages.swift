internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// `Rollouts.Await`: the progress of an attempt until it has a verdict.
public struct AwaitRequest: WireMessage {
  public var application: ApplicationName
  public var cluster: ClusterName
  /// `nil`: the latest.
  public var attempt: AttemptNumber?
  /// Only updates past this version of the rollout's stream.
  public var afterVersion: UInt64

  public init(
    application: ApplicationName, cluster: ClusterName, attempt: AttemptNumber? = nil,
    afterVersion: UInt64 = 0
  ) {
    self.application = application
    self.cluster = cluster
    self.attempt = attempt
    self.afterVersion = afterVersion
  }
}

/// One step of an attempt's progress.
public struct AwaitUpdate: WireMessage {
  public var attempt: AttemptNumber?
  public var version: UInt64
  /// progressing, paused, ...
  public var phase: String
  /// What it waits for, as a person would say it.
  public var message: String
  /// Present on the last update.
  public var verdict: Verdict?
  public var revision: RevisionNumber?
  public var waitsForPerson: Bool

  public init(
    attempt: AttemptNumber?, version: UInt64, phase: String, message: String,
    verdict: Verdict? = nil, revision: RevisionNumber? = nil, waitsForPerson: Bool = false
  ) {
    self.attempt = attempt
    self.version = version
    self.phase = phase
    self.message = message
    self.verdict = verdict
    self.revision = revision
    self.waitsForPerson = waitsForPerson
  }
}

extension AwaitRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__await_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__AwaitRequest) throws(WireError) {
    unsafe self.init(
      application: try ApplicationName(wire: string(m.application), "application"),
      cluster: try ClusterName(wire: string(m.cluster), "cluster"),
      attempt: AttemptNumber(optional: m.attempt), afterVersion: m.after_version)
  }

  func packed(in arena: Arena) -> Windlass__V1__AwaitRequest {
    unsafe Windlass__V1__AwaitRequest(
      base: Self.wireType.base, application: arena.string(application.text),
      cluster: arena.string(cluster.text), attempt: attempt.wire, after_version: afterVersion)
  }
}

extension AwaitUpdate: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__await_update__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__AwaitUpdate) throws(WireError) {
    unsafe self.init(
      attempt: AttemptNumber(optional: m.attempt), version: m.version, phase: string(m.phase),
      message: string(m.message), verdict: try Verdict.optional(m.verdict, "verdict"),
      revision: RevisionNumber(optional: m.revision), waitsForPerson: m.waits_for_person != 0)
  }

  func packed(in arena: Arena) -> Windlass__V1__AwaitUpdate {
    unsafe Windlass__V1__AwaitUpdate(
      base: Self.wireType.base, attempt: attempt.wire, version: version, phase: arena.string(phase),
      message: arena.string(message), verdict: arena.pointer(verdict), revision: revision.wire,
      waits_for_person: flag(waitsForPerson))
  }
}
