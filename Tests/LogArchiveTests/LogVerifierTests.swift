import LogArchive
import Proofs
import Testing

@Suite("A log is checked from its items")
struct LogVerifierTests {
  @Test("an honest log is right, and everything in it is counted")
  func honest() throws {
    let log = SampleLog(batchSizes: [3, 1, 300, 2], sealed: 3, checkpointsAfter: [1, 3])
    let report = try verify(log.items(), keys: [log.signer.verifier])
    #expect(report.events == 306)
    #expect(report.batches == 4)
    #expect(report.commands == 6)
    #expect(report.leaves == 304)
    #expect(report.checkpoints == 2)
    #expect(report.signed?.size == 304)
    #expect(report.unsigned == 2)
    #expect(report.isWhole)
    #expect(!report.isKeyUnproven)
    #expect(report.streams == 3)
  }

  @Test("without a key the log's own is believed, and that is said")
  func ownKey() throws {
    let log = SampleLog(batchSizes: [2])
    let report = try verify(log.items())
    #expect(report.isKeyUnproven)
    #expect(try report.key == log.signer.verifier.description)
  }

  @Test("a log of another key is not believed")
  func otherKey() throws {
    let log = SampleLog(batchSizes: [2])
    var other = log
    other.name = "other"
    #expect(try found(log.items(), keys: [other.signer.verifier])?.kind == .checkpoint)
  }

  @Test("a log with a key and no checkpoint is unsigned")
  func unsigned() throws {
    let log = SampleLog(batchSizes: [2], checkpointsAfter: [])
    #expect(try found(log.items(), keys: [log.signer.verifier])?.kind == .unsigned)
  }

