public import Proofs

/// A log with its evidence, as a database holds it. Nothing that is read here is believed.
public protocol EvidenceStore: HashSource {
  /// What the rows say now, all of the same moment.
  func evidence() async throws(EvidenceError) -> EvidenceState

  /// The items of some batches, as the rows are: holes and all.
  ///
  /// - Parameters:
  ///   - position: the end of a batch, or 0.
  ///   - state: how far. Checkpoints of sizes beyond the end come last, unless it is a part.
  ///   - limit: events; at least one batch is told, however large.
  /// - Returns: where the next page begins; the end of `state` when there is none.
  func page(
    from position: UInt64, in state: EvidenceState, limit: Int,
    _ tell: (ArchiveItem) async throws -> Void
  ) async throws -> UInt64

  /// The checkpoints that were made at exactly a position, which a part that begins there tells too.
  func checkpoints(
    at position: UInt64, in state: EvidenceState
  ) async throws -> [ArchivedCheckpoint]

  /// The first item: everything that is known before a position.
  func start(at position: UInt64, in state: EvidenceState) async throws -> ArchiveStart

  /// The last item, for the whole log as of `state`.
  func end(of state: EvidenceState) async throws -> ArchiveEnd

  /// The batch around a position with its events, for a proof: `nil` where the tree has none.
  func batch(around position: UInt64) async throws -> (ArchivedBatch, [ArchivedEvent])?

  /// Where a command's events begin and how many there are.
  func command(_ id: [UInt8]) async throws -> (first: UInt64, count: UInt32)?

  /// Adds leaves.
  ///
  /// - Returns: false where the tree has another size by now.
  func grow(_ growth: TreeGrowth) async throws -> Bool

  /// The last checkpoint of the database, and every statement about a restored log.
  func lastCheckpoint() async throws -> (number: UInt64, note: [UInt8])?
  func restorations() async throws -> [[UInt8]]

  /// - Returns: false where a newer one is recorded, or the tree is another one by now.
  func record(_ note: [UInt8], of checkpoint: Checkpoint, incarnation: UInt32) async throws -> Bool

  /// - Returns: false where the log or the tree is another one by now.
  func begin(_ restoration: Restoration, statement: [UInt8]) async throws -> Bool
}

/// What the rows say at one moment.
public struct EvidenceState: Equatable, Sendable {
  public var logID: UInt32
  /// Of the head row.
  public var next: UInt64
  public var chain: [UInt8]
  public var lastNow: Int64
  public var lastAt: Int64
  /// Of the tree row.
  public var treeSize: UInt64
  public var incarnation: UInt32
  public var commandsFrom: UInt64
  /// After the last row of each kind.
  public var eventsEnd: UInt64
  public var batchesEnd: UInt64
  public var leavesEnd: UInt64
  public var commandsEnd: UInt64
  public var trailingAt: Int64
  /// The number of the last one.
  public var checkpoints: UInt64
  /// `next` is not that of the head row: only a part is read.
  public var isPart = false

  public init(
    logID: UInt32, next: UInt64, chain: [UInt8], lastNow: Int64, lastAt: Int64, treeSize: UInt64,
    incarnation: UInt32, commandsFrom: UInt64, eventsEnd: UInt64, batchesEnd: UInt64,
    leavesEnd: UInt64, commandsEnd: UInt64, trailingAt: Int64, checkpoints: UInt64
  ) {
    self.logID = logID
    self.next = next
    self.chain = chain
    self.lastNow = lastNow
    self.lastAt = lastAt
    self.treeSize = treeSize
    self.incarnation = incarnation
    self.commandsFrom = commandsFrom
    self.eventsEnd = eventsEnd
    self.batchesEnd = batchesEnd
    self.leavesEnd = leavesEnd
    self.commandsEnd = commandsEnd
    self.trailingAt = trailingAt
    self.checkpoints = checkpoints
  }
}

/// The evidence cannot be read or written now.
public enum EvidenceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Try again later.
  case unavailable(String)
  /// The rows are such that nothing can be said.
  case broken(String)

  public var description: String {
    switch self {
    case .unavailable(let detail): "the log cannot be read now: \(detail)"
    case .broken(let detail): "the log's rows are broken: \(detail)"
    }
  }
}

/// Leaves for some batches, and what goes with them.
public struct TreeGrowth: Equatable, Sendable {
  /// The size it grows from, and to.
  public var size: UInt64
  public var next: UInt64
  public var seals: [(next: UInt64, commands: [UInt8])] = []
  /// Rows of at most 256 leaves; none reaches over a multiple of 256.
  public var rows: [Row] = []
  public var tiles: [ArchivedTile] = []

  public struct Row: Equatable, Sendable {
    public var first: UInt64
    public var hashes: [UInt8]
    public var salts: [UInt8]

    public init(first: UInt64, hashes: [UInt8] = [], salts: [UInt8] = []) {
      self.first = first
      self.hashes = hashes
      self.salts = salts
    }
  }

  public init(size: UInt64) {
    self.size = size
    next = size
  }

  public static func == (left: Self, right: Self) -> Bool {
    left.size == right.size && left.next == right.next && left.rows == right.rows
      && left.tiles == right.tiles && left.seals.elementsEqual(right.seals) { $0 == $1 }
  }
}
