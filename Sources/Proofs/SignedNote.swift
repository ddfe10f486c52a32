/// A text and those who signed it, in the format of C2SP signed-note: the text, a blank line, and a
/// line for each signature.
public struct SignedNote: Equatable, Sendable {
  /// Not empty; ends with a line feed; no control characters else.
  public let text: String
  /// At most ``signaturesMax``.
  public private(set) var signatures: [NoteSignature]

  public static let bytesMax = 1 << 20
  public static let signaturesMax = 100

  /// - Throws: ``NoteError/text``.
  public init(text: String, signatures: [NoteSignature] = []) throws(NoteError) {
    try Self.check(text)
    self.text = text
    self.signatures = signatures
  }

  /// Signs a text.
  ///
  /// - Throws: ``NoteError/text`` or ``NoteError/signing``.
  public init(signing text: String, by signers: [NoteSigner]) throws(NoteError) {
    try self.init(text: text)
    for signer in signers { signatures.append(try signer.sign(text)) }
  }

  /// Reads a note; signatures are not checked.
  ///
  /// - Throws: ``NoteError`` naming what is malformed.
  public init(parsing bytes: [UInt8]) throws(NoteError) {
    guard bytes.count <= Self.bytesMax else { throw .tooLong }
    guard let whole = String(validating: bytes, as: UTF8.self) else { throw .text }
    let utf8 = Array(whole.utf8)
    guard let split = Self.lastBlankLine(utf8), utf8.last == UInt8(ascii: "\n") else {
      throw .noSignatures
    }
    let lines = utf8[(split + 1)...].dropLast().split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.count <= Self.signaturesMax else { throw .tooManySignatures }
    var signatures: [NoteSignature] = []
    for line in lines {
      signatures.append(try NoteSignature(line: String(decoding: line, as: UTF8.self)))
    }
    try self.init(
      text: String(decoding: utf8[..<split], as: UTF8.self), signatures: signatures)
  }

  public var bytes: [UInt8] {
    var lines = text + "\n"
    for signature in signatures { lines += "\(signature)\n" }
    return Array(lines.utf8)
  }

  /// Which of these keys signed the text. A line that claims to be by a known key and is not makes
  /// the whole note a forgery.
  ///
  /// - Throws: ``NoteError/forged`` naming the key.
  public func verified(by known: [NoteVerifier]) throws(NoteError) -> [NoteVerifier] {
    var signers: [NoteVerifier] = []
    for signature in signatures {
      let named = known.filter { $0.name == signature.name && $0.keyID == signature.keyID }
      guard let verifier = named.first else { continue }
      guard verifier.accepts(signature.bytes, of: text) else { throw .forged(verifier.name) }
      if !signers.contains(verifier) { signers.append(verifier) }
    }
    return signers
  }

  private static func check(_ text: String) throws(NoteError) {
    guard text.utf8.count <= bytesMax else { throw .tooLong }
    let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\n") }
    guard text.utf8.last == UInt8(ascii: "\n"), isPlain else { throw .text }
  }

  /// Where the blank line is that ends the text: the last one, since signatures have none.
  private static func lastBlankLine(_ bytes: [UInt8]) -> Int? {
    let feed = UInt8(ascii: "\n")
    return bytes.indices.dropFirst().last { bytes[$0] == feed && bytes[$0 - 1] == feed }
  }
}

/// One line of a note: `— name base64(keyID || signature)`.
public struct NoteSignature: Equatable, Sendable, CustomStringConvertible {
  public let name: String
  public let keyID: UInt32
  public let bytes: [UInt8]

  init(name: String, keyID: UInt32, bytes: [UInt8]) {
    self.name = name
    self.keyID = keyID
    self.bytes = bytes
  }

  init(line: String) throws(NoteError) {
    // Bytes, since Swift compares text by meaning and the format by bytes.
    guard line.utf8.starts(with: Self.dash) else { throw .signatureLine }
    let rest = line.utf8.dropFirst(Self.dash.count)
    let parts = rest.split(
      separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let data = Base64.decode(Substring(parts[1])), data.count > 4 else {
      throw .signatureLine
    }
    name = String(Substring(parts[0]))
    try NoteVerifier.check(name: name)
    keyID = data.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    bytes = Array(data.dropFirst(4))
  }

  public var description: String {
    let id = (0..<4).map { UInt8(truncatingIfNeeded: keyID >> UInt32(24 - 8 * $0)) }
    return String(decoding: Self.dash, as: UTF8.self) + "\(name) \(Base64.encode(id + bytes))"
  }

  /// An em dash and a blank, as the format wants them.
  private static let dash: [UInt8] = [0xE2, 0x80, 0x94, 0x20]
}

/// Why a note or a key was refused.
public enum NoteError: Error, Equatable, Sendable, CustomStringConvertible {
  case name
  case verifierKey
  case text
  case tooLong
  case noSignatures
  case tooManySignatures
  case signatureLine
  case signing
  case forged(String)

  public var description: String {
    switch self {
    case .name: "a key's name must be 1 to 255 visible ASCII characters without '+'"
    case .verifierKey: "a verifier key must be name+hash+key of an Ed25519 key"
    case .text: "a note's text must be UTF-8 lines without control characters"
    case .tooLong: "a note must be at most \(SignedNote.bytesMax) bytes"
    case .noSignatures: "a note must end with a blank line and its signatures"
    case .tooManySignatures: "a note must have at most \(SignedNote.signaturesMax) signatures"
    case .signatureLine: "a signature line must be a dash, a name and base 64"
    case .signing: "the key could not sign"
    case .forged(let name): "a signature in the name of \(name) is not by its key"
    }
  }
}
