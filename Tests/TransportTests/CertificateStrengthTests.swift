import Testing

@testable import Transport

@Suite("Weak certificates")
struct CertificateStrengthTests {
  private func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    let count = content.count
    return count < 0x80
      ? [tag, UInt8(count)] + content
      : [tag, 0x82, UInt8(count >> 8), UInt8(count & 0xFF)] + content
  }

  private static let rsaName: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1]

  private func certificate(signedWith name: [UInt8]) -> [UInt8] {
    element(0x30, element(0x30, [1, 2, 3]) + element(0x30, element(0x06, name)))
  }

  private func key(_ name: [UInt8], bytes: Int) -> [UInt8] {
    let bits = [UInt8](repeating: 1, count: bytes)
    return element(0x30, element(0x30, element(0x06, name) + [5, 0]) + element(0x03, bits))
  }

  @Test(
    "broken hashes are found by their object identifier",
    arguments: [
      (rsaName + [4], false), (rsaName + [5], false), (rsaName + [11], true),
      ([0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 1], false),
      ([0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2], true), ([0x2B, 0x65, 0x70], true),
    ] as [([UInt8], Bool)])
  func signatures(name: [UInt8], isGood: Bool) {
    let strong = key([0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1], bytes: 66)
    let certificate = certificate(signedWith: name)
    let weakness = CertificateStrength.weakness(certificate: certificate, key: strong)
    #expect((weakness == nil) == isGood)
  }

  @Test("an RSA key has 2048 bits or more", arguments: [(128, false), (192, false), (256, true)])
  func keys(bytes: Int, isGood: Bool) {
    let certificate = certificate(signedWith: Self.rsaName + [11])
    // A bit string's unused bits, two tags with lengths, the modulus' sign, the exponent.
    let key = key(Self.rsaName + [1], bytes: bytes + 15)
    let weakness = CertificateStrength.weakness(certificate: certificate, key: key)
    #expect((weakness == nil) == isGood)
  }

  @Test("what is cut anywhere is malformed, and nothing traps")
  func cut() {
    let certificate = certificate(signedWith: Self.rsaName + [11])
    let key = key(Self.rsaName + [1], bytes: 300)
    for count in 0..<certificate.count {
      let part = Array(certificate.prefix(count))
      #expect(CertificateStrength.weakness(certificate: part, key: key) != nil)
    }
    for count in 0..<key.count {
      let part = Array(key.prefix(count))
      #expect(CertificateStrength.weakness(certificate: certificate, key: part) != nil)
    }
    for hostile: [UInt8] in [
      [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x30, 0x80], [0x30, 0x85, 1, 1, 1, 1, 1],
    ] {
      #expect(CertificateStrength.weakness(certificate: hostile, key: key) != nil)
    }
  }
}
