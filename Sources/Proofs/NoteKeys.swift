public import Crypto

/// A name that signs notes: 1...255 bytes of visible ASCII without `+`.
public struct NoteSigner: Sendable {
  public let name: String
  private let key: Curve25519.Signing.PrivateKey

  /// - Throws: ``NoteError/name``.
  public init(name: String, key: Curve25519.Signing.PrivateKey) throws(NoteError) {
    try NoteVerifier.check(name: name)
    self.name = name
    self.key = key
  }

  /// Whoever has it can check what this signs.
  public var verifier: NoteVerifier {
    NoteVerifier(name: name, rawKey: Array(key.publicKey.rawRepresentation))
  }

  /// The signature over a note's text.
  ///
  /// - Throws: ``NoteError/signing`` when the cryptographic library refuses.
  public func sign(_ text: String) throws(NoteError) -> NoteSignature {
    do {
      let signature = try key.signature(for: Array(text.utf8))
      return NoteSignature(name: name, keyID: verifier.keyID, bytes: Array(signature))
    } catch {
      throw .signing
    }
  }
}

/// A key that checks notes, as `name+hash+key` text carries it.
///
/// Source: C2SP signed-note: the key id is the first four bytes of
/// `SHA-256(name || 0x0A || 0x01 || key)`, 0x01 standing for Ed25519.
public struct NoteVerifier: Hashable, Sendable, CustomStringConvertible {
  public let name: String
  public let keyID: UInt32
  /// 32 bytes.
  private let rawKey: [UInt8]

  static let algorithm: UInt8 = 1

  init(name: String, rawKey: [UInt8]) {
    self.name = name
    self.rawKey = rawKey
    keyID = Self.keyID(of: name, rawKey)
  }

  /// Reads `name+hash+key`: eight hex digits, and base 64 of the algorithm and the key.
  ///
  /// - Throws: ``NoteError/verifierKey`` unless it is an Ed25519 key whose hash is right.
  public init(parsing text: String) throws(NoteError) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[1].utf8.count == 8,
      let keyID = UInt32(parts[1], radix: 16), let data = Base64.decode(parts[2]),
      data.count == 33, data.first == Self.algorithm
    else { throw .verifierKey }
    let name = String(parts[0])
    try Self.check(name: name)
    self.init(name: name, rawKey: Array(data.dropFirst()))
    guard self.keyID == keyID else { throw .verifierKey }
  }

  public var description: String {
    "\(name)+\(Self.hex(keyID))+\(Base64.encode([Self.algorithm] + rawKey))"
  }

  /// Whether this key made a signature over a text.
  func accepts(_ signature: [UInt8], of text: String) -> Bool {
    guard signature.count == 64,
      let key = try? Curve25519.Signing.PublicKey(rawRepresentation: rawKey)
    else { return false }
    return key.isValidSignature(signature, for: Array(text.utf8))
  }

  static func check(name: String) throws(NoteError) {
    let isLegal = name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "+") }
    guard isLegal, (1...255).contains(name.utf8.count) else { throw .name }
  }

  private static func keyID(of name: String, _ rawKey: [UInt8]) -> UInt32 {
    var hash = SHA256()
    hash.update(data: Array(name.utf8) + [0x0A, algorithm] + rawKey)
    return hash.finalize().prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
