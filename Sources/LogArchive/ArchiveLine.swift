internal import Proofs

/// The lines of an exported log: one JSON object each, in exactly one spelling.
public enum ArchiveLine {
  /// Of the format; a reader refuses another one.
  public static let format: UInt32 = 1
  /// The longest line, without its line feed.
  public static let bytesMax = 1 << 20
  static let payloadBytesMax = 700_000
  static let restorationsMax = 1_000
  static let noteBytesMax = 10_000

  /// The line without its line feed.
  public static func write(_ item: ArchiveItem) -> [UInt8] {
    var line = LineWriter()
    line.begin()
    switch item {
    case .start(let start): write(start, &line)
    case .batch(let batch): write(batch, &line)
    case .command(let command): write(command, &line)
    case .event(let event): write(event, &line)
    case .tile(let tile):
      line.begin("tile")
      line.number("level", tile.level)
      line.number("index", tile.index)
      line.data("hash", tile.hash.bytes)
    case .checkpoint(let checkpoint):
      line.begin("checkpoint")
      line.number("number", checkpoint.number)
      line.data("note", checkpoint.note)
    case .end(let end): write(end, &line)
    }
    line.end()
    line.end()
    return line.bytes
  }

  /// - Throws: ``ArchiveError`` for anything that ``write(_:)`` would not have written.
  public static func read(_ bytes: ArraySlice<UInt8>) throws(ArchiveError) -> ArchiveItem {
    guard bytes.count <= bytesMax else {
      throw ArchiveError("it has more than \(bytesMax) bytes")
    }
    var line = LineReader(bytes)
    try line.begin()
    let item: ArchiveItem
    switch try line.beginOne(of: names) {
    case "start": item = .start(try start(&line))
    case "batch": item = .batch(try batch(&line))
    case "command": item = .command(try command(&line))
    case "event": item = .event(try event(&line))
    case "tile":
      item = .tile(
        ArchivedTile(
          level: try line.number("level"), index: try line.number("index"),
          hash: try line.hash("hash")))
    case "checkpoint":
      item = .checkpoint(
        ArchivedCheckpoint(
          number: try line.number("number"), note: try line.data("note", 1...noteBytesMax)))
    default: item = .end(try end(&line))
    }
    try line.end()
    try line.end()
    try line.finish()
    return item
  }

  private static let names = ["start", "batch", "command", "event", "tile", "checkpoint", "end"]

  // MARK: Writing

  private static func write(_ start: ArchiveStart, _ line: inout LineWriter) {
    line.begin("start")
    line.number("format", format)
    line.number("log", start.logID)
    line.number("position", start.position)
    line.data("chain", start.chain)
    line.beginList("frontier")
    for hash in start.frontier { line.data(nil, hash.bytes) }
    line.endList()
    line.number("commandsFrom", start.commandsFrom)
    line.number("checkpointsBefore", start.checkpointsBefore)
    line.beginList("restorations")
    for note in start.restorations { line.data(nil, note) }
    line.endList()
    line.text("key", start.key)
  }

  private static func write(_ batch: ArchivedBatch, _ line: inout LineWriter) {
    line.begin("batch")
    line.number("next", batch.next)
    line.number("count", batch.count)
    line.number("bytes", batch.bytes)
    line.number("at", batch.at)
    line.number("now", batch.now)
    line.data("digest", batch.digest)
    line.data("chain", batch.chain)
    line.data("commands", batch.commands)
  }

  private static func write(_ command: ArchivedCommand, _ line: inout LineWriter) {
    line.begin("command")
    line.data("id", command.id)
    line.data("digest", command.digest)
    line.number("first", command.first)
    line.number("count", command.count)
    line.number("at", command.at)
  }

  static func write(_ event: ArchivedEvent, _ line: inout LineWriter) {
    line.begin("event")
    line.number("position", event.position)
    line.text("stream", event.stream)
    line.number("version", event.version)
    line.text("type", event.type)
    line.data("command", event.command)
    line.data("payload", event.payload)
    line.data("salt", event.salt)
    line.data("leaf", event.leaf?.bytes)
    line.data("erased", event.erased)
  }

