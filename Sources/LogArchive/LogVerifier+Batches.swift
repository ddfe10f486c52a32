import Proofs

/// What a batch says of itself, its events and its commands, held against chain and tree.
extension LogVerifier {
  mutating func begin(_ batch: ArchivedBatch) throws(Tampering) {
    try conclude()
    guard batch.digest.count == 32, batch.chain.count == 32, batch.commands?.count ?? 32 == 32
    else {
      throw Tampering(
        next, .batch, "the batch that ends at position \(batch.next) has a digest of a wrong size")
    }
    let end = next.addingReportingOverflow(UInt64(batch.count))
    guard !end.overflow, end.partialValue == batch.next, batch.count > 0 else {
      throw Tampering(
        next, .order,
        "no batch begins at position \(next): the next one there is ends at position \(batch.next) "
          + "with \(batch.count) events. Its row or those before it were changed or removed")
    }
    guard batch.count <= UInt32(Self.eventsMax) else {
      throw Tampering(next, .batch, "a batch says it has \(batch.count) events")
    }
    open = OpenBatch(first: next, batch: batch)
  }

  mutating func take(_ command: ArchivedCommand) throws(Tampering) {
    guard let batch = open, batch.events.isEmpty, batch.tiles.isEmpty else {
      throw Tampering(next, .malformed, "a command stands outside its batch")
    }
    guard command.id.count == 16, command.first >= batch.first, command.first < batch.batch.next
    else {
      throw Tampering(
        batch.first, .command, "a command that is not of this batch stands in it")
    }
    if let last = batch.lastCommand {
      let ascends =
        last.first < command.first
        || last.first == command.first && last.id.lexicographicallyPrecedes(command.id)
      guard ascends else {
        throw Tampering(batch.first, .command, "the commands of the batch are out of order")
      }
    }
    open?.lastCommand = command
    open?.commandsDigest.add(command)
    report.commands += 1
    guard command.count > 0 else { return }
    guard batch.commands.count < Self.eventsMax else {
      throw Tampering(batch.first, .command, "more commands have events here than there are events")
    }
    open?.commands[command.id] = command
  }

  mutating func take(_ event: ArchivedEvent) throws(Tampering) {
    guard let batch = open else {
      throw Tampering(next, .order, "the event at position \(event.position) is in no batch")
    }
    let expected = batch.first + UInt64(batch.events.count)
    guard batch.tiles.isEmpty else {
      throw Tampering(expected, .malformed, "an event stands outside its batch")
    }
    guard expected < batch.batch.next else {
      throw Tampering(
        expected, .order, "position \(event.position) holds an event that is in no batch")
    }
    guard event.position == expected else {
      throw Tampering(
        expected, .order,
        event.position > expected
          ? "the event at position \(expected) is missing"
          : "the event of position \(event.position) stands where that of \(expected) should")
    }
    guard event.command.count == 16, event.stream.utf8.count <= 0xFFFF,
      event.type.utf8.count <= 0xFF, event.payload.count <= Int(UInt32.max)
    else {
      throw Tampering(expected, .event, "the event at position \(expected) is out of all limits")
    }
    open?.events.append(event)
  }

  /// Checks the batch that is open, if one is.
  mutating func conclude() throws(Tampering) {
    guard let batch = open else { return }
    open = nil
    let (first, row) = (batch.first, batch.batch)
    let end = first + UInt64(batch.events.count)
    guard batch.events.count == Int(row.count) else {
      throw Tampering(end, .order, "the event at position \(end) is missing")
    }
    try checkTreeBorder(batch)
    try checkEvents(of: batch)
    let computed = BatchDigest.chain(after: chain, first: first, row)
    guard computed == row.chain else {
      throw Tampering(
        first, .batch,
        "the batch of positions \(first) to \(row.next - 1) does not continue the chain: its row "
          + "(times, digest or chain) was changed, or the one before it was")
    }
    try checkCommands(of: batch)
    try checkStreams(of: batch)
    if row.commands != nil { try addToTree(batch) }
    chain = row.chain
    next = row.next
    lastTimes = (row.at, row.now)
    if next == commandsFrom { isCommandsBorderMet = true }
    report.batches += 1
    report.events += UInt64(batch.events.count)
    report.erased += UInt64(batch.events.count { $0.erased != nil })
    report.next = next
    try meet()
  }

  /// Whether the batch is in the tree or not, as a whole and after those that are.
  mutating func checkTreeBorder(_ batch: OpenBatch) throws(Tampering) {
    let isInTree = batch.batch.commands != nil
    for event in batch.events {
      let isComplete = event.leaf != nil && (event.salt != nil || event.erased != nil)
      guard isInTree || event.leaf == nil && event.salt == nil && event.erased == nil else {
        throw Tampering(
          batch.first, .tree,
          "the seal of the batch at positions \(batch.first) to \(batch.batch.next - 1) is missing")
      }
      guard !isInTree || isComplete else {
        throw Tampering(
          event.position, .tree, "the leaf or salt of position \(event.position) is missing")
      }
    }
    if isInTree, isPastTree {
      throw Tampering(
        frontier.size, .tree, "the leaf of position \(frontier.size) is missing from the tree")
    }
    if !isInTree { isPastTree = true }
  }

