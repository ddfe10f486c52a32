internal import NIOSSL

/// What BoringSSL lets pass in a certificate that nobody should sign with any more.
enum CertificateStrength {
  /// Object identifiers as DER has them: MD5 and SHA-1 with RSA, SHA-1 with ECDSA.
  private static let brokenSignatures: [[UInt8]] = [
    [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 4], [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 5],
    [0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 1],
  ]
  private static let rsa: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1]
  /// A SubjectPublicKeyInfo of RSA holds the modulus and at least 20 bytes around it.
  private static let rsaBytesMin = 2_048 / 8 + 20

  /// Why a certificate is too weak, or `nil`.
  static func weakness(of certificate: NIOSSLCertificate) -> String? {
    guard let der = try? certificate.toDERBytes(),
      let key = try? certificate.extractPublicKey().toSPKIBytes()
    else { return "cannot be read" }
    return weakness(certificate: der, key: key)
  }

  /// - Parameters:
  ///   - certificate: the whole certificate in DER.
  ///   - key: its SubjectPublicKeyInfo in DER.
  static func weakness(certificate: [UInt8], key: [UInt8]) -> String? {
    // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OID, … }, … }
    var outer = certificate[...]
    guard var content = element(0x30, &outer), element(0x30, &content) != nil,
      var algorithm = element(0x30, &content), let signature = element(0x06, &algorithm)
    else { return "is malformed" }
    if brokenSignatures.contains(where: { $0.elementsEqual(signature) }) {
      return "is signed with a broken hash (MD5 or SHA-1)"
    }
    // SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { OID, … }, BIT STRING }
    var keyOuter = key[...]
    guard var keyContent = element(0x30, &keyOuter), var kind = element(0x30, &keyContent),
      let name = element(0x06, &kind)
    else { return "is malformed" }
    if name.elementsEqual(rsa), key.count < rsaBytesMin { return "has an RSA key under 2048 bits" }
    return nil
  }

  /// Takes the next element off and returns its content; `nil` when it has another tag or is cut.
  private static func element(_ tag: UInt8, _ bytes: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>?
  {
    guard bytes.popFirst() == tag, let first = bytes.popFirst() else { return nil }
    var length = Int(first)
    if first >= 0x80 {
      let digits = Int(first & 0x7F)
      guard (1...4).contains(digits), bytes.count >= digits else { return nil }
      length = bytes.prefix(digits).reduce(0) { $0 << 8 | Int($1) }
      bytes = bytes.dropFirst(digits)
    }
    guard length <= bytes.count else { return nil }
    defer { bytes = bytes.dropFirst(length) }
    return bytes.prefix(length)
  }
}
