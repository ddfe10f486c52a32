/// A tree whose nodes are kept somewhere, those of every eighth level only: proofs about it need a
/// few hundred hashes, however many leaves it has.
///
/// Source of the layout: C2SP tlog-tiles, with tiles of 256.
public struct TiledTree<Source: HashSource>: Sendable {
  public let source: Source
  /// Leaves.
  public let size: UInt64

  public init(_ source: Source, size: UInt64) {
    self.source = source
    self.size = size
  }

  /// The root when the tree had `size` leaves.
  ///
  /// - Returns: `nil` for a size that it has not reached.
  public func root(at size: UInt64) async throws -> MerkleHash? {
    guard size <= self.size else { return nil }
    return size == 0 ? .empty : try await hash(from: 0, to: size)
  }

  /// The right edge when the tree had `size` leaves.
  ///
  /// - Returns: `nil` for a size that it has not reached.
  public func frontier(at size: UInt64) async throws -> MerkleFrontier? {
    guard size <= self.size else { return nil }
    var complete: [MerkleHash] = []
    var low: UInt64 = 0
    for level in stride(from: 63, through: 0, by: -1) where size >> UInt64(level) & 1 == 1 {
      complete.append(try await subtree(level, low >> UInt64(level)))
      low += 1 << UInt64(level)
    }
    return MerkleFrontier(size: size, complete: complete)
  }

  /// As ``MerkleTree/inclusionProof(of:in:)``.
  public func inclusionProof(of index: UInt64, in size: UInt64) async throws -> [MerkleHash]? {
    guard index < size, size <= self.size else { return nil }
    var path: [MerkleHash] = []
    var (low, high) = (UInt64(0), size)
    while high - low > 1 {
      let middle = low + MerkleTree.split(high - low)
      if index < middle {
        path.append(try await hash(from: middle, to: high))
        high = middle
      } else {
        path.append(try await hash(from: low, to: middle))
        low = middle
      }
    }
    return path.reversed()
  }

  /// As ``MerkleTree/consistencyProof(from:to:)``.
  public func consistencyProof(from old: UInt64, to new: UInt64) async throws -> [MerkleHash]? {
    guard old <= new, new <= size else { return nil }
    guard old > 0, old < new else { return [] }
    var path: [MerkleHash] = []
    var (low, high) = (UInt64(0), new)
    var isWhole = true
    while old != high {
      let middle = low + MerkleTree.split(high - low)
      if old <= middle {
        path.append(try await hash(from: middle, to: high))
        high = middle
      } else {
        path.append(try await hash(from: low, to: middle))
        low = middle
        isWhole = false
      }
    }
    // The old root itself is known to whoever asks.
    if !isWhole { path.append(try await hash(from: low, to: high)) }
    return path.reversed()
  }

  /// The hash over the leaves `low ..< high`, where `low` is the start of a subtree that large.
  private func hash(from low: UInt64, to high: UInt64) async throws -> MerkleHash {
    // Complete subtrees, largest first, then folded from the right as the root of a frontier is.
    var parts: [MerkleHash] = []
    var start = low
    while start < high {
      let level = 63 - (high - start).leadingZeroBitCount
      parts.append(try await subtree(level, start >> UInt64(level)))
      start += 1 << UInt64(level)
    }
    guard var hash = parts.popLast() else { return .empty }
    while let left = parts.popLast() { hash = .node(left, hash) }
    return hash
  }

  /// The root of a complete subtree of 2^level leaves.
  private func subtree(_ level: Int, _ index: UInt64) async throws -> MerkleHash {
    let kept = level / 8 * 8
    let count = UInt64(1) << UInt64(level - kept)
    let hashes = try await source.hashes(
      level: kept, from: index << UInt64(level - kept), count: Int(count))
    guard UInt64(hashes.count) == count else { throw MissingHashes(level: kept, index: index) }
    var row = hashes
    while row.count > 1 {
      row = stride(from: 0, to: row.count, by: 2).map { .node(row[$0], row[$0 + 1]) }
    }
    guard let root = row.first else { throw MissingHashes(level: kept, index: index) }
    return root
  }
}

/// Where the nodes of a tree are kept.
public protocol HashSource: Sendable {
  /// The roots of complete subtrees of 2^level leaves, in order.
  ///
  /// - Parameters:
  ///   - level: 0, 8, 16 ... 56; 0 for leaf hashes.
  ///   - count: 1...128; never over the border of a tile of 256.
  func hashes(level: Int, from index: UInt64, count: Int) async throws -> [MerkleHash]
}

/// The source of a tree does not hold what the tree's size says.
public struct MissingHashes: Error, Equatable, Sendable, CustomStringConvertible {
  public var level: Int
  public var index: UInt64

  public var description: String {
    "hashes of the tree are missing: level \(level), from \(index)"
  }
}
