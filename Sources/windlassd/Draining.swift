import Synchronization

/// Whether callers are let in: from when gRPC listens until the process is asked to stop. Readiness
/// says so: the log may be folded before, and running calls are finished after.
final class Draining: Sendable {
  private let flag = Atomic(false)
  private let listening = Atomic(false)

  var isListening: Bool { listening.load(ordering: .acquiring) }

  func listens() { listening.store(true, ordering: .releasing) }

  var hasBegun: Bool { flag.load(ordering: .acquiring) }

  func begin() { flag.store(true, ordering: .releasing) }
}
