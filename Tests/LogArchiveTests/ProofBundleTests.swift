import LogArchive
import Proofs
import Testing

@Suite("A proof of a decision")
struct ProofBundleTests {
  private let log = SampleLog(batchSizes: [3, 1, 300, 2])

  @Test("is right for every event, and again after it was written and read")
  func honest() throws {
    let keys = [try log.signer.verifier]
    for position in [0, 2, 3, 4, 255, 256, 303, 305] as [UInt64] {
      let bundle = try log.bundle(of: [position])
      #expect(try bundle.verify(keys: keys).size == 306)
      #expect(try ProofBundle(reading: bundle.write()) == bundle)
    }
    var erased = log
    erased.batches[0].events[1].isErased = true
    #expect(try erased.bundle(of: [0, 1, 2]).verify(keys: keys).size == 306)
  }

  @Test("is nothing without the right key")
  func key() throws {
    let bundle = try log.bundle(of: [4])
    var other = log
    other.name = "other"
    #expect(throws: Tampering.self) { try bundle.verify(keys: []) }
    #expect(throws: Tampering.self) { try bundle.verify(keys: [other.signer.verifier]) }
  }

  @Test("any one byte changed is found")
  func flips() throws {
    let keys = [try log.signer.verifier]
    let bytes = try log.bundle(of: [1, 2]).write()
    for index in bytes.indices {
      for bit in [UInt8(1), 2, 16, 32] {
        var changed = bytes
        changed[index] ^= bit
        #expect(throws: Tampering.self, "byte \(index), bit \(bit)") {
          try ProofBundle(reading: changed).verify(keys: keys)
        }
      }
    }
  }

  @Test("cut anywhere, or with a line gone, it is refused")
  func cut() throws {
    let bytes = try log.bundle(of: [1, 2]).write()
    for count in 0..<bytes.count {
      #expect(throws: Tampering.self) { try ProofBundle(reading: Array(bytes[..<count])) }
    }
    #expect(throws: Tampering.self) { try ProofBundle(reading: bytes + bytes) }
  }
}
