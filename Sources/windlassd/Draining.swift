import Synchronization

/// Whether the process has been asked to stop. Readiness says so while running calls are finished.
final class Draining: Sendable {
  private let flag = Atomic(false)

  var hasBegun: Bool { flag.load(ordering: .acquiring) }

  func begin() { flag.store(true, ordering: .releasing) }
}
