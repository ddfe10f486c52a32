public import Proofs

/// Events of one decision, each with its way to the root of a checkpoint. With the key of the log
/// it can be checked without the log.
public struct ProofBundle: Equatable, Sendable {
  public var logID: UInt32
  /// A signed note.
  public var note: [UInt8]
  /// In the order of their positions.
  public var entries: [Entry]

  /// The most events.
  public static let entriesMax = 1_000

  public struct Entry: Equatable, Sendable {
    /// With its salt, or erased; the leaf is computed.
    public var event: ArchivedEvent
    /// Of its batch, as the two after it.
    public var at: Int64
    public var chain: [UInt8]
    public var commands: [UInt8]
    /// Siblings from the leaf to the root, lowest first.
    public var path: [MerkleHash]

    public init(
      event: ArchivedEvent, at: Int64, chain: [UInt8], commands: [UInt8], path: [MerkleHash]
    ) {
      self.event = event
      self.at = at
      self.chain = chain
      self.commands = commands
      self.path = path
    }
  }

  public init(logID: UInt32, note: [UInt8], entries: [Entry]) {
    self.logID = logID
    self.note = note
    self.entries = entries
  }

  /// Checks every event against the checkpoint, and the checkpoint against the keys.
  ///
  /// - Returns: the checkpoint that all of them are under.
  /// - Throws: ``Tampering`` at the first thing that is not as it was recorded.
  public func verify(keys: [NoteVerifier]) throws(Tampering) -> Checkpoint {
    let first = entries.first?.event.position ?? 0
    let checkpoint = try self.checkpoint(keys, first)
    guard !entries.isEmpty else { throw Tampering(0, .malformed, "it proves nothing: no event") }
    var last: UInt64?
    for entry in entries {
      let event = entry.event
      let position = event.position
      guard last.map({ $0 < position }) ?? true else {
        throw Tampering(position, .malformed, "its events are out of order")
      }
      last = position
      let isComplete =
        entry.chain.count == 32 && entry.commands.count == 32 && event.command.count == 16
        && event.leaf == nil
        && (event.erased == nil
          ? event.salt?.count == LeafRecord.saltBytes
          : event.erased?.count == 32 && event.payload.isEmpty && event.salt == nil)
      guard isComplete else {
        throw Tampering(
          position, .malformed, "position \(position) has not what its leaf is made of")
      }
      let leaf = LeafRecord.hash(
        logID: logID, position: position, stream: event.stream, version: event.version,
        command: event.command, type: event.type, at: entry.at,
        body: event.erased ?? LeafRecord.body(salt: event.salt ?? [], payload: event.payload),
        chain: entry.chain, commands: entry.commands)
      guard
        MerkleProof.isIncluded(
          leaf, at: position, in: checkpoint.size, root: checkpoint.root, proof: entry.path)
      else {
        throw Tampering(
          position, .event,
          "the event at position \(position) is not in the log that was signed: it, its batch or its "
            + "path was changed")
      }
    }
    return checkpoint
  }

  private func checkpoint(
    _ keys: [NoteVerifier], _ first: UInt64
  ) throws(Tampering) -> Checkpoint {
    do {
      let note = try SignedNote(parsing: self.note)
      // The bytes as they were signed, and no others that read the same.
      guard note.bytes == self.note else {
        throw Tampering(first, .checkpoint, "the checkpoint is not as it was written")
      }
      let signers = try note.verified(by: keys)
      let checkpoint = try Checkpoint(parsing: note.text)
      guard let origin = LogOrigin(checkpoint.origin), origin.log.hasSuffix("/log/\(logID)"),
        signers.contains(where: { $0.name == origin.log })
      else { throw Tampering(first, .checkpoint, "the checkpoint is not signed by the key") }
      guard note.signatures.count == signers.count else {
        throw Tampering(first, .checkpoint, "the checkpoint has a signature by an unknown key")
      }
      return checkpoint
    } catch let tampering as Tampering {
      throw tampering
    } catch {
      throw Tampering(first, .checkpoint, "the checkpoint is not what was signed: \(error)")
    }
  }
}

