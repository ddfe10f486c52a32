import LogArchive
import Proofs
import Testing

@Suite("What is hashed")
struct LeafRecordTests {
  /// Computed apart from this code, with Python's hashlib.
  @Test("a leaf is the hash that its layout gives, for ever")
  func vector() {
    let body = LeafRecord.body(
      salt: [UInt8](0..<16), payload: Array("payload".utf8))
    let leaf = LeafRecord.hash(
      logID: 1, position: 2, stream: "rollout-shop/web@eu-1", version: 3,
      command: [UInt8](16..<32), type: "attempt-classified.v1", at: 4, body: body,
      chain: [UInt8](repeating: 5, count: 32), commands: [UInt8](repeating: 6, count: 32))
    #expect(Base64.encode(body) == "lwU7U0Kh8yK1+J8VHWJrYTP9kZjWbNmo9wvgYvooDKc=")
    #expect(Base64.encode(leaf.bytes) == "K6bhn1z/c/2Mb70AJbDRUOvBzS8SYxw/dVjgfEa5Td4=")
  }

  @Test("the digest of commands is the hash that its layout gives")
  func commands() {
    var digest = CommandsDigest()
    digest.add(
      ArchivedCommand(id: [UInt8](0..<16), digest: [1, 2], first: 3, count: 4, at: 5))
    #expect(Base64.encode(digest.bytes) == "CH+wtuKtK+vLzgiMpGKv0U2JkpQytntBslY7lMKDFFo=")
  }

  @Test("the tree of three events is that of the published vector")
  func published() {
    var frontier = MerkleFrontier()
    for text in ["event-0", "event-1", "event-2"] {
      frontier.append(leafHash: .leaf(Array(text.utf8)))
    }
    #expect(
      Base64.encode(frontier.root.bytes) == "2y7/5k02NSvNTCYL3g4RODEMn3e4nUxXV4ZS+bGFtjA=")
  }
}
