public import RolloutCore
internal import Synchronization

/// Who wants to hear that a rollout or cluster has changed.
///
/// A notification carries nothing: whoever hears it reads the state, so that ten changes in a row
/// cost a slow reader one read.
public final class Observers: Sendable {
  private struct State {
    var next: UInt64 = 1
    var rollouts: [RolloutName: [UInt64: @Sendable () -> Void]] = [:]
    var clusters: [ClusterName: [UInt64: @Sendable (StreamAddress) -> Void]] = [:]
    var applications: [ApplicationName: [UInt64: @Sendable () -> Void]] = [:]
  }

  public enum Subject: Hashable, Sendable {
    case rollout(RolloutName)
    case cluster(ClusterName)
  }

  /// Ends the subscription when asked to; harmless afterwards.
  public struct Subscription: Sendable {
    let subject: Subject
    let id: UInt64
  }

  private let state = Mutex(State())

  /// Calls `changed` after every change of the rollout, its application or its cluster. It must not
  /// block.
  public func observe(
    _ name: RolloutName, _ changed: @escaping @Sendable () -> Void
  ) -> Subscription {
    state.withLock { state in
      let id = state.next
      state.next += 1
      state.rollouts[name, default: [:]][id] = changed
      state.applications[name.application, default: [:]][id] = changed
      state.clusters[name.cluster, default: [:]][id] = { address in
        if case .rollout = address { return }
        changed()
      }
      return Subscription(subject: .rollout(name), id: id)
    }
  }

  /// Calls `changed` with each stream of the cluster that changed: a rollout on it, its lease or
  /// its registration. It must not block.
  public func observe(
    _ cluster: ClusterName, _ changed: @escaping @Sendable (StreamAddress) -> Void
  ) -> Subscription {
    state.withLock { state in
      let id = state.next
      state.next += 1
      state.clusters[cluster, default: [:]][id] = changed
      return Subscription(subject: .cluster(cluster), id: id)
    }
  }

  public func cancel(_ subscription: Subscription) {
    state.withLock { state in
      switch subscription.subject {
      case .rollout(let name):
        state.rollouts[name]?[subscription.id] = nil
        if state.rollouts[name]?.isEmpty == true { state.rollouts[name] = nil }
        state.applications[name.application]?[subscription.id] = nil
        if state.applications[name.application]?.isEmpty == true {
          state.applications[name.application] = nil
        }
        state.clusters[name.cluster]?[subscription.id] = nil
        if state.clusters[name.cluster]?.isEmpty == true { state.clusters[name.cluster] = nil }
      case .cluster(let name):
        state.clusters[name]?[subscription.id] = nil
        if state.clusters[name]?.isEmpty == true { state.clusters[name] = nil }
      }
    }
  }

  public var count: Int {
    state.withLock { state in
      state.clusters.values.reduce(0) { $0 + $1.count }
    }
  }

  /// Wakes everybody, after all state was folded anew.
  func notifyAll() {
    let calls = state.withLock { state in
      state.rollouts.values.flatMap(\.values)
        + state.clusters.flatMap { name, calls in
          calls.values.map { call in { call(.cluster(name)) } }
        }
    }
    for call in calls { call() }
  }

  func notify(_ touched: Set<StreamAddress>) {
    guard !touched.isEmpty else { return }
    var calls: [@Sendable () -> Void] = []
    state.withLock { state in
      for address in touched {
        switch address {
        case .rollout(let name):
          calls += (state.rollouts[name] ?? [:]).values
          for changed in (state.clusters[name.cluster] ?? [:]).values {
            calls.append { changed(address) }
          }
        case .application(let name):
          calls += (state.applications[name] ?? [:]).values
        case .cluster(let name), .lease(let name):
          for changed in (state.clusters[name] ?? [:]).values {
            calls.append { changed(address) }
          }
        case .refusals: break
        }
      }
    }
    for call in calls { call() }
  }
}
