internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// One rollout as people and dashboards see it.
public struct RolloutView: WireMessage {
  public var application: ApplicationName
  public var cluster: ClusterName
  /// Version of the rollout's stream.
  public var version: UInt64
  /// How many of the log's events are folded in.
  public var position: UInt64
  public var stable: RevisionNumber?
  public var desired: RevisionNumber?
  /// healthy, progressing, paused, degraded, empty
  public var phase: String
  public var message: String
  /// Percent of traffic directed to `desired`, 0...100.
  public var weight: Int
  /// The running one.
  public var attempt: AttemptView?
  public var lastEnded: AttemptView?
  /// Newest first.
  public var revisions: [RevisionView]
  /// The window in force.
  public var window: RollbackWindow?
  /// `policy NAME`, `manifest` or empty.
  public var windowSource: String
  public var registration: ClusterRegistration?
  /// Of the cluster's current lease; 0: never claimed.
  public var epoch: UInt64
  public var now: Timestamp

  public init(
    application: ApplicationName, cluster: ClusterName, version: UInt64, position: UInt64,
    stable: RevisionNumber? = nil, desired: RevisionNumber? = nil, phase: String,
    message: String = "", weight: Int = 0, attempt: AttemptView? = nil,
    lastEnded: AttemptView? = nil, revisions: [RevisionView] = [], window: RollbackWindow? = nil,
    windowSource: String = "", registration: ClusterRegistration? = nil, epoch: UInt64 = 0,
    now: Timestamp
  ) {
    self.application = application
    self.cluster = cluster
    self.version = version
    self.position = position
    self.stable = stable
    self.desired = desired
    self.phase = phase
    self.message = message
    self.weight = weight
    self.attempt = attempt
    self.lastEnded = lastEnded
    self.revisions = revisions
    self.window = window
    self.windowSource = windowSource
    self.registration = registration
    self.epoch = epoch
    self.now = now
  }
}

extension RolloutView: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__rollout_view__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__RolloutView) throws(WireError) {
    unsafe self.init(
      application: try ApplicationName(wire: string(m.application), "application"),
      cluster: try ClusterName(wire: string(m.cluster), "cluster"), version: m.version,
      position: m.position, stable: RevisionNumber(optional: m.stable),
      desired: RevisionNumber(optional: m.desired), phase: string(m.phase),
      message: string(m.message),
      weight: try number(m.weight, in: 0...100, "weight"),
      attempt: try AttemptView.optional(m.attempt, "attempt"),
      lastEnded: try AttemptView.optional(m.last_ended, "last_ended"),
      revisions: try RevisionView.list(m.n_revisions, m.revisions, "revisions"),
      window: try RollbackWindow.optional(m.window, "window"),
      windowSource: string(m.window_source),
      registration: try ClusterRegistration.optional(m.registration, "registration"),
      epoch: m.epoch, now: Timestamp(microseconds: m.now_microseconds))
  }

  func packed(in arena: Arena) -> Windlass__V1__RolloutView {
    unsafe Windlass__V1__RolloutView(
      base: Self.wireType.base, application: arena.string(application.text),
      cluster: arena.string(cluster.text), version: version, position: position,
      stable: stable.wire, desired: desired.wire, phase: arena.string(phase),
      message: arena.string(message), weight: Int32(clamping: weight),
      attempt: arena.pointer(attempt), last_ended: arena.pointer(lastEnded),
      n_revisions: revisions.count, revisions: arena.list(revisions), window: arena.pointer(window),
      window_source: arena.string(windowSource), registration: arena.pointer(registration),
      epoch: epoch, now_microseconds: now.microseconds)
  }
}
