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
  var keys: [NoteVerifier]
  /// By size: checkpoints that the log must continue.
  var ahead: [UInt64: [Ahead]] = [:]
  var aheadCount = 0
  /// The smallest size in `ahead`.
  var nextAhead = UInt64.max
  var hasStarted = false
  var hasEnded = false
  var logID: UInt32 = 0
  var next: UInt64 = 0
  var chain: [UInt8] = []
  var frontier = MerkleFrontier()
  /// The last version of each stream that was read.
  var streams: [String: UInt64] = [:]
  var open: OpenBatch?
  /// Once a batch is not in the tree, none after it is.
  var isPastTree = false
  var commandsFrom: UInt64 = 0
  var checkpointNumber: UInt64 = 0
  var lastCheckpoint: (origin: LogOrigin, size: UInt64)?
  /// The largest size whose root was right, below which nothing can be wrong.
  var rightUpTo: UInt64 = 0
  /// Whether `commandsFrom` is the end of a batch, as it must be.
  var isCommandsBorderMet = true
  /// The `at` and `now` of the last batch; `nil` where none was read.
  var lastTimes: (at: Int64, now: Int64)?

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

  mutating func begin(_ start: ArchiveStart) throws(Tampering) {
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
  mutating func goOn(
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

  mutating func learnKey(_ text: String) throws(Tampering) {
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

  mutating func take(restoration bytes: [UInt8]) throws(Tampering) {
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

  // MARK: End

  mutating func end(_ end: ArchiveEnd) throws(Tampering) {
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
  func checkTimes(_ end: ArchiveEnd) throws(Tampering) {
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