  private static func write(_ end: ArchiveEnd, _ line: inout LineWriter) {
    line.begin("end")
    line.number("next", end.next)
    line.flag("whole", end.isWhole)
    line.data("chain", end.chain)
    line.number("lastNow", end.lastNow)
    line.number("lastAt", end.lastAt)
    line.number("treeSize", end.treeSize)
    line.number("eventsEnd", end.eventsEnd)
    line.number("batchesEnd", end.batchesEnd)
    line.number("leavesEnd", end.leavesEnd)
    line.number("commandsEnd", end.commandsEnd)
    line.number("trailingAt", end.trailingAt)
    line.number("checkpoints", end.checkpoints)
    line.beginList("wrongStreams")
    for head in end.wrongStreams {
      line.begin()
      line.text("stream", head.stream)
      line.number("version", head.version)
      line.end()
    }
    line.endList()
  }

  // MARK: Reading

  private static func start(_ line: inout LineReader) throws(ArchiveError) -> ArchiveStart {
    let version = try line.number("format", as: UInt32.self)
    guard version == format else {
      throw ArchiveError("it has format \(version), and this version reads format \(format)")
    }
    return ArchiveStart(
      logID: try line.number("log"), position: try line.number("position"),
      chain: try line.data("chain", 32...32),
      frontier: try line.list("frontier", max: 64) {
        (line: inout LineReader) throws(ArchiveError) in try line.hash(nil)
      },
      commandsFrom: try line.number("commandsFrom"),
      checkpointsBefore: try line.number("checkpointsBefore"),
      restorations: try line.list("restorations", max: restorationsMax) {
        (line: inout LineReader) throws(ArchiveError) in try line.data(nil, 1...noteBytesMax)
      },
      key: try line.text("key", max: 400))
  }

  private static func batch(_ line: inout LineReader) throws(ArchiveError) -> ArchivedBatch {
    ArchivedBatch(
      next: try line.number("next"), count: try line.number("count"),
      bytes: try line.number("bytes"), at: try line.number("at"), now: try line.number("now"),
      digest: try line.data("digest", 0...64), chain: try line.data("chain", 0...64),
      commands: try line.optionalData("commands", 32))
  }

  private static func command(_ line: inout LineReader) throws(ArchiveError) -> ArchivedCommand {
    ArchivedCommand(
      id: try line.data("id", 16...16), digest: try line.data("digest", 0...1_000),
      first: try line.number("first"), count: try line.number("count"), at: try line.number("at"))
  }

  static func event(_ line: inout LineReader) throws(ArchiveError) -> ArchivedEvent {
    ArchivedEvent(
      position: try line.number("position"), stream: try line.text("stream", max: 1_000),
      version: try line.number("version"), type: try line.text("type", max: 255),
      command: try line.data("command", 16...16),
      payload: try line.data("payload", 0...payloadBytesMax),
      salt: try line.optionalData("salt", 16),
      leaf: try line.optionalData("leaf", 32).flatMap { MerkleHash($0) },
      erased: try line.optionalData("erased", 32))
  }

  private static func end(_ line: inout LineReader) throws(ArchiveError) -> ArchiveEnd {
    ArchiveEnd(
      next: try line.number("next"), isWhole: try line.flag("whole"),
      chain: try line.data("chain", 0...64), lastNow: try line.number("lastNow"),
      lastAt: try line.number("lastAt"), treeSize: try line.number("treeSize"),
      eventsEnd: try line.number("eventsEnd"), batchesEnd: try line.number("batchesEnd"),
      leavesEnd: try line.number("leavesEnd"), commandsEnd: try line.number("commandsEnd"),
      trailingAt: try line.number("trailingAt"), checkpoints: try line.number("checkpoints"),
      wrongStreams: try line.list("wrongStreams", max: 1_000) {
        (line: inout LineReader) throws(ArchiveError) in
        try line.begin()
        let head = ArchiveEnd.StreamHead(
          stream: try line.text("stream", max: 1_000), version: try line.number("version"))
        try line.end()
        return head
      })
  }
}
