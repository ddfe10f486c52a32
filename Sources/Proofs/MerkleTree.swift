/// A tree over every leaf so far that can prove what is in it. 64 bytes for each leaf.
public struct MerkleTree: Sendable {
  /// `levels[k]` holds the roots of the complete subtrees of 2^k leaves, left to right.
  private var levels: [[MerkleHash]] = [[]]

  public init() {}

  public var size: UInt64 { UInt64(levels.first?.count ?? 0) }

  public mutating func append(leafHash: MerkleHash) {
    var hash = leafHash
    var level = 0
    while true {
      if level == levels.count { levels.append([]) }
      levels[level].append(hash)
      let count = levels[level].count
      guard count.isMultiple(of: 2) else { return }
      hash = .node(levels[level][count - 2], hash)
      level += 1
    }
  }

  /// The root when the tree had `size` leaves.
  ///
  /// - Returns: `nil` for a size that it has not reached.
  public func root(at size: UInt64) -> MerkleHash? {
    guard size <= self.size else { return nil }
    return size == 0 ? .empty : hash(from: 0, to: size)
  }

  /// The siblings on the way from a leaf to the root of the first `size` leaves, lowest first.
  ///
  /// Source: RFC 6962, section 2.1.1.
  /// - Returns: `nil` unless `index < size` and the tree has reached that size.
  public func inclusionProof(of index: UInt64, in size: UInt64) -> [MerkleHash]? {
    guard index < size, size <= self.size else { return nil }
    var path: [MerkleHash] = []
    var (low, high) = (UInt64(0), size)
    while high - low > 1 {
      let middle = low + Self.split(high - low)
      if index < middle {
        path.append(hash(from: middle, to: high))
        high = middle
      } else {
        path.append(hash(from: low, to: middle))
        low = middle
      }
    }
    return path.reversed()
  }

  /// What shows that the first `old` of `new` leaves are the same that a tree of `old` leaves had.
  ///
  /// Source: RFC 6962, section 2.1.2.
  /// - Returns: `nil` unless `old <= new` and the tree has reached `new`. Empty where there is
  ///   nothing to show: equal sizes, or an empty old tree.
  public func consistencyProof(from old: UInt64, to new: UInt64) -> [MerkleHash]? {
    guard old <= new, new <= size else { return nil }
    guard old > 0, old < new else { return [] }
    var path: [MerkleHash] = []
    var (low, high) = (UInt64(0), new)
    var isWhole = true
    while old != high {
      let middle = low + Self.split(high - low)
      if old <= middle {
        path.append(hash(from: middle, to: high))
        high = middle
      } else {
        path.append(hash(from: low, to: middle))
        low = middle
        isWhole = false
      }
    }
    // The old root itself is known to whoever asks.
    if !isWhole { path.append(hash(from: low, to: high)) }
    return path.reversed()
  }

  /// The largest power of two below `count`, which is at least 2.
  static func split(_ count: UInt64) -> UInt64 {
    1 << UInt64(63 - (count - 1).leadingZeroBitCount)
  }

  /// The hash over some leaves: one that is kept where they are a complete subtree.
  private func hash(from low: UInt64, to high: UInt64) -> MerkleHash {
    let count = high - low
    if count.nonzeroBitCount == 1, low.isMultiple(of: count) {
      let level = count.trailingZeroBitCount
      let index = Int(clamping: low >> UInt64(level))
      if levels.indices.contains(level), levels[level].indices.contains(index) {
        return levels[level][index]
      }
    }
    guard count > 1 else { return .empty }
    let middle = low + Self.split(count)
    return .node(hash(from: low, to: middle), hash(from: middle, to: high))
  }
}
