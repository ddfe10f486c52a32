internal import Crypto
internal import LogArchive
public import Proofs

/// The key that signs a log's checkpoints, as a file keeps it.
///
/// One line, `PRIVATE+KEY+name+hash+key` as the note tools of other transparency logs write it: the
/// name is `<deployment>/log/<log id>`, the hash that of the public key, and the key base 64 of the
/// algorithm and 32 bytes.
public struct CheckpointKey: Sendable {
  public let signer: NoteSigner
  private let key: Curve25519.Signing.PrivateKey

  private static let prefix = "PRIVATE+KEY+"
  private static let algorithm: UInt8 = 1

  /// A new random key.
  ///
  /// - Throws: ``CheckpointKeyError/name`` for a deployment that is not 1...100 bytes of visible
  ///   ASCII without `+`.
  public init(deployment: String, logID: UInt32) throws(CheckpointKeyError) {
    guard (1...100).contains(deployment.utf8.count) else { throw .name }
    try self.init(
      name: LogOrigin.keyName(deployment: deployment, logID: logID),
      key: Curve25519.Signing.PrivateKey())
  }

  init(name: String, key: Curve25519.Signing.PrivateKey) throws(CheckpointKeyError) {
    do { signer = try NoteSigner(name: name, key: key) } catch { throw .name }
    self.key = key
  }

  /// - Throws: ``CheckpointKeyError/malformed``.
  public init(parsing text: String) throws(CheckpointKeyError) {
    var line = Substring(text)
    if line.utf8.last == UInt8(ascii: "\n") { line = line.dropLast() }
    guard line.hasPrefix(Self.prefix), line.utf8.count <= 1_000 else { throw .malformed }
    let parts = line.dropFirst(Self.prefix.count).split(
      separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let data = Base64.decode(parts[2]), data.count == 33,
      data.first == Self.algorithm
    else { throw .malformed }
    let key: Curve25519.Signing.PrivateKey
    do { key = try Curve25519.Signing.PrivateKey(rawRepresentation: data.dropFirst()) } catch {
      throw .malformed
    }
    try self.init(name: String(parts[0]), key: key)
    // Name, hash and key must belong together, or a slip of the pen would sign in another name.
    guard self.text == line + "\n" else { throw .malformed }
  }

  /// What the file holds.
  public var text: String {
    let verifier = signer.verifier.description
    let hash = verifier.dropFirst(signer.name.utf8.count + 1).prefix(8)
    let data = Base64.encode([Self.algorithm] + Array(key.rawRepresentation))
    return "\(Self.prefix)\(signer.name)+\(hash)+\(data)\n"
  }
}

/// Why there is no key.
public enum CheckpointKeyError: Error, Equatable, Sendable, CustomStringConvertible {
  case name
  case malformed

  public var description: String {
    switch self {
    case .name: "a log's name must be 1 to 100 visible ASCII characters without '+'"
    case .malformed: "it is no checkpoint key: one line, PRIVATE+KEY+name+hash+key, is expected"
    }
  }
}
