import Proofs
import Testing

/// The definition of RFC 6962, section 2.1, word for word: slow and obviously right.
enum Definition {
  static func root(_ leaves: ArraySlice<[UInt8]>) -> MerkleHash {
    guard leaves.count > 1 else { return leaves.first.map { .leaf($0) } ?? .empty }
    let middle = leaves.startIndex + split(leaves.count)
    return .node(root(leaves[..<middle]), root(leaves[middle...]))
  }

  static func path(_ index: Int, _ leaves: ArraySlice<[UInt8]>) -> [MerkleHash] {
    guard leaves.count > 1 else { return [] }
    let k = split(leaves.count)
    let middle = leaves.startIndex + k
    return index < k
      ? path(index, leaves[..<middle]) + [root(leaves[middle...])]
      : path(index - k, leaves[middle...]) + [root(leaves[..<middle])]
  }

  static func proof(_ old: Int, _ leaves: ArraySlice<[UInt8]>, whole: Bool = true) -> [MerkleHash] {
    if old == leaves.count { return whole ? [] : [root(leaves)] }
    let k = split(leaves.count)
    let middle = leaves.startIndex + k
    return old <= k
      ? proof(old, leaves[..<middle], whole: whole) + [root(leaves[middle...])]
      : proof(old - k, leaves[middle...], whole: false) + [root(leaves[..<middle])]
  }

  private static func split(_ count: Int) -> Int {
    var k = 1
    while k * 2 < count { k *= 2 }
    return k
  }
}

@Suite("A Merkle tree proves what is in a log")
struct MerkleTests {
  static let leaves: [[UInt8]] = (0..<70).map { Array("event-\($0)".utf8) }

  static func tree(_ count: Int) -> MerkleTree {
    var tree = MerkleTree()
    for leaf in leaves.prefix(count) { tree.append(leafHash: .leaf(leaf)) }
    return tree
  }

  @Test("the root is the definition's, for every size, in the tree and at its frontier")
  func roots() {
    let tree = Self.tree(70)
    var frontier = MerkleFrontier()
    for size in 0...70 {
      let expected = Definition.root(Self.leaves.prefix(size))
      #expect(tree.root(at: UInt64(size)) == expected)
      #expect(frontier.root == expected)
      #expect(frontier.size == UInt64(size))
      if size < 70 { frontier.append(leafHash: .leaf(Self.leaves[size])) }
    }
    #expect(tree.root(at: 71) == nil)
  }

  @Test("every leaf of every size is proved as the definition says, and the proof holds")
  func inclusion() {
    let tree = Self.tree(40)
    for size in 1...40 {
      let root = Definition.root(Self.leaves.prefix(size))
      for index in 0..<size {
        let proof = tree.inclusionProof(of: UInt64(index), in: UInt64(size))
        #expect(proof == Definition.path(index, Self.leaves.prefix(size)))
        #expect(
          MerkleProof.isIncluded(
            .leaf(Self.leaves[index]), at: UInt64(index), in: UInt64(size), root: root,
            proof: proof ?? []))
      }
    }
    #expect(tree.inclusionProof(of: 40, in: 40) == nil)
    #expect(tree.inclusionProof(of: 0, in: 41) == nil)
    #expect(tree.inclusionProof(of: 0, in: 0) == nil)
  }

  @Test("every size is proved to begin with every smaller one")
  func consistency() {
    let tree = Self.tree(40)
    for new in 0...40 {
      for old in 0...new {
        let proof = tree.consistencyProof(from: UInt64(old), to: UInt64(new))
        if old > 0 {
          #expect(proof == Definition.proof(old, Self.leaves.prefix(new)))
        }
        #expect(
          MerkleProof.isConsistent(
            from: UInt64(old), root: Definition.root(Self.leaves.prefix(old)), to: UInt64(new),
            root: Definition.root(Self.leaves.prefix(new)), proof: proof ?? [.empty]))
      }
    }
    #expect(tree.consistencyProof(from: 2, to: 1) == nil)
    #expect(tree.consistencyProof(from: 1, to: 41) == nil)
  }

  @Test("any one thing changed makes a proof fail")
  func forged() {
    let tree = Self.tree(23)
    let root = Definition.root(Self.leaves.prefix(23))
    for index in 0..<23 {
      let proof = tree.inclusionProof(of: UInt64(index), in: 23) ?? []
      let leaf = MerkleHash.leaf(Self.leaves[index])
      let holds = { (leaf: MerkleHash, index: Int, size: UInt64, proof: [MerkleHash]) in
        MerkleProof.isIncluded(leaf, at: UInt64(index), in: size, root: root, proof: proof)
      }
      #expect(holds(leaf, index, 23, proof))
      #expect(!holds(.leaf([0]), index, 23, proof))
      for other in 0..<23 where other != index { #expect(!holds(leaf, other, 23, proof)) }
      #expect(!holds(leaf, index, 23, Array(proof.dropLast())))
      #expect(!holds(leaf, index, 23, proof + [root]))
      for place in proof.indices {
        var changed = proof
        changed[place] = .leaf([1])
        #expect(!holds(leaf, index, 23, changed))
      }
    }
    for old in 1..<23 {
      let oldRoot = Definition.root(Self.leaves.prefix(old))
      let proof = tree.consistencyProof(from: UInt64(old), to: 23) ?? []
      let holds = { (oldRoot: MerkleHash, root: MerkleHash, proof: [MerkleHash]) in
        MerkleProof.isConsistent(
          from: UInt64(old), root: oldRoot, to: 23, root: root, proof: proof)
      }
      #expect(holds(oldRoot, root, proof))
      #expect(!holds(root, root, proof))
      #expect(!holds(oldRoot, oldRoot, proof))
      #expect(!holds(oldRoot, root, proof + [root]))
      #expect(!holds(oldRoot, root, Array(proof.dropLast())))
      for place in proof.indices {
        var changed = proof
        changed[place] = .leaf([1])
        #expect(!holds(oldRoot, root, changed))
      }
    }
  }

  @Test("proofs that are too long, or about nothing, fail without work")
  func hostile() {
    let hashes = Array(repeating: MerkleHash.empty, count: 1_000)
    #expect(!MerkleProof.isIncluded(.empty, at: 0, in: 0, root: .empty, proof: []))
    #expect(!MerkleProof.isIncluded(.empty, at: 0, in: .max, root: .empty, proof: hashes))
    #expect(!MerkleProof.isIncluded(.empty, at: .max, in: .max, root: .empty, proof: []))
    #expect(
      !MerkleProof.isIncluded(
        .empty, at: .max - 1, in: .max, root: .empty, proof: Array(hashes.prefix(64))))
    #expect(
      !MerkleProof.isConsistent(
        from: .max, root: .empty, to: 0, root: .empty, proof: []))
    #expect(
      !MerkleProof.isConsistent(
        from: 1, root: .empty, to: .max, root: .empty, proof: Array(hashes.prefix(64))))
    #expect(
      !MerkleProof.isConsistent(from: 3, root: .empty, to: 4, root: .empty, proof: []))
    #expect(MerkleHash([1, 2, 3]) == nil)
  }
}
