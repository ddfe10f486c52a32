internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// One rollout as people and dashboards see it.
public struct RolloutView: PositionedReply {
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
  /// Traffic directed to `desired`, 0...`maxWeight`.
  public var weight: Int
  /// What all traffic is.
  public var maxWeight: Int
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
  /// As Argo Rollouts would show it.
  public var argo: ArgoStatusView?
  /// Verifications that emergencies owe.
  public var debts: [DebtView]
  /// The watch over what was promoted last.
  public var watch: WatchView?
  /// As last reported, while `podsRevision` was desired.
  public var pods: PodCounts?
  public var podsRevision: RevisionNumber?
  public var services: ServicesSeen?
  /// Revisions that are not wanted any more and whose pods stay for a while.
  public var kept: [Directive.KeptRevision]
  /// A restart that was asked for and is not done.
  public var restart: Timestamp?
  /// When time alone does something next.
  public var nextDue: Timestamp?

  public var logPosition: UInt64 { position }

  public init(
    application: ApplicationName, cluster: ClusterName, version: UInt64, position: UInt64,
    stable: RevisionNumber? = nil, desired: RevisionNumber? = nil, phase: String,
    message: String = "", weight: Int = 0, maxWeight: Int = 100, attempt: AttemptView? = nil,
    lastEnded: AttemptView? = nil, revisions: [RevisionView] = [], window: RollbackWindow? = nil,
    windowSource: String = "", registration: ClusterRegistration? = nil, epoch: UInt64 = 0,
    now: Timestamp, argo: ArgoStatusView? = nil, debts: [DebtView] = [],
    watch: WatchView? = nil, pods: PodCounts? = nil, podsRevision: RevisionNumber? = nil,
    services: ServicesSeen? = nil, kept: [Directive.KeptRevision] = [], restart: Timestamp? = nil,
    nextDue: Timestamp? = nil
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
    self.maxWeight = maxWeight
    self.attempt = attempt
    self.lastEnded = lastEnded
    self.revisions = revisions
    self.window = window
    self.windowSource = windowSource
    self.registration = registration
    self.epoch = epoch
    self.now = now
    self.argo = argo
    self.debts = debts
    self.watch = watch
    self.pods = pods
    self.podsRevision = podsRevision
    self.services = services
    self.kept = kept
    self.restart = restart
    self.nextDue = nextDue
  }
}

extension RolloutView: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__rollout_view__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__RolloutView) throws(WireError) {
    let maxWeight =
      unsafe m.max_weight == 0 ? 100 : try number(m.max_weight, in: weightRange, "max_weight")
    unsafe self.init(
      application: try ApplicationName(wire: string(m.application), "application"),
      cluster: try ClusterName(wire: string(m.cluster), "cluster"), version: m.version,
      position: m.position, stable: RevisionNumber(optional: m.stable),
      desired: RevisionNumber(optional: m.desired), phase: string(m.phase),
      message: string(m.message),
      weight: try number(m.weight, in: 0...maxWeight, "weight"), maxWeight: maxWeight,
      attempt: try AttemptView.optional(m.attempt, "attempt"),
      lastEnded: try AttemptView.optional(m.last_ended, "last_ended"),
      revisions: try RevisionView.list(m.n_revisions, m.revisions, "revisions"),
      window: try RollbackWindow.optional(m.window, "window"),
      windowSource: string(m.window_source),
      registration: try ClusterRegistration.optional(m.registration, "registration"),
      epoch: m.epoch, now: Timestamp(microseconds: m.now_microseconds),
      argo: try ArgoStatusView.optional(m.argo, "argo"),
      debts: try DebtView.list(m.n_debts, m.debts, "debts"),
      watch: try WatchView.optional(m.watch, "watch"),
      pods: try PodCounts.optional(m.pods, "pods"),
      podsRevision: RevisionNumber(optional: m.pods_revision),
      services: try ServicesSeen.optional(m.services, "services"),
      kept: try KeptView.list(m.n_kept, m.kept, "kept").map(\.kept),
      restart: optionalMoment(m.restart_microseconds),
      nextDue: optionalMoment(m.next_due_microseconds))
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
      epoch: epoch, now_microseconds: now.microseconds,
      max_weight: maxWeight == 100 ? 0 : UInt32(clamping: maxWeight), argo: arena.pointer(argo),
      n_debts: debts.count, debts: arena.list(debts), watch: arena.pointer(watch),
      pods: arena.pointer(pods), pods_revision: podsRevision.wire,
      services: arena.pointer(services), n_kept: kept.count,
      kept: arena.list(kept.map(KeptView.init)),
      restart_microseconds: restart?.microseconds ?? 0,
      next_due_microseconds: nextDue?.microseconds ?? 0)
  }
}
