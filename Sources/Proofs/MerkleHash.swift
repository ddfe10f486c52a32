internal import Crypto

/// A SHA-256 in a Merkle tree: of a leaf, a pair of nodes, or a whole tree.
///
/// Source: RFC 6962, section 2.1: leaves and nodes are hashed with different first bytes, so that
/// neither can pass for the other.
public struct MerkleHash: Hashable, Sendable {
  /// 32 bytes.
  public let bytes: [UInt8]

  public static let size = 32

  /// - Returns: `nil` unless there are 32 bytes.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.size else { return nil }
    self.bytes = Array(bytes)
  }

  private init(_ digest: SHA256.Digest) { bytes = Array(digest) }

  /// The root of a tree without leaves.
  public static let empty = MerkleHash(SHA256.hash(data: [UInt8]()))

  /// `SHA-256(0x00 || leaf)`
  public static func leaf(_ leaf: some Collection<UInt8>) -> Self {
    var hash = SHA256()
    hash.update(data: [0])
    hash.update(data: Array(leaf))
    return Self(hash.finalize())
  }

  /// `SHA-256(0x01 || left || right)`
  public static func node(_ left: Self, _ right: Self) -> Self {
    var hash = SHA256()
    hash.update(data: [1])
    hash.update(data: left.bytes)
    hash.update(data: right.bytes)
    return Self(hash.finalize())
  }
}
