import Crypto
import Proofs
import Testing

@Suite("A checkpoint is signed as others can check it")
struct NoteTests {
  static func signer(_ name: String = "rollout.example/log/0") throws -> NoteSigner {
    let key = try Curve25519.Signing.PrivateKey(rawRepresentation: Array(UInt8(1)...32))
    return try NoteSigner(name: name, key: key)
  }

  static func checkpoint() throws -> Checkpoint {
    var tree = MerkleTree()
    for name in ["event-0", "event-1", "event-2"] { tree.append(leafHash: .leaf(name.utf8)) }
    return Checkpoint(
      origin: "rollout.example/log/0", size: 3, root: try #require(tree.root(at: 3)))
  }

  @Test("key, root and signature are the known ones of a known seed")
  func vector() throws {
    let signer = try Self.signer()
    #expect(
      signer.verifier.description
        == "rollout.example/log/0+db12567f+AXm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk")
    let checkpoint = try Self.checkpoint()
    #expect(
      checkpoint.text
        == "rollout.example/log/0\n3\n2y7/5k02NSvNTCYL3g4RODEMn3e4nUxXV4ZS+bGFtjA=\n")
    let note = try SignedNote(signing: checkpoint.text, by: [signer])
    let text = String(decoding: note.bytes, as: UTF8.self)
    #expect(text.hasPrefix(checkpoint.text + "\n\u{2014} rollout.example/log/0 2xJWf"))
    #expect(
      Checkpoint(origin: "a", size: 0, root: .empty).text
        == "a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
  }

  @Test("a note reads as it was written, and its signer is found")
  func roundTrip() throws {
    let signer = try Self.signer()
    let note = try SignedNote(signing: try Self.checkpoint().text, by: [signer])
    let read = try SignedNote(parsing: note.bytes)
    #expect(read == note)
    #expect(try Checkpoint(parsing: read.text) == Self.checkpoint())
    let verifier = try NoteVerifier(parsing: signer.verifier.description)
    #expect(try read.verified(by: [verifier]) == [verifier])
    let stranger = try Self.signer("somebody.example").verifier
    #expect(try read.verified(by: [stranger]).isEmpty)
  }

  @Test("every changed byte of a signed note is noticed")
  func tampered() throws {
    let signer = try Self.signer()
    let bytes = try SignedNote(signing: try Self.checkpoint().text, by: [signer]).bytes
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1
      let signers: [NoteVerifier]
      do {
        signers = try SignedNote(parsing: changed).verified(by: [signer.verifier])
      } catch { continue }
      #expect(signers.isEmpty, "byte \(index)")
    }
  }

  @Test(
    "what is no note is refused",
    arguments: [
      ("", NoteError.noSignatures),
      ("text\n", .noSignatures),
      ("text\n\nno dash\n", .signatureLine),
      ("text\n\n\u{2014} name\n", .signatureLine),
      ("text\n\n\u{2014} name AAAA\n", .signatureLine),
      ("text\n\n\u{2014} name AAAAAAB=\n", .signatureLine),
      ("text\n\n\u{2014} na+me AAAAAAAA\n", .name),
      ("te\u{7}xt\n\n\u{2014} name AAAAAAAA\n", .text),
      ("text\n\n\u{2014} name AAAAAAAA", .noSignatures),
    ])
  func refused(text: String, expected: NoteError) {
    do {
      _ = try SignedNote(parsing: Array(text.utf8))
      Issue.record("not refused")
    } catch {
      #expect(error == expected)
    }
  }

  @Test("a note has at most a hundred signatures and a mebibyte")
  func bounds() {
    let line = "\u{2014} name AAAAAAAA\n"
    let read = { (count: Int) throws(NoteError) in
      try SignedNote(parsing: Array(("t\n\n" + String(repeating: line, count: count)).utf8))
    }
    #expect(throws: Never.self) { try read(100) }
    #expect(throws: NoteError.tooManySignatures) { try read(101) }
    #expect(throws: NoteError.tooLong) {
      try SignedNote(parsing: [UInt8](repeating: 65, count: SignedNote.bytesMax + 1))
    }
    #expect(throws: NoteError.text) { try SignedNote(parsing: [0xFF, 10, 10]) }
  }

  @Test(
    "what is no key is refused",
    arguments: [
      "", "name", "name+db12567f", "name+db12567f+AAAA", "name+zzzzzzzz+AXm1",
      // Another name makes another hash.
      "other+db12567f+AXm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk",
      // Another algorithm.
      "rollout.example/log/0+db12567f+Anm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk",
    ])
  func refusedKey(text: String) {
    #expect(throws: NoteError.verifierKey) { try NoteVerifier(parsing: text) }
  }

  @Test(
    "what is no checkpoint is refused",
    arguments: [
      ("a\n1\n", CheckpointError.lines),
      ("a\n1\nAA==\nmore\n", .lines),
      ("\n1\nAA==\n", .origin),
      ("a\n01\nAA==\n", .size),
      ("a\n-1\nAA==\n", .size),
      ("a\n18446744073709551616\nAA==\n", .size),
      ("a\n1\nAA==\n", .root),
      ("a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n", .root),
    ])
  func refusedCheckpoint(text: String, expected: CheckpointError) {
    do {
      _ = try Checkpoint(parsing: text)
      Issue.record("not refused")
    } catch {
      #expect(error == expected)
    }
  }
}
