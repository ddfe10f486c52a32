import LogArchive
import Logging
import Proofs
import Testing

@testable import Notary

@Suite("The notary")
struct NotaryTests {
  private let store = MemoryStore()
  private let memory = Memory()
  private let key: CheckpointKey

  init() throws { key = try CheckpointKey(deployment: "sample", logID: 0) }

  private func notary(
    _ store: MemoryStore? = nil, memory: Memory? = nil, signs: Bool = true
  ) -> Notary {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return Notary(
      store: store ?? self.store, signer: signs ? key.signer : nil, memory: memory ?? self.memory,
      interval: .seconds(1), logger: logger)
  }

  private func report(
    _ store: MemoryStore, trusted: [Checkpoint] = []
  ) async throws -> VerificationReport {
    let evidence = try await store.evidence()
    var verifier = LogVerifier(keys: [key.signer.verifier], trusted: trusted)
    try verifier.take(.start(try await store.start(at: 0, in: evidence)))
    for checkpoint in try await store.checkpoints(at: 0, in: evidence) {
      try verifier.take(.checkpoint(checkpoint))
    }
    var position: UInt64 = 0
    while position < evidence.next {
      position = try await store.page(from: position, in: evidence, limit: 100) { item in
        try verifier.take(item)
      }
    }
    try verifier.take(.end(try await store.end(of: evidence)))
    return try verifier.finish()
  }

