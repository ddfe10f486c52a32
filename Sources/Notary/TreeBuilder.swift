internal import LogArchive
internal import Proofs

/// Makes leaves of batches, checking the chain as it goes: what was changed before it got here must
/// not be sealed.
struct TreeBuilder {
  private(set) var frontier: MerkleFrontier
  private(set) var growth: TreeGrowth
  private let logID: UInt32
  private var chain: [UInt8]
  private var batch: (row: ArchivedBatch, digest: CommandsDigest, events: [ArchivedEvent])?
  private var random = SystemRandomNumberGenerator()

  init(logID: UInt32, frontier: MerkleFrontier, chain: [UInt8]) {
    self.logID = logID
    self.frontier = frontier
    self.chain = chain
    growth = TreeGrowth(size: frontier.size)
  }

  mutating func take(_ item: ArchiveItem) throws(NotaryError) {
    switch item {
    case .batch(let row):
      try conclude()
      batch = (row, CommandsDigest(), [])
    case .command(let command): batch?.digest.add(command)
    case .event(let event): batch?.events.append(event)
    case .start, .tile, .checkpoint, .end: break
    }
  }

  /// Everything that was taken, ready to be stored.
  mutating func finish() throws(NotaryError) -> (TreeGrowth, MerkleFrontier, chain: [UInt8]) {
    try conclude()
    return (growth, frontier, chain)
  }

  private mutating func conclude() throws(NotaryError) {
    guard let (row, commandsDigest, events) = batch else { return }
    batch = nil
    let first = frontier.size
    guard events.count == Int(row.count), first + UInt64(row.count) == row.next,
      events.enumerated().allSatisfy({ $0.element.position == first + UInt64($0.offset) })
    else {
      throw .broken(position: first, reason: "a batch has not the events that it says it has")
    }
    var digest = BatchDigest()
    for event in events { digest.add(event) }
    let after = BatchDigest.chain(after: chain, first: first, row)
    guard digest.bytes == row.digest, after == row.chain else {
      throw .broken(position: first, reason: "the events are not those that were appended")
    }
    let commands = commandsDigest.bytes
    for event in events { add(event, row, commands) }
    growth.seals.append((row.next, commands))
    growth.next = row.next
    chain = row.chain
  }

  private mutating func add(_ event: ArchivedEvent, _ row: ArchivedBatch, _ commands: [UInt8]) {
    let salt = Self.bytes(random.next()) + Self.bytes(random.next())
    let hash = LeafRecord.hash(
      logID: logID, position: event.position, stream: event.stream, version: event.version,
      command: event.command, type: event.type, at: row.at,
      body: LeafRecord.body(salt: salt, payload: event.payload), chain: row.chain,
      commands: commands)
    let position = frontier.size
    if growth.rows.isEmpty || position.isMultiple(of: 256) {
      growth.rows.append(TreeGrowth.Row(first: position))
    }
    growth.rows[growth.rows.count - 1].hashes += hash.bytes
    growth.rows[growth.rows.count - 1].salts += salt
    var tiles: [ArchivedTile] = []
    frontier.append(leafHash: hash) { level, root in
      guard level.isMultiple(of: 8) else { return }
      let index = ((position + 1) >> UInt64(level)) - 1
      tiles.append(ArchivedTile(level: UInt32(level), index: index, hash: root))
    }
    growth.tiles += tiles
  }

  private static func bytes(_ word: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
  }
}
