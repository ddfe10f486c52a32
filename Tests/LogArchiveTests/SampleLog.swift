import Crypto
import LogArchive
import Proofs

/// A small log with its evidence, made without any database, that can be changed in every way and
/// sealed again.
struct SampleLog {
  struct Event {
    var stream: String
    var version: UInt64
    var type = "sample-happened.v1"
    var payload: [UInt8]
    var salt: [UInt8]
    var isErased = false
  }

  struct Batch {
    var events: [Event]
    /// Recorded before its first event, without events of their own.
    var idle = 0
    var at: Int64
    var now: Int64
  }

  static let signingKey =
    (try? Curve25519.Signing.PrivateKey(
      rawRepresentation: [UInt8](1...32))) ?? Curve25519.Signing.PrivateKey()

  var batches: [Batch] = []
  var genesis = [UInt8](repeating: 7, count: 32)
  /// Batches after the last of these are in no tree yet.
  var sealed: Int
  /// After so many batches each.
  var checkpointsAfter: [Int]
  var name = "sample"
  var incarnation: UInt32 = 0
  var restorations: [[UInt8]] = []
  private var versions: [String: UInt64] = [:]

  init(batchSizes: [Int], sealed: Int? = nil, checkpointsAfter: [Int]? = nil, seed: UInt8 = 0) {
    self.sealed = sealed ?? batchSizes.count
    self.checkpointsAfter = checkpointsAfter ?? [batchSizes.count]
    var position = 0
    for (index, size) in batchSizes.enumerated() {
      var events: [Event] = []
      for _ in 0..<size {
        let stream = "rollout-shop/web@c\(position % 3)"
        versions[stream, default: 0] += 1
        events.append(
          Event(
            stream: stream, version: versions[stream] ?? 0,
            payload: [seed] + Array("event-\(position)".utf8),
            salt: [UInt8](repeating: UInt8(truncatingIfNeeded: position + 1), count: 16)))
        position += 1
      }
      batches.append(
        Batch(
          events: events, idle: index % 2, at: 1_000_000 + Int64(index),
          now: 900_000 + Int64(index)))
    }
  }

  var signer: NoteSigner {
    get throws { try NoteSigner(name: "\(name)/log/0", key: Self.signingKey) }
  }

  func checkpoint(_ frontier: MerkleFrontier) throws -> (Checkpoint, [UInt8]) {
    let checkpoint = Checkpoint(
      origin: "\(name)/log/0/\(incarnation)", size: frontier.size, root: frontier.root)
    return (checkpoint, try SignedNote(signing: checkpoint.text, by: [signer]).bytes)
  }

  /// Everything in order, honestly sealed.
  func items() throws -> [ArchiveItem] {
    var items: [ArchiveItem] = [
      .start(
        ArchiveStart(
          logID: 0, position: 0, chain: genesis, restorations: restorations,
          key: try signer.verifier.description))
    ]
    var chain = genesis
    var frontier = MerkleFrontier()
    var position: UInt64 = 0
    var number: UInt64 = 0
    for (index, batch) in batches.enumerated() {
      items += try Sealing(batch, at: position, isSealed: index < sealed).items(&chain, &frontier)
      position += UInt64(batch.events.count)
      if checkpointsAfter.contains(index + 1) {
        number += 1
        items.append(
          .checkpoint(ArchivedCheckpoint(number: number, note: try checkpoint(frontier).1)))
      }
    }
    items.append(
      .end(
        ArchiveEnd(
          next: position, isWhole: true, chain: chain, lastNow: batches.last?.now ?? 0,
          lastAt: batches.last?.at ?? 0, treeSize: frontier.size, eventsEnd: position,
          batchesEnd: position, leavesEnd: frontier.size, commandsEnd: position, trailingAt: 0,
          checkpoints: number)))
    return items
  }

  /// The bundle of some positions under the checkpoint over everything sealed.
  func bundle(of positions: [UInt64]) throws -> ProofBundle {
    var tree = MerkleTree()
    var frontier = MerkleFrontier()
    var batch: ArchivedBatch?
    var entries: [UInt64: ProofBundle.Entry] = [:]
    for item in try items() {
      switch item {
      case .batch(let value): batch = value
      case .event(var event):
        guard let leaf = event.leaf, let batch else { continue }
        tree.append(leafHash: leaf)
        frontier.append(leafHash: leaf)
        event.leaf = nil
        entries[event.position] = ProofBundle.Entry(
          event: event, at: batch.at, chain: batch.chain, commands: batch.commands ?? [], path: [])
      case .start, .command, .tile, .checkpoint, .end: break
      }
    }
    return ProofBundle(
      logID: 0, note: try checkpoint(frontier).1,
      entries: positions.compactMap { position in
        var entry = entries[position]
        entry?.path = tree.inclusionProof(of: position, in: tree.size) ?? []
        return entry
      })
  }