  private func signed(_ note: [UInt8]?) throws -> Checkpoint {
    try Checkpoint(parsing: try SignedNote(parsing: try #require(note)).text)
  }

  @Test("builds and signs what a verifier finds right, also while the log grows")
  func builds() async throws {
    let notary = notary()
    try await notary.open()
    for count in [0, 1, 3, 250, 1_000, 7, 5_000, 1] {
      if count > 0 { store.append(count) }
      try await notary.advance()
      let report = try await report(store)
      #expect(report.unsigned == 0)
      #expect(report.leaves == report.events)
      #expect(try signed(memory.kept).size == report.next)
    }
    #expect(notary.status.behind == 0)
    #expect(notary.status.built == 6_262)
    #expect(store.checkpointSizes == [0, 1, 4, 254, 1_254, 1_261, 6_261, 6_262])
  }

  @Test("goes on where it was after a start, and signs nothing twice")
  func restarts() async throws {
    store.append(300)
    let first = notary()
    try await first.open()
    try await first.advance()
    let second = notary()
    try await second.open()
    #expect(second.status.signed?.size == 300)
    try await second.advance()
    #expect(store.checkpointSizes == [300])
    store.append(5)
    try await second.advance()
    #expect(try await report(store).signed?.size == 305)
  }

  @Test("several share one tree, whoever adds to it")
  func replicas() async throws {
    let (left, right) = (notary(memory: Memory()), notary(memory: Memory()))
    try await left.open()
    try await right.open()
    for round in 0..<20 {
      store.append(round * 7 % 300 + 1)
      if round.isMultiple(of: 3) {
        async let first: Void = left.advance()
        async let second: Void = right.advance()
        _ = try await (first, second)
      } else {
        try await (round.isMultiple(of: 2) ? left : right).advance()
      }
    }
    try await left.advance()
    try await right.advance()
    #expect(left.status.signed?.root == right.status.signed?.root)
    #expect(try await report(store).unsigned == 0)
  }

  @Test("a restored backup is refused, with the number of events that are missing")
  func restored() async throws {
    store.append(10)
    let first = notary()
    try await first.open()
    try await first.advance()
    let backup = store.backup()
    store.append(4)
    try await first.advance()
    let second = notary(backup)
    do {
      try await second.open()
      Issue.record("it was opened")
    } catch let error as NotaryError {
      guard case .lost(let signed, 10, _) = error else { throw error }
      #expect(signed.size == 14)
      #expect("\(error)".contains("4 are missing, from position 10 on"))
      #expect("\(error)".contains("--accept-restored-log"))
    }
    // The restored log grows past what was signed: still another one.
    backup.append(9, seed: 1)
    let blind = notary(backup, memory: Memory())
    try await blind.open()
    try await blind.advance()
    await #expect(throws: NotaryError.self) { try await notary(backup).open() }
  }

  @Test("a restored log that is accepted goes on in a new incarnation, with a signed statement")
  func accepted() async throws {
    store.append(10)
    let first = notary()
    try await first.open()
    try await first.advance()
    let backup = store.backup()
    store.append(4)
    try await first.advance()
    let before = try signed(memory.kept)
    let second = notary(backup)
    try await second.open(accepting: "the disk died")
    #expect(try signed(memory.kept).origin == "sample/log/0/1")
    backup.append(9, seed: 1)
    try await second.advance()
    let report = try await report(backup)
    #expect(report.restorations.map(\.lost) == [4])
    #expect(report.restorations.map(\.reason) == ["the disk died"])
    #expect(report.signed?.origin == "sample/log/0/1")
    do {
      _ = try await self.report(backup, trusted: [before])
      Issue.record("who remembers is not told")
    } catch let tampering as Tampering {
      #expect(tampering.kind == .restored)
      #expect(tampering.position == 10)
    }
    // Said once, it is not said again.
    let third = notary(backup)
    try await third.open(accepting: "again")
    #expect(try await backup.restorations().count == 1)
  }

  @Test("a log that was rewritten is refused, and a leaf that was changed too")
  func rewritten() async throws {
    store.append(10)
    let first = notary()
    try await first.open()
    try await first.advance()
    let other = MemoryStore()
    other.append(10, seed: 9)
    let blind = notary(other, memory: Memory())
    try await blind.open()
    try await blind.advance()
    do {
      try await notary(other).open()
      Issue.record("it was opened")
    } catch let error as NotaryError {
      guard case .rewritten = error else { throw error }
    }
    store.change { $0.leaves[3] = .empty }
    await #expect(throws: NotaryError.self) { try await notary().open() }
  }

  @Test("a log that loses its tail while the service runs stops it")
  func lostWhileRunning() async throws {
    store.append(10)
    let notary = notary()
    try await notary.open()
    try await notary.advance()
    store.change { state in
      state.leaves.removeLast(2)
      state.batches = []
    }
    do {
      try await notary.advance()
      Issue.record("it went on")
    } catch let error as NotaryError {
      guard case .lost = error else { throw error }
    }
    #expect(store.checkpointSizes == [10])
  }

  @Test("events that were changed before they were sealed are not sealed")
  func changedBefore() async throws {
    store.append(3)
    store.append(3)
    store.change { $0.batches[1].events[0].payload = [1] }
    let notary = notary()
    try await notary.open()
    do {
      try await notary.advance()
      Issue.record("they were sealed")
    } catch let error as NotaryError {
      guard case .broken = error else { throw error }
    }
    #expect(store.checkpointSizes == [])
  }

  @Test("without a key there is a tree and no checkpoint")
  func unsigned() async throws {
    store.append(3)
    let notary = notary(signs: false)
    try await notary.open()
    try await notary.advance()
    #expect(store.size == 3)
    #expect(store.checkpointSizes == [])
    #expect(!notary.status.signs)
  }

  @Test("a checkpoint outside that is not by the key is an error, and not a new beginning")
  func foreignMemory() async throws {
    store.append(3)
    let other = try CheckpointKey(deployment: "sample", logID: 0)
    let text = Checkpoint(origin: "sample/log/0/0", size: 1, root: .empty).text
    memory.kept = try SignedNote(signing: text, by: [other.signer]).bytes
    await #expect(throws: NotaryError.self) { try await notary().open(accepting: "no") }
    memory.kept = [1, 2, 3]
    await #expect(throws: NotaryError.self) { try await notary().open() }
  }

  @Test("where nothing is kept outside, the database's own last checkpoint counts")
  func databaseOnly() async throws {
    store.append(3)
    let first = notary()
    try await first.open()
    try await first.advance()
    store.change { $0.leaves[0] = .empty }
    await #expect(throws: NotaryError.self) { try await notary(memory: Memory()).open() }
  }
}

@Suite("A checkpoint key")
struct CheckpointKeyTests {
  @Test("is read as it was written, and signs the same")
  func file() throws {
    let key = try CheckpointKey(deployment: "cd.example.com", logID: 0)
    let again = try CheckpointKey(parsing: key.text)
    #expect(again.text == key.text)
    #expect(again.signer.verifier == key.signer.verifier)
    #expect(key.signer.name == "cd.example.com/log/0")
  }

  @Test("whose text was changed anywhere is refused")
  func flips() throws {
    let bytes = Array(try CheckpointKey(deployment: "a", logID: 0).text.utf8.dropLast())
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1
      #expect(throws: CheckpointKeyError.self, "byte \(index)") {
        try CheckpointKey(parsing: String(decoding: changed, as: UTF8.self))
      }
    }
    #expect(throws: CheckpointKeyError.self) { try CheckpointKey(parsing: "") }
    #expect(throws: CheckpointKeyError.self) { try CheckpointKey(deployment: "", logID: 0) }
    #expect(throws: CheckpointKeyError.self) { try CheckpointKey(deployment: "a b", logID: 0) }
  }
}
