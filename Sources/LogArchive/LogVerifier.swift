public import Proofs

/// Checks a log from its items, in order, and knows neither where they come from nor what events
/// mean. It counts and computes everything itself: batches, chain, leaves, tree, and whether the
/// tree is the one that checkpoints were signed over.
///
/// Memory: one batch, the name and version of each stream, and checkpoints that are still ahead.
public struct LogVerifier: Sendable {
  /// The most events and commands with events in one batch.
  static let eventsMax = 10_000
  /// The most checkpoints waiting for their size.
  static let aheadMax = 100_000
  static let streamsMax = 20_000_000

  var report = VerificationReport()
  private var keys: [NoteVerifier]
  /// By size: checkpoints that the log must continue.
  var ahead: [UInt64: [Ahead]] = [:]
  var aheadCount = 0
  /// The smallest size in `ahead`.
  var nextAhead = UInt64.max
  var hasStarted = false
  private var hasEnded = false
  var logID: UInt32 = 0
  var next: UInt64 = 0
  var chain: [UInt8] = []
  var frontier = MerkleFrontier()
  /// The last version of each stream that was read.
  var streams: [String: UInt64] = [:]
  var open: OpenBatch?
  /// Once a batch is not in the tree, none after it is.
  private var isPastTree = false
  var commandsFrom: UInt64 = 0
  private var checkpointNumber: UInt64 = 0
  private var lastCheckpoint: (origin: LogOrigin, size: UInt64)?
  /// The largest size whose root was right, below which nothing can be wrong.
  var rightUpTo: UInt64 = 0
  /// Whether `commandsFrom` is the end of a batch, as it must be.
  private var isCommandsBorderMet = true
  /// The `at` and `now` of the last batch; `nil` where none was read.
  private var lastTimes: (at: Int64, now: Int64)?

  /// A checkpoint that is checked when the tree has its size.
  struct Ahead: Sendable {
    var checkpoint: Checkpoint
    var note: [UInt8]
    /// Remembered from an earlier time, rather than told by the log.
    var isTrusted: Bool
  }

  /// A batch whose items are being read.
  struct OpenBatch: Sendable {
    var first: UInt64
    var batch: ArchivedBatch
    var commandsDigest = CommandsDigest()
    /// By id: those with events.
    var commands: [[UInt8]: ArchivedCommand] = [:]
    var lastCommand: ArchivedCommand?
    var events: [ArchivedEvent] = []
    var tiles: [ArchivedTile] = []
  }

  /// - Parameters:
  ///   - keys: whose signatures count. None: the key that the log names, which is then reported as
  ///     unproven.
  ///   - trusted: checkpoints seen before, whose signatures were checked then.
  public init(keys: [NoteVerifier] = [], trusted: [Checkpoint] = []) {
    self.keys = keys
    for checkpoint in trusted {
      expect(Ahead(checkpoint: checkpoint, note: [], isTrusted: true))
    }
  }

  /// How far it has come.
  public var position: UInt64 { next }

  /// - Throws: ``Tampering`` at the first thing that is not as it was recorded; nothing can be taken
  ///   after that.
  public mutating func take(_ item: ArchiveItem) throws(Tampering) {
    switch item {
    case .start(let start): return try begin(start)
    case .batch, .command, .event, .tile, .checkpoint, .end:
      guard hasStarted, !hasEnded else {
        throw Tampering(next, .malformed, "the log must begin with its start and stop at its end")
      }
    }
    switch item {
    case .start: break
    case .batch(let batch): try begin(batch)
    case .command(let command): try take(command)
    case .event(let event): try take(event)
    case .tile(let tile):
      guard open != nil, (open?.tiles.count ?? 0) < Self.eventsMax else {
        throw Tampering(next, .malformed, "a tile stands outside a batch")
      }
      open?.tiles.append(tile)
    case .checkpoint(let checkpoint):
      try conclude()
      try take(checkpoint)
    case .end(let end):
      try conclude()
      try self.end(end)
      hasEnded = true
    }
  }