  /// A change of one event, and what is said.
  struct Edit: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var change: @Sendable (inout ArchivedEvent) -> Void
  }

  static let edits = [
    Edit(testDescription: "payload") { $0.payload[0] ^= 1 },
    Edit(testDescription: "payload cut") { $0.payload.removeLast() },
    Edit(testDescription: "type") { $0.type = "other-happened.v1" },
    Edit(testDescription: "stream") { $0.stream = "rollout-shop/web@c9" },
    Edit(testDescription: "version") { $0.version += 1 },
    Edit(testDescription: "command") { $0.command[0] ^= 1 },
  ]

  @Test(
    "an edited event is found at its position, in the tree and at the end of it",
    arguments: edits, [0, 2, 4, 5, 8] as [UInt64])
  func edited(_ edit: Edit, _ position: UInt64) throws {
    let log = SampleLog(batchSizes: [3, 1, 4, 1, 2], sealed: 4, checkpointsAfter: [4])
    var items = try log.items()
    for index in items.indices {
      guard case .event(var event) = items[index], event.position == position else { continue }
      edit.change(&event)
      items[index] = .event(event)
    }
    let tampering = try #require(try found(items))
    #expect(tampering.kind == .event)
    #expect(tampering.position == position)
  }

  @Test("an event that is gone is found at its position", arguments: 0..<9 as Range<UInt64>)
  func removed(_ position: UInt64) throws {
    let items = try SampleLog(batchSizes: [3, 1, 4, 1]).items().filter { item in
      if case .event(let event) = item { event.position != position } else { true }
    }
    #expect(try found(items)?.position == position)
  }

  @Test("events in another order are found at the first of them", arguments: 0..<8 as Range<UInt64>)
  func swapped(_ position: UInt64) throws {
    var items = try SampleLog(batchSizes: [9]).items()
    let index = try #require(
      items.firstIndex {
        if case .event(let event) = $0 { event.position == position } else { false }
      })
    items.swapAt(index, index + 1)
    #expect(try found(items)?.position == position)
  }

  @Test("a batch that is gone is found at its first position")
  func removedBatch() throws {
    var isInside = false
    let items = try SampleLog(batchSizes: [3, 2, 4]).items().filter { item in
      switch item {
      case .batch(let batch): isInside = batch.next == 5
      case .command, .event: break
      case .start, .tile, .checkpoint, .end: isInside = false
      }
      return !isInside
    }
    let tampering = try found(items)
    #expect(tampering?.position == 3)
    #expect(tampering?.kind == .order)
  }

  @Test("a log cut off after any item is found")
  func cut() throws {
    let log = SampleLog(batchSizes: [2, 1])
    let items = try log.items()
    for count in 0..<items.count {
      #expect(try found(Array(items[..<count]), keys: [log.signer.verifier]) != nil)
    }
  }

  @Test("a log that ends sooner than its checkpoint is truncated there")
  func truncated() throws {
    let log = SampleLog(batchSizes: [3, 2], checkpointsAfter: [2])
    var short = SampleLog(batchSizes: [3], checkpointsAfter: [])
    short.name = log.name
    var items = try short.items()
    let last = try #require(
      try log.items().last { if case .checkpoint = $0 { true } else { false } })
    items.insert(last, at: items.count - 1)
    if case .end(var end) = items[items.count - 1] {
      end.checkpoints = 1
      items[items.count - 1] = .end(end)
    }
    let tampering = try found(items)
    #expect(tampering?.kind == .truncated)
    #expect(tampering?.position == 3)
  }

  @Test("a log rewritten as a whole is found by its checkpoints, after the last right one")
  func rewritten() throws {
    let log = SampleLog(batchSizes: [3, 2, 4], checkpointsAfter: [1, 3])
    var other = log
    other.batches[1].events[0].payload = [1, 1, 1]
    var items = try other.items()
    let notes = try log.items().filter { if case .checkpoint = $0 { true } else { false } }
    var next = 0
    for index in items.indices {
      guard case .checkpoint = items[index] else { continue }
      items[index] = notes[next]
      next += 1
    }
    let tampering = try found(items)
    #expect(tampering?.kind == .rewritten)
    #expect(tampering?.position == 3)
  }

  @Test("what is remembered finds a log that was rewritten and signed anew")
  func remembered() throws {
    let log = SampleLog(batchSizes: [3, 2], checkpointsAfter: [1, 2])
    let seen = try #require(try verify(log.items()).signed)
    let other = SampleLog(batchSizes: [3, 2], checkpointsAfter: [1, 2], seed: 1)
    let tampering = try found(other.items(), trusted: [seen])
    #expect(tampering?.kind == .rewritten)
    #expect(try found(log.items(), trusted: [seen]) == nil)
    let older = SampleLog(batchSizes: [3])
    #expect(try found(older.items(), trusted: [seen])?.kind == .truncated)
    let longer = SampleLog(batchSizes: [3, 2, 2], checkpointsAfter: [1, 2, 3])
    #expect(try verify(longer.items(), trusted: [seen]).trusted == 1)
  }

  @Test("an accepted restoration is told to who remembers, and excuses what was lost to others")
  func restored() throws {
    let before = SampleLog(batchSizes: [3, 2], checkpointsAfter: [1, 2])
    let seen = try #require(try verify(before.items()).signed)
    var after = SampleLog(batchSizes: [3, 4], checkpointsAfter: [2], seed: 0)
    after.incarnation = 1
    after.batches[1].events[0].payload = [5]
    var frontier = MerkleFrontier()
    for case .event(let event) in try before.items() where event.position < 3 {
      frontier.append(leafHash: try #require(event.leaf))
    }
    let restoration = Restoration(
      origin: LogOrigin(log: "sample/log/0", incarnation: 1), size: 3, root: frontier.root,
      last: seen, reason: "the disk died")
    #expect(restoration.lost == 2)
    #expect(Restoration(parsing: restoration.text) == restoration)
    after.restorations = [try SignedNote(signing: restoration.text, by: [after.signer]).bytes]
    let tampering = try found(after.items(), trusted: [seen])
    #expect(tampering?.kind == .restored)
    #expect(tampering?.position == 3)
    #expect(tampering?.reason.contains("the disk died") == true)
    let report = try verify(after.items(), keys: [after.signer.verifier])
    #expect(report.restorations == [restoration])
    // By another key it is no statement.
    after.restorations = [
      try SignedNote(
        signing: restoration.text, by: [NoteSigner(name: "x/log/0", key: SampleLog.signingKey)]
      ).bytes
    ]
    #expect(try found(after.items())?.kind == .checkpoint)
  }

  @Test("an erased payload leaves the log right, and what stands for it cannot be made up")
  func erased() throws {
    var log = SampleLog(batchSizes: [3, 2])
    log.batches[0].events[1].isErased = true
    let report = try verify(log.items(), keys: [log.signer.verifier])
    #expect(report.erased == 1)
    var items = try log.items()
    for index in items.indices {
      guard case .event(var event) = items[index], event.erased != nil else { continue }
      event.erased?[0] ^= 1
      items[index] = .event(event)
    }
    #expect(try found(items)?.position == 1)
  }

  @Test("rows beside the events are held against them")
  func rows() throws {
    let log = SampleLog(batchSizes: [3, 2], sealed: 2, checkpointsAfter: [1, 2])
    func changed(_ change: (inout ArchiveItem) -> Void) throws -> Tampering? {
      var items = try log.items()
      for index in items.indices { change(&items[index]) }
      return try found(items, keys: [log.signer.verifier])
    }
    func end(_ change: (inout ArchiveEnd) -> Void) throws -> Tampering? {
      try changed { item in
        guard case .end(var end) = item else { return }
        change(&end)
        item = .end(end)
      }
    }
    func batch(_ change: (inout ArchivedBatch) -> Void) throws -> Tampering? {
      try changed { item in
        guard case .batch(var batch) = item, batch.next == 5 else { return }
        change(&batch)
        item = .batch(batch)
      }
    }
    func command(_ change: (inout ArchivedCommand) -> Void) throws -> Tampering? {
      try changed { item in
        guard case .command(var command) = item, command.first == 3 else { return }
        change(&command)
        item = .command(command)
      }
    }
    #expect(try end { $0.chain[0] ^= 1 }?.kind == .head)
    #expect(try end { $0.lastAt += 1 }?.kind == .head)
    #expect(try end { $0.lastNow += 1 }?.kind == .head)
    #expect(try end { $0.next -= 1 }?.kind == .head)
    #expect(try end { $0.next += 1 }?.position == 5)
    #expect(try end { $0.eventsEnd += 1 }?.position == 5)
    #expect(try end { $0.batchesEnd += 1 }?.kind == .order)
    #expect(try end { $0.treeSize -= 1 }?.kind == .tree)
    #expect(try end { $0.leavesEnd += 1 }?.kind == .tree)
    #expect(try end { $0.commandsEnd -= 1 }?.kind == .command)
    #expect(try end { $0.checkpoints += 1 }?.kind == .checkpoint)
    #expect(try end { $0.wrongStreams = [.init(stream: "a-b", version: 1)] }?.kind == .head)
    for kind in [
      try batch { $0.at += 1 }, try batch { $0.now += 1 }, try batch { $0.chain[0] ^= 1 },
      try batch { $0.digest[0] ^= 1 }, try batch { $0.bytes += 1 },
    ] {
      #expect(kind?.kind == .batch)
      #expect(kind?.position == 3)
    }
    #expect(try batch { $0.commands?[0] ^= 1 }?.kind == .command)
    #expect(try batch { $0.commands = nil }?.kind == .tree)
    #expect(try batch { $0.count += 1 }?.position == 3)
    for kind in [
      try command { $0.digest[0] ^= 1 }, try command { $0.at += 1 },
      try command { $0.count += 1 }, try command { $0.id[0] ^= 1 },
    ] {
      #expect(kind?.kind == .command)
      #expect(kind?.position == 3)
    }
  }

  @Test("a tile that is changed, gone or too many is found at its first position")
  func tiles() throws {
    let log = SampleLog(batchSizes: [200, 100, 300], checkpointsAfter: [3])
    let items = try log.items()
    #expect(items.count { if case .tile = $0 { true } else { false } } == 2)
    let place = try #require(
      items.lastIndex { if case .tile = $0 { true } else { false } })
    var changed = items
    if case .tile(var tile) = changed[place] {
      tile.hash = .empty
      changed[place] = .tile(tile)
    }
    #expect(try found(changed)?.position == 256)
    changed = items
    changed.remove(at: place)
    #expect(try found(changed)?.position == 256)
    changed = items
    changed.insert(items[place], at: place)
    #expect(try found(changed)?.kind == .tree)
  }

  @Test("parts of a log are checked as one, and a part alone from its start")
  func parts() throws {
    let log = SampleLog(batchSizes: [3, 2, 4], checkpointsAfter: [2, 3])
    let items = try log.items()
    let cut = try #require(
      items.firstIndex { if case .batch(let batch) = $0 { batch.next == 9 } else { false } })
    var frontier = MerkleFrontier()
    var chain: [UInt8] = []
    for item in items[..<cut] {
      if case .event(let event) = item { frontier.append(leafHash: try #require(event.leaf)) }
      if case .batch(let batch) = item { chain = batch.chain }
    }
    let first = Array(items[..<cut]) + [.end(ArchiveEnd(upTo: 5))]
    var start = ArchiveStart(
      logID: 0, position: 5, chain: chain, frontier: frontier.complete, checkpointsBefore: 1,
      key: try log.signer.verifier.description)
    let second = Array(items[cut...])
    let keys = [try log.signer.verifier]
    #expect(try verify(first + [.start(start)] + second, keys: keys).events == 9)
    #expect(try verify([.start(start)] + second, keys: keys).events == 4)
    #expect(try verify(first, keys: keys).isWhole == false)
    start.chain[0] ^= 1
    #expect(try found(first + [.start(start)] + second, keys: keys)?.position == 5)
    #expect(try found([.start(start)] + second, keys: keys)?.position == 5)
    start.chain[0] ^= 1
    start.frontier[0] = .empty
    #expect(try found([.start(start)] + second, keys: keys) != nil)
  }
}