  func leaf(of event: ArchivedEvent, in batch: ArchivedBatch) -> MerkleHash {
    LeafRecord.hash(
      logID: logID, position: event.position, stream: event.stream, version: event.version,
      command: event.command, type: event.type, at: batch.at,
      body: event.erased
        ?? LeafRecord.body(salt: event.salt ?? [], payload: event.payload),
      chain: batch.chain, commands: batch.commands ?? [])
  }

  /// Whether the events are those that were appended; the leaves say which one is not.
  func checkEvents(of batch: OpenBatch) throws(Tampering) {
    let row = batch.batch
    if let wrong = batch.events.first(where: { $0.erased != nil && !$0.payload.isEmpty }) {
      throw Tampering(
        wrong.position, .event,
        "the event at position \(wrong.position) is erased and has a payload")
    }
    // With a payload erased the digest can only be believed: the chain and the leaves cover it.
    guard !batch.events.contains(where: { $0.erased != nil }) else { return }
    var digest = BatchDigest()
    var bytes = 0
    for event in batch.events {
      digest.add(event)
      bytes += event.payload.count
    }
    guard digest.bytes == row.digest else {
      let isInTree = row.commands != nil
      let wrong = isInTree ? batch.events.first { $0.leaf != leaf(of: $0, in: row) } : nil
      if isInTree, wrong == nil {
        throw Tampering(
          batch.first, .batch,
          "the digest in the row of the batch at positions \(batch.first) to \(row.next - 1) was "
            + "changed: its events are as their leaves say")
      }
      // Where not one leaf is right, it is the row of the batch that they all rest on.
      let isSingle = batch.events.count == 1
      if let wrong, isSingle || batch.events.contains(where: { $0.leaf == leaf(of: $0, in: row) }) {
        throw Tampering(
          wrong.position, .event,
          "the event at position \(wrong.position) is not the one that was appended: its stream, "
            + "version, type, command or payload was changed")
      }
      throw Tampering(
        batch.first, .event,
        "the events at positions \(batch.first) to \(row.next - 1) are not those that were appended, "
          + "or the digest of their batch was changed")
    }
    guard bytes == Int(row.bytes) else {
      throw Tampering(
        batch.first, .batch,
        "the batch at position \(batch.first) says it has \(row.bytes) bytes and has \(bytes)")
    }
  }

  func checkCommands(of batch: OpenBatch) throws(Tampering) {
    let row = batch.batch
    // Deleted after their time, all of them together.
    if row.next <= commandsFrom {
      guard batch.lastCommand == nil else {
        throw Tampering(
          batch.first, .command,
          "commands before position \(commandsFrom) are said to be deleted, and some are there")
      }
      return
    }
    var events = batch.events[...]
    while let first = events.first {
      let count = events.prefix { $0.command == first.command }.count
      guard let command = batch.commands[first.command], command.first == first.position,
        command.count == UInt32(count)
      else {
        throw Tampering(
          first.position, .command,
          "the command that appended position \(first.position) is not recorded as it was, or not "
            + "at all")
      }
      events = events.dropFirst(count)
    }
    let runs = Set(batch.events.map(\.command)).count
    guard batch.commands.count == runs else {
      throw Tampering(
        batch.first, .command,
        "a command says it appended events at positions \(batch.first) to \(row.next - 1) that are "
          + "not its own")
    }
    guard row.commands == nil || row.commands == batch.commandsDigest.bytes else {
      throw Tampering(
        batch.first, .command,
        "a command recorded with the batch at positions \(batch.first) to \(row.next - 1) was "
          + "changed, added or removed")
    }
  }

  mutating func checkStreams(of batch: OpenBatch) throws(Tampering) {
    for event in batch.events {
      let last = streams[event.stream] ?? (report.from == 0 ? 0 : event.version &- 1)
      guard event.version > 0, event.version - 1 == last else {
        throw Tampering(
          event.position, .order,
          "the event at position \(event.position) is version \(event.version) of its stream after "
            + "version \(last)")
      }
      streams[event.stream] = event.version
    }
    guard streams.count <= Self.streamsMax else {
      throw Tampering(batch.first, .malformed, "more than \(Self.streamsMax) streams")
    }
  }

  mutating func addToTree(_ batch: OpenBatch) throws(Tampering) {
    var tiles = batch.tiles[...]
    var missing: (position: UInt64, reason: String)?
    for event in batch.events {
      let hash = leaf(of: event, in: batch.batch)
      guard hash == event.leaf else {
        throw Tampering(
          event.position, .tree,
          "the leaf of position \(event.position) is not that of its event: the leaf, its salt or "
            + "the seal of its batch was changed")
      }
      var size = frontier.size
      size += 1
      frontier.append(leafHash: hash) { level, root in
        guard level.isMultiple(of: 8), missing == nil else { return }
        let index = (size >> UInt64(level)) - 1
        let expected = ArchivedTile(level: UInt32(level), index: index, hash: root)
        guard let tile = tiles.popFirst(), tile == expected else {
          missing = (
            index << UInt64(level),
            "the tile of positions \(index << UInt64(level)) to \(size - 1) was changed or removed"
          )
          return
        }
      }
      if let missing { throw Tampering(missing.position, .tree, missing.reason) }
      report.leaves += 1
      try meet()
    }
    if let tile = tiles.first {
      throw Tampering(batch.first, .tree, "a tile of level \(tile.level) is not of this batch")
    }
  }
}
