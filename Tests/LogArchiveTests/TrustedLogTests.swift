import LogArchive
import Proofs
import Testing

@Suite("What an auditor remembers")
struct TrustedLogTests {
  @Test("is read as it was written, and a changed note is found")
  func file() throws {
    let log = SampleLog(batchSizes: [3, 2], checkpointsAfter: [1, 2])
    let report = try verify(log.items())
    var trusted = TrustedLog(keys: [try log.signer.verifier])
    trusted.remember(try #require(report.signedNote))
    let again = try TrustedLog(parsing: trusted.text)
    #expect(again == trusted)
    #expect(try again.checkpoints().map(\.size) == [5])
    var changed = try #require(report.signedNote)
    changed[changed.count - 5] ^= 1
    let forged = TrustedLog(keys: trusted.keys, notes: [changed])
    #expect(throws: Tampering.self) { try forged.checkpoints() }
  }

  @Test(
    "a file that is none is refused with its line",
    arguments: [
      "", "windlass trust v1", "windlass trust v1\n", "windlass trust v1\nkey x\n",
      "windlass trust v1\ncheckpoint AAAA\n", "other\nkey x\n",
    ])
  func malformed(_ text: String) {
    #expect(throws: ArchiveError.self) { try TrustedLog(parsing: text) }
  }

  @Test("it stays bounded, and what is newest stays whole")
  func bounded() throws {
    var trusted = TrustedLog(keys: [try SampleLog(batchSizes: [1]).signer.verifier])
    for number in 0..<3_000 { trusted.remember(Array("\(number)".utf8)) }
    #expect(trusted.notes.count <= TrustedLog.notesMax)
    #expect(trusted.notes.last == Array("2999".utf8))
    #expect(trusted.notes.first == Array("0".utf8))
  }
}
