public import Proofs

/// What a log is told in, one item after the other: a start, then each batch followed by its
/// commands, events and tiles, checkpoints in between, and an end.
public enum ArchiveItem: Equatable, Sendable {
  case start(ArchiveStart)
  case batch(ArchivedBatch)
  case command(ArchivedCommand)
  case event(ArchivedEvent)
  case tile(ArchivedTile)
  case checkpoint(ArchivedCheckpoint)
  case end(ArchiveEnd)
}

/// What has to be known of everything before the first item.
public struct ArchiveStart: Equatable, Sendable {
  public var logID: UInt32
  /// The end of a batch; 0 for the beginning of the log.
  public var position: UInt64
  /// The chain there. At 0 it is random.
  public var chain: [UInt8]
  /// Roots of the complete subtrees before the position, largest first.
  public var frontier: [MerkleHash]
  /// Commands first recorded before this position are deleted.
  public var commandsFrom: UInt64
  /// How many checkpoints were made at sizes up to the position.
  public var checkpointsBefore: UInt64
  /// Signed notes, oldest first: see ``Restoration``.
  public var restorations: [[UInt8]]
  /// Of whoever signs, as `name+hash+key`; empty for nobody.
  public var key: String

  public init(
    logID: UInt32, position: UInt64, chain: [UInt8], frontier: [MerkleHash] = [],
    commandsFrom: UInt64 = 0, checkpointsBefore: UInt64 = 0, restorations: [[UInt8]] = [],
    key: String = ""
  ) {
    self.logID = logID
    self.position = position
    self.chain = chain
    self.frontier = frontier
    self.commandsFrom = commandsFrom
    self.checkpointsBefore = checkpointsBefore
    self.restorations = restorations
    self.key = key
  }
}

/// One transaction of the log.
public struct ArchivedBatch: Equatable, Sendable {
  /// The position after its last event.
  public var next: UInt64
  /// Events.
  public var count: UInt32
  /// Of payload.
  public var bytes: UInt32
  /// The database's time, microseconds since 1970.
  public var at: Int64
  /// The `now` of its last command.
  public var now: Int64
  public var digest: [UInt8]
  public var chain: [UInt8]
  /// The digest over its commands, once it is in the tree.
  public var commands: [UInt8]?

  public init(
    next: UInt64, count: UInt32, bytes: UInt32, at: Int64, now: Int64, digest: [UInt8],
    chain: [UInt8], commands: [UInt8]?
  ) {
    self.next = next
    self.count = count
    self.bytes = bytes
    self.at = at
    self.now = now
    self.digest = digest
    self.chain = chain
    self.commands = commands
  }
}

/// A command that was recorded in or before a batch: also one that changed nothing.
public struct ArchivedCommand: Equatable, Sendable {
  /// 16 bytes.
  public var id: [UInt8]
  public var digest: [UInt8]
  /// Of its events; where there are none, where the log ended.
  public var first: UInt64
  /// Events.
  public var count: UInt32
  public var at: Int64

  public init(id: [UInt8], digest: [UInt8], first: UInt64, count: UInt32, at: Int64) {
    self.id = id
    self.digest = digest
    self.first = first
    self.count = count
    self.at = at
  }
}

/// One event.
public struct ArchivedEvent: Equatable, Sendable {
  public var position: UInt64
  public var stream: String
  public var version: UInt64
  public var type: String
  /// 16 bytes.
  public var command: [UInt8]
  /// Empty once it is erased.
  public var payload: [UInt8]
  /// 16 bytes once it is in the tree.
  public var salt: [UInt8]?
  /// In the tree.
  public var leaf: MerkleHash?
  /// SHA-256 of salt and payload, when both are erased.
  public var erased: [UInt8]?

  public init(
    position: UInt64, stream: String, version: UInt64, type: String, command: [UInt8],
    payload: [UInt8], salt: [UInt8]? = nil, leaf: MerkleHash? = nil, erased: [UInt8]? = nil
  ) {
    self.position = position
    self.stream = stream
    self.version = version
    self.type = type
    self.command = command
    self.payload = payload
    self.salt = salt
    self.leaf = leaf
    self.erased = erased
  }
}

/// The root of a complete subtree of 2^level leaves that ends inside a batch.
public struct ArchivedTile: Equatable, Sendable {
  /// 8, 16, 24 ... 56
  public var level: UInt32
  public var index: UInt64
  public var hash: MerkleHash

  public init(level: UInt32, index: UInt64, hash: MerkleHash) {
    self.level = level
    self.index = index
    self.hash = hash
  }
}

/// A checkpoint as it was signed.
public struct ArchivedCheckpoint: Equatable, Sendable {
  /// 1, 2, 3 ... without a gap.
  public var number: UInt64
  /// A signed note.
  public var note: [UInt8]

  public init(number: UInt64, note: [UInt8]) {
    self.number = number
    self.note = note
  }
}

/// Where it ends, and what the rows said there that are no history.
public struct ArchiveEnd: Equatable, Sendable {
  public var next: UInt64
  /// Whether that was the end of the log.
  public var isWhole: Bool
  /// Of the head row, as the two after it.
  public var chain: [UInt8]
  public var lastNow: Int64
  public var lastAt: Int64
  public var treeSize: UInt64
  /// After the last row of each kind.
  public var eventsEnd: UInt64
  public var batchesEnd: UInt64
  public var leavesEnd: UInt64
  public var commandsEnd: UInt64
  /// Of the newest command after the last batch; 0 for none.
  public var trailingAt: Int64
  /// The number of the last one.
  public var checkpoints: UInt64
  /// Streams whose recorded version is not that of their last event.
  public var wrongStreams: [StreamHead]

  public struct StreamHead: Equatable, Sendable {
    public var stream: String
    public var version: UInt64

    public init(stream: String, version: UInt64) {
      self.stream = stream
      self.version = version
    }
  }

  public init(
    next: UInt64, isWhole: Bool, chain: [UInt8], lastNow: Int64, lastAt: Int64, treeSize: UInt64,
    eventsEnd: UInt64, batchesEnd: UInt64, leavesEnd: UInt64, commandsEnd: UInt64,
    trailingAt: Int64, checkpoints: UInt64, wrongStreams: [StreamHead] = []
  ) {
    self.next = next
    self.isWhole = isWhole
    self.chain = chain
    self.lastNow = lastNow
    self.lastAt = lastAt
    self.treeSize = treeSize
    self.eventsEnd = eventsEnd
    self.batchesEnd = batchesEnd
    self.leavesEnd = leavesEnd
    self.commandsEnd = commandsEnd
    self.trailingAt = trailingAt
    self.checkpoints = checkpoints
    self.wrongStreams = wrongStreams
  }

  /// An end that is not that of the log: it says nothing but where.
  public init(upTo next: UInt64) {
    self.init(
      next: next, isWhole: false, chain: [], lastNow: 0, lastAt: 0, treeSize: 0, eventsEnd: 0,
      batchesEnd: 0, leavesEnd: 0, commandsEnd: 0, trailingAt: 0, checkpoints: 0)
  }
}
