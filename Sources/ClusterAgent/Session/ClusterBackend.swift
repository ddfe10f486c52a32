public import WindlassWire

/// What an ``AgentSession`` speaks for: a real cluster, or a simulated one.
///
/// The session owns the lease and the network, the backend owns the cluster. `follow` and
/// `leaseChanged` are called one at a time, in order.
public protocol ClusterBackend: Sendable {
  /// Watches the cluster and hands what it sees to `outbox`, until the task is cancelled.
  /// Returning early ends the session.
  func run(reportingTo outbox: Outbox) async throws
  /// The directive of one application from now on. Only called under a live lease.
  func follow(_ item: DirectiveUpdate.Item) async
  /// Every directive of the cluster was followed once; from now on only changes come.
  func snapshotCompleted() async
  /// Whether this process may act on the cluster. Directives already followed stay valid across a
  /// pause: after a new claim only those that changed meanwhile are sent again.
  func leaseChanged(_ standing: LeaseStanding) async
}

/// Whether an agent may act.
public enum LeaseStanding: Equatable, Sendable {
  case held(epoch: UInt64)
  /// The lease ran out, was taken, or could not be renewed in time: act on nothing.
  case notHeld(reason: String)
}