/// The lines of a bundle: one with the checkpoint, then one for each event.
extension ProofBundle {
  public static let format: UInt32 = 1
  /// Of a whole bundle in a file.
  public static let bytesMax = 64 << 20

  /// The whole file.
  public func write() -> [UInt8] {
    var bytes: [UInt8] = []
    var line = LineWriter()
    line.begin()
    line.begin("proof")
    line.number("format", Self.format)
    line.number("log", logID)
    line.number("entries", entries.count)
    line.data("note", note)
    line.end()
    line.end()
    bytes += line.bytes + [UInt8(ascii: "\n")]
    for entry in entries {
      var line = LineWriter()
      line.begin()
      line.begin("included")
      ArchiveLine.write(entry.event, &line)
      line.end()
      line.number("at", entry.at)
      line.data("chain", entry.chain)
      line.data("commands", entry.commands)
      line.beginList("path")
      for hash in entry.path { line.data(nil, hash.bytes) }
      line.endList()
      line.end()
      line.end()
      bytes += line.bytes + [UInt8(ascii: "\n")]
    }
    return bytes
  }

  /// Reads a whole file.
  ///
  /// - Throws: ``Tampering`` of kind malformed, naming the line.
  public init(reading bytes: [UInt8]) throws(Tampering) {
    guard bytes.count <= Self.bytesMax else {
      throw Tampering(0, .malformed, "it has more than \(Self.bytesMax) bytes")
    }
    var number = 0
    do {
      guard bytes.last == UInt8(ascii: "\n") else {
        throw ArchiveError("its last line does not end: it is cut off")
      }
      let lines = bytes.dropLast().split(
        separator: UInt8(ascii: "\n"), maxSplits: Self.entriesMax + 1,
        omittingEmptySubsequences: false)
      guard let first = lines.first else { throw ArchiveError("it is empty") }
      number = 1
      var line = LineReader(first)
      try line.begin()
      try line.begin("proof")
      let version = try line.number("format", as: UInt32.self)
      guard version == Self.format else {
        throw ArchiveError("it has format \(version), and this version reads format \(Self.format)")
      }
      let logID = try line.number("log", as: UInt32.self)
      let count = try line.number("entries", as: UInt32.self)
      let note = try line.data("note", 1...ArchiveLine.noteBytesMax)
      try line.end()
      try line.end()
      try line.finish()
      guard count >= 1, count <= UInt32(Self.entriesMax), lines.count == Int(count) + 1 else {
        throw ArchiveError(
          "it says \(count) events follow, and there are \(lines.count - 1); 1 to "
            + "\(Self.entriesMax) are allowed")
      }
      var entries: [Entry] = []
      for text in lines.dropFirst() {
        number += 1
        entries.append(try Self.entry(text))
      }
      self.init(logID: logID, note: note, entries: entries)
    } catch let error as ArchiveError {
      throw Tampering(0, .malformed, "line \(number): \(error)")
    } catch {
      throw Tampering(0, .malformed, "line \(number): \(error)")
    }
  }

  private static func entry(_ text: ArraySlice<UInt8>) throws(ArchiveError) -> Entry {
    guard text.count <= ArchiveLine.bytesMax else {
      throw ArchiveError("it has more than \(ArchiveLine.bytesMax) bytes")
    }
    var line = LineReader(text)
    try line.begin()
    try line.begin("included")
    try line.begin("event")
    let event = try ArchiveLine.event(&line)
    try line.end()
    let entry = Entry(
      event: event, at: try line.number("at"), chain: try line.data("chain", 32...32),
      commands: try line.data("commands", 32...32),
      path: try line.list("path", max: MerkleProof.hashesMax) {
        (line: inout LineReader) throws(ArchiveError) in try line.hash(nil)
      })
    try line.end()
    try line.end()
    try line.finish()
    return entry
  }
}
