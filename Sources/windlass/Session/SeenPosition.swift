import Synchronization

/// The most of the log that answers to this session rested on. Every later question asks for as
/// much, so that a replica which is behind, after a fail-over for one, does not show what was before.
final class SeenPosition: Sendable {
  private let position = Mutex<UInt64>(0)

  var value: UInt64 { position.withLock { $0 } }

  func raise(to seen: UInt64) { position.withLock { $0 = max($0, seen) } }
}
