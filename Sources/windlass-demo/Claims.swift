import Synchronization

/// Checks what the story claims, and counts.
final class Claims: Sendable {
  private let checked = Mutex(0)

  var count: Int { checked.withLock { $0 } }

  /// - Throws: ``BrokenClaim`` when the two differ.
  func equal<Value: Equatable>(_ claim: String, _ actual: Value, _ expected: Value) throws {
    guard actual == expected else {
      throw BrokenClaim(claim: claim, expected: "\(expected)", actual: "\(actual)")
    }
    keep(claim)
  }

  /// - Throws: ``BrokenClaim`` when it does not hold.
  func holds(_ claim: String, _ isTrue: Bool, actual: String) throws {
    guard isTrue else { throw BrokenClaim(claim: claim, expected: "true", actual: actual) }
    keep(claim)
  }

  private func keep(_ claim: String) {
    checked.withLock { $0 += 1 }
    Paper.kept(claim)
  }
}
