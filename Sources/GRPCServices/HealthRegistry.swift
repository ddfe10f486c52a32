internal import GRPC
internal import Synchronization

/// The health of the services of this process. Thread-safe.
///
/// The empty name stands for the server as a whole; it is *serving* from the start.
public final class HealthRegistry: Sendable {
  private struct State {
    // Keyed by bytes: text compares by canonical equivalence, names do not.
    var statuses: [[UInt8]: HealthStatus] = [[]: .serving]
    var watchers: [UInt64: (service: [UInt8], wake: @Sendable () -> Void)] = [:]
    var nextWatcher: UInt64 = 0
    var isDraining = false
  }

  private let state = Mutex(State())

  public init() {}

  /// Sets the status of a service and tells everybody who watches it.
  public func set(_ status: HealthStatus, for service: String = "") {
    let key = Array(service.utf8)
    let wakes = state.withLock { state -> [@Sendable () -> Void] in
      guard !state.isDraining, state.statuses[key] != status else { return [] }
      state.statuses[key] = status
      return state.watchers.values.filter { $0.service == key }.map(\.wake)
    }
    for wake in wakes { wake() }
  }

  /// Says that every service is *not serving*, for good: the process is about to stop. Load
  /// balancers that watch send nothing new from then on.
  public func drain() {
    let wakes = state.withLock { state -> [@Sendable () -> Void] in
      guard !state.isDraining else { return [] }
      state.isDraining = true
      for service in state.statuses.keys { state.statuses[service] = .notServing }
      return state.watchers.values.map(\.wake)
    }
    for wake in wakes { wake() }
  }

  /// The status of a service, or `nil` when nobody has set one.
  public func status(of service: String = "") -> HealthStatus? {
    status(ofBytes: Array(service.utf8))
  }

  func status(ofBytes service: [UInt8]) -> HealthStatus? {
    state.withLock { $0.statuses[service] }
  }

  /// Every service with its status, in the order of their names' bytes; `nil` when there are more
  /// than `countMax`.
  func all(countMax: Int) -> [(service: [UInt8], status: HealthStatus)]? {
    let statuses = state.withLock { $0.statuses }
    guard statuses.count <= countMax else { return nil }
    return statuses.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { ($0.key, $0.value) }
  }

  func watch(_ service: [UInt8], wake: @escaping @Sendable () -> Void) -> UInt64 {
    state.withLock { state in
      state.nextWatcher += 1
      state.watchers[state.nextWatcher] = (service, wake)
      return state.nextWatcher
    }
  }

  func unwatch(_ id: UInt64) {
    state.withLock { _ = $0.watchers.removeValue(forKey: id) }
  }

  /// Streams being watched now.
  var watcherCount: Int { state.withLock { $0.watchers.count } }
}
