/// Checks proofs with no tree at hand. Sources: RFC 6962, section 2.1, and RFC 9162, section 2.1.
public enum MerkleProof {
  /// The most hashes in a proof about a tree of 64-bit size.
  public static let hashesMax = 64

  /// Whether a leaf is at `index` of the tree of `size` leaves with that root.
  public static func isIncluded(
    _ leafHash: MerkleHash, at index: UInt64, in size: UInt64, root: MerkleHash,
    proof: [MerkleHash]
  ) -> Bool {
    guard index < size, proof.count <= hashesMax else { return false }
    var (node, last) = (index, size - 1)
    var hash = leafHash
    for sibling in proof {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        hash = .node(sibling, hash)
        // A right edge without a left neighbour goes up as it is.
        while node & 1 == 0, node > 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        hash = .node(hash, sibling)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && hash == root
  }

  /// Whether the tree of `new` leaves begins with the tree of `old` leaves.
  public static func isConsistent(
    from old: UInt64, root oldRoot: MerkleHash, to new: UInt64, root newRoot: MerkleHash,
    proof: [MerkleHash]
  ) -> Bool {
    guard old <= new, proof.count <= hashesMax else { return false }
    guard old < new else { return proof.isEmpty && oldRoot == newRoot }
    // Every tree begins with the empty one.
    guard old > 0 else { return proof.isEmpty && oldRoot == .empty }
    var path = proof[...]
    if old.nonzeroBitCount == 1 { path = [oldRoot] + path }
    guard let first = path.popFirst() else { return false }
    var (node, last) = (old - 1, new - 1)
    while node & 1 == 1 {
      node >>= 1
      last >>= 1
    }
    var (left, right) = (first, first)
    for hash in path {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        left = .node(hash, left)
        right = .node(hash, right)
        while node & 1 == 0, node > 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        right = .node(right, hash)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && left == oldRoot && right == newRoot
  }
}
