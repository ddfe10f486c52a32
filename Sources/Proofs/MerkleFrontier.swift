/// The right edge of a tree: enough to add leaves and to know the root, in 32 bytes for each bit of
/// the size. What a verifier needs that reads a log once from its beginning.
public struct MerkleFrontier: Equatable, Sendable {
  /// Leaves so far.
  public private(set) var size: UInt64 = 0
  /// Roots of the complete subtrees that the size is the sum of, largest first.
  public private(set) var complete: [MerkleHash] = []

  public init() {}

  /// The edge of a tree that somebody else has read.
  ///
  /// - Returns: `nil` unless there is one root for each bit of the size.
  public init?(size: UInt64, complete: [MerkleHash]) {
    guard complete.count == size.nonzeroBitCount else { return nil }
    self.size = size
    self.complete = complete
  }

  public mutating func append(leafHash: MerkleHash) {
    append(leafHash: leafHash) { _, _ in }
  }

  /// Appends a leaf, and tells the level and root of each subtree that it completes, from the
  /// smallest of two leaves (level 1) up.
  public mutating func append(leafHash: MerkleHash, completed: (Int, MerkleHash) -> Void) {
    var hash = leafHash
    var rest = size
    var level = 0
    // Each trailing one of the old size is a subtree that this leaf completes with its neighbour.
    while rest & 1 == 1, let left = complete.popLast() {
      hash = .node(left, hash)
      rest >>= 1
      level += 1
      completed(level, hash)
    }
    complete.append(hash)
    size += 1
  }

  /// Source: RFC 6962, section 2.1.
  public var root: MerkleHash {
    guard var hash = complete.last else { return .empty }
    for left in complete.dropLast().reversed() { hash = .node(left, hash) }
    return hash
  }
}