  /// What was found to be right.
  ///
  /// - Throws: ``Tampering`` where the items stopped short of an end, or nothing is signed.
  public consuming func finish() throws(Tampering) -> VerificationReport {
    guard hasStarted, hasEnded else {
      throw Tampering(
        open?.first ?? next, .malformed, "it is cut off: everything ends with an end")
    }
    if report.isWhole {
      for size in ahead.keys.sorted() { try checkLost(at: size) }
    }
    guard isCommandsBorderMet else {
      throw Tampering(
        report.from, .command,
        "commands are said to be deleted up to position \(commandsFrom), which is the end of no batch"
      )
    }
    if !keys.isEmpty, report.signed == nil {
      throw Tampering(
        report.from, .unsigned, "no checkpoint by the key \(keys[0].name) covers anything in it")
    }
    report.streams = UInt64(streams.count)
    return report
  }

  // MARK: Start

  private mutating func begin(_ start: ArchiveStart) throws(Tampering) {
    guard start.chain.count == 32,
      let frontier = MerkleFrontier(size: start.position, complete: start.frontier)
    else {
      throw Tampering(
        start.position, .malformed,
        "the start needs a chain of 32 bytes and a root for each bit of its position")
    }
    if hasStarted { return try goOn(start, frontier) }
    hasStarted = true
    logID = start.logID
    next = start.position
    chain = start.chain
    self.frontier = frontier
    commandsFrom = start.commandsFrom
    checkpointNumber = start.checkpointsBefore
    guard start.position > 0 || start.checkpointsBefore == 0 else {
      throw Tampering(0, .malformed, "no checkpoint can have been made before the beginning")
    }
    isCommandsBorderMet = commandsFrom <= next
    report.logID = start.logID
    report.from = start.position
    report.next = start.position
    rightUpTo = start.position
    try learnKey(start.key)
    for note in start.restorations { try take(restoration: note) }
    // What was remembered of sizes before the start cannot be looked at; of the start itself it can.
    for size in ahead.keys where size < next { forget(size) }
    try meet()
  }

  /// The next file of several.
  private mutating func goOn(
    _ start: ArchiveStart, _ frontier: MerkleFrontier
  ) throws(Tampering) {
    guard hasEnded else {
      throw Tampering(next, .malformed, "a second start stands before the end")
    }
    guard start.logID == logID, start.position == next, start.chain == chain,
      frontier == self.frontier, start.checkpointsBefore <= checkpointNumber
    else {
      throw Tampering(
        min(next, start.position), .order,
        "the part that begins at position \(start.position) does not continue the one before it, "
          + "which ends at position \(next)")
    }
    // Those made exactly where the parts meet may stand in both.
    checkpointNumber = start.checkpointsBefore
    lastCheckpoint = nil
    report.isWhole = false
    let known = report.restorations.last?.origin.incarnation ?? 0
    for note in start.restorations {
      let text = try signed(note, "a statement about a restored log").text
      if Restoration(parsing: text)?.origin.incarnation ?? .max > known {
        try take(restoration: note)
      }
    }
    commandsFrom = max(commandsFrom, start.commandsFrom)
    hasEnded = false
  }

  private mutating func learnKey(_ text: String) throws(Tampering) {
    report.key = text
    guard !text.isEmpty else {
      report.key = keys.first?.description ?? ""
      return
    }
    let own: NoteVerifier
    do { own = try NoteVerifier(parsing: text) } catch {
      throw Tampering(next, .malformed, "the log's own key is malformed: \(error)")
    }
    if keys.isEmpty {
      keys = [own]
      report.isKeyUnproven = true
    } else if !keys.contains(own) {
      throw Tampering(
        next, .checkpoint, "it says it is signed by \(text), which is not the key that was given")
    }
  }

  private mutating func take(restoration bytes: [UInt8]) throws(Tampering) {
    let note = try signed(bytes, "a statement about a restored log")
    guard let restoration = Restoration(parsing: note.text),
      keys.contains(where: { $0.name == restoration.origin.log })
    else { throw Tampering(next, .checkpoint, "a statement about a restored log is malformed") }
    let previous = report.restorations.last?.origin.incarnation ?? 0
    guard restoration.origin.incarnation > previous else {
      throw Tampering(next, .checkpoint, "the statements about restored logs are out of order")
    }
    report.restorations.append(restoration)
  }

  // MARK: Batches