  /// One batch as a service would have appended and sealed it.
  private struct Sealing {
    let batch: Batch
    let first: UInt64
    let isSealed: Bool

    init(_ batch: Batch, at first: UInt64, isSealed: Bool) {
      self.batch = batch
      self.first = first
      self.isSealed = isSealed
    }

    func items(
      _ chain: inout [UInt8], _ frontier: inout MerkleFrontier
    ) throws -> [ArchiveItem] {
      let id = Self.id(first, 0)
      var commands = (0..<batch.idle).map {
        ArchivedCommand(
          id: Self.id(first, UInt8($0 + 1)), digest: [9, 9], first: first, count: 0, at: batch.at)
      }
      commands.append(
        ArchivedCommand(
          id: id, digest: [1, 2, 3], first: first, count: UInt32(batch.events.count),
          at: batch.at))
      commands.sort { $0.id.lexicographicallyPrecedes($1.id) }
      var commandsDigest = CommandsDigest()
      for command in commands { commandsDigest.add(command) }
      var digest = BatchDigest()
      var events: [ArchivedEvent] = []
      for (offset, event) in batch.events.enumerated() {
        let archived = ArchivedEvent(
          position: first + UInt64(offset), stream: event.stream, version: event.version,
          type: event.type, command: id, payload: event.payload)
        digest.add(archived)
        events.append(archived)
      }
      var row = ArchivedBatch(
        next: first + UInt64(events.count), count: UInt32(events.count),
        bytes: UInt32(events.reduce(0) { $0 + $1.payload.count }), at: batch.at, now: batch.now,
        digest: digest.bytes, chain: [], commands: isSealed ? commandsDigest.bytes : nil)
      row.chain = BatchDigest.chain(after: chain, first: first, row)
      chain = row.chain
      var tiles: [ArchiveItem] = []
      if isSealed {
        for index in events.indices {
          let body = LeafRecord.body(salt: batch.events[index].salt, payload: events[index].payload)
          let leaf = LeafRecord.hash(
            logID: 0, position: events[index].position, stream: events[index].stream,
            version: events[index].version, command: id, type: events[index].type, at: row.at,
            body: body, chain: row.chain, commands: row.commands ?? [])
          events[index].leaf = leaf
          events[index].salt = batch.events[index].salt
          if batch.events[index].isErased {
            events[index].erased = body
            events[index].salt = nil
            events[index].payload = []
          }
          let size = frontier.size + 1
          frontier.append(leafHash: leaf) { level, root in
            guard level == 8 else { return }
            tiles.append(.tile(ArchivedTile(level: 8, index: size / 256 - 1, hash: root)))
          }
        }
      }
      return [.batch(row)] + commands.map { .command($0) } + events.map { .event($0) } + tiles
    }

    private static func id(_ first: UInt64, _ kind: UInt8) -> [UInt8] {
      [UInt8](repeating: 0, count: 14) + [UInt8(truncatingIfNeeded: first), 255 - kind]
    }
  }
}

/// Runs a verifier over items.
func verify(
  _ items: [ArchiveItem], keys: [NoteVerifier] = [], trusted: [Checkpoint] = []
) throws -> VerificationReport {
  var verifier = LogVerifier(keys: keys, trusted: trusted)
  for item in items { try verifier.take(item) }
  return try verifier.finish()
}

/// What a verifier finds in items.
func found(
  _ items: [ArchiveItem], keys: [NoteVerifier] = [], trusted: [Checkpoint] = []
) throws -> Tampering? {
  do {
    _ = try verify(items, keys: keys, trusted: trusted)
    return nil
  } catch let tampering as Tampering {
    return tampering
  }
}

/// What is found in the lines of a file.
func found(lines: [[UInt8]], keys: [NoteVerifier], trusted: [Checkpoint] = []) throws -> Bool {
  var verifier = LogVerifier(keys: keys, trusted: trusted)
  do {
    for line in lines { try verifier.take(try ArchiveLine.read(line[...])) }
    _ = try verifier.finish()
    return false
  } catch is Tampering {
    return true
  } catch is ArchiveError {
    return true
  }
}