  private mutating func begin(_ batch: ArchivedBatch) throws(Tampering) {
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

  private mutating func take(_ command: ArchivedCommand) throws(Tampering) {
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

  private mutating func take(_ event: ArchivedEvent) throws(Tampering) {
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
  private mutating func conclude() throws(Tampering) {
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
  private mutating func checkTreeBorder(_ batch: OpenBatch) throws(Tampering) {
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

  private func leaf(of event: ArchivedEvent, in batch: ArchivedBatch) -> MerkleHash {
    LeafRecord.hash(
      logID: logID, position: event.position, stream: event.stream, version: event.version,
      command: event.command, type: event.type, at: batch.at,
      body: event.erased
        ?? LeafRecord.body(salt: event.salt ?? [], payload: event.payload),
      chain: batch.chain, commands: batch.commands ?? [])
  }

  /// Whether the events are those that were appended; the leaves say which one is not.
  private func checkEvents(of batch: OpenBatch) throws(Tampering) {
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

  private func checkCommands(of batch: OpenBatch) throws(Tampering) {
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

  private mutating func checkStreams(of batch: OpenBatch) throws(Tampering) {
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

  private mutating func addToTree(_ batch: OpenBatch) throws(Tampering) {
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

  // MARK: Checkpoints

  private mutating func take(_ archived: ArchivedCheckpoint) throws(Tampering) {
    let number = archived.number
    guard number == checkpointNumber + 1 else {
      throw Tampering(
        rightUpTo, .checkpoint,
        "checkpoint \(checkpointNumber + 1) is missing: the next one there is has number \(number)")
    }
    checkpointNumber = number
    let note = try signed(archived.note, "checkpoint \(number)")
    let checkpoint: Checkpoint
    do { checkpoint = try Checkpoint(parsing: note.text) } catch {
      throw Tampering(rightUpTo, .checkpoint, "checkpoint \(number) is malformed: \(error)")
    }
    guard let origin = LogOrigin(checkpoint.origin),
      keys.contains(where: { $0.name == origin.log }),
      origin.log.hasSuffix("/log/\(logID)")
    else {
      throw Tampering(
        rightUpTo, .checkpoint,
        "checkpoint \(number) is of the log \(checkpoint.origin), which is another one")
    }
    if let last = lastCheckpoint {
      let ascends =
        origin.incarnation > last.origin.incarnation
        || origin.incarnation == last.origin.incarnation && checkpoint.size > last.size
      guard ascends else {
        throw Tampering(rightUpTo, .checkpoint, "checkpoint \(number) is out of order")
      }
    }
    lastCheckpoint = (origin, checkpoint.size)
    guard checkpoint.size >= frontier.size else {
      throw Tampering(
        rightUpTo, .checkpoint, "checkpoint \(number) stands after the size it was made at")
    }
    expect(Ahead(checkpoint: checkpoint, note: archived.note, isTrusted: false))
    guard aheadCount <= Self.aheadMax else {
      throw Tampering(
        rightUpTo, .malformed, "more than \(Self.aheadMax) checkpoints of sizes not reached")
    }
    try meet()
  }

  /// A note with a signature by one of the keys.
  private func signed(_ bytes: [UInt8], _ what: String) throws(Tampering) -> SignedNote {
    do {
      let note = try SignedNote(parsing: bytes)
      guard try !note.verified(by: keys).isEmpty else {
        throw Tampering(rightUpTo, .checkpoint, "\(what) is not signed by the key")
      }
      return note
    } catch let tampering as Tampering {
      throw tampering
    } catch {
      throw Tampering(rightUpTo, .checkpoint, "\(what) is not what was signed: \(error)")
    }
  }

  /// The accepted restoration after a checkpoint, which may have taken back what was signed.
  private func restoration(after checkpoint: Checkpoint) -> Restoration? {
    guard let origin = LogOrigin(checkpoint.origin) else { return nil }
    return report.restorations.first { $0.origin.incarnation > origin.incarnation }
  }

  /// Waits for the tree to have the size.
  private mutating func expect(_ checkpoint: Ahead) {
    ahead[checkpoint.checkpoint.size, default: []].append(checkpoint)
    aheadCount += 1
    nextAhead = min(nextAhead, checkpoint.checkpoint.size)
  }

  private mutating func forget(_ size: UInt64) {
    aheadCount -= ahead.removeValue(forKey: size)?.count ?? 0
    nextAhead = ahead.keys.min() ?? .max
  }

  /// Compares the root with the checkpoints of the present size.
  private mutating func meet() throws(Tampering) {
    guard frontier.size >= nextAhead else { return }
    let root = frontier.root
    for met in ahead[frontier.size] ?? [] {
      guard LogOrigin(met.checkpoint.origin)?.log.hasSuffix("/log/\(logID)") == true else {
        throw Tampering(
          rightUpTo, .checkpoint,
          "the remembered checkpoint is of \(met.checkpoint.origin), which is another log")
      }
      guard met.checkpoint.root == root else {
        try checkDisowned(
          met,
          else: Tampering(
            rightUpTo, .rewritten,
            "the log agrees with itself and is not the one that was signed: up to position "
              + "\(frontier.size) the events or the tree over them are others. The first "
              + "difference is at position \(rightUpTo) or after it, before \(frontier.size)"))
        continue
      }
      rightUpTo = frontier.size
      if met.isTrusted {
        report.trusted += 1
      } else {
        report.checkpoints += 1
        report.signed = met.checkpoint
        report.signedNote = met.note
      }
    }
    forget(frontier.size)
  }

  /// What was signed and does not hold: excused by a signed statement, unless somebody remembers it.
  private mutating func checkDisowned(
    _ checkpoint: Ahead, else tampering: Tampering
  ) throws(Tampering) {
    guard let restoration = restoration(after: checkpoint.checkpoint) else { throw tampering }
    guard !checkpoint.isTrusted else {
      throw Tampering(
        restoration.size, .restored,
        "the log was restored at size \(restoration.size), and \(restoration.lost) signed events "
          + "were given up, as was accepted: \(restoration.reason)")
    }
    report.disowned += 1
  }

  private mutating func checkLost(at size: UInt64) throws(Tampering) {
    let missing = min(next, frontier.size)
    for lost in ahead[size] ?? [] {
      try checkDisowned(
        lost,
        else: Tampering(
          missing, .truncated,
          "\(size - missing) events are missing from position \(missing) on: a checkpoint was signed "
            + "over \(size) events, and the tree has \(frontier.size) leaves over a log of \(next)")
      )
    }
  }

  // MARK: End

  private mutating func end(_ end: ArchiveEnd) throws(Tampering) {
    report.isWhole = end.isWhole
    guard end.next == next else {
      throw Tampering(
        min(next, end.next), end.next > next ? .order : .head,
        end.next > next
          ? "the events from position \(next) to \(end.next - 1) are missing"
          : "the head of the log is at position \(end.next), and there are batches up to \(next)")
    }
    guard end.isWhole else {
      var plain = ArchiveEnd(upTo: next)
      plain.next = end.next
      guard plain == end else {
        throw Tampering(next, .malformed, "an end that is not that of the log says too much")
      }
      return
    }
    for (what, other) in [("events", end.eventsEnd), ("batches", end.batchesEnd)]
    where other != next {
      throw Tampering(
        min(next, other), .order,
        "the head of the log is at position \(next), and the last of its \(what) at \(other)")
    }
    guard end.commandsEnd == next else {
      throw Tampering(
        min(next, end.commandsEnd), .command,
        "the last command says it appended events up to position \(end.commandsEnd), and the log ends "
          + "at \(next)")
    }
    try checkTimes(end)
    guard end.chain == chain else {
      throw Tampering(
        next, .head, "the chain of the head is not that of the last batch")
    }
    guard end.treeSize == frontier.size, end.leavesEnd == frontier.size else {
      throw Tampering(
        min(frontier.size, end.treeSize, end.leavesEnd), .tree,
        "the tree says it has \(end.treeSize) leaves, has rows for \(end.leavesEnd), and "
          + "\(frontier.size) follow from the log")
    }
    guard end.checkpoints == checkpointNumber else {
      throw Tampering(
        rightUpTo, .checkpoint,
        "the last checkpoint has number \(end.checkpoints), and \(checkpointNumber) were read")
    }
    if let wrong = end.wrongStreams.first {
      throw Tampering(
        next, .head,
        "the stream \(wrong.stream) is recorded at version \(wrong.version), which is not that of its "
          + "last event")
    }
  }

  /// The times of the head are those of the last append.
  private func checkTimes(_ end: ArchiveEnd) throws(Tampering) {
    guard let last = lastTimes ?? (next == 0 ? (0, 0) : nil) else { return }
    let hasTrailing = end.trailingAt != 0
    let isRight =
      hasTrailing
      ? end.trailingAt >= last.at && end.lastAt == end.trailingAt && end.lastNow >= last.now
      : end.lastAt == last.at && end.lastNow == last.now
    guard isRight else {
      throw Tampering(next, .head, "the times of the head are not those of the last append")
    }
  }
}
