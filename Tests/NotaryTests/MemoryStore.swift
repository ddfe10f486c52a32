import LogArchive
import Notary
import Proofs
import Synchronization

/// A log with its evidence in memory, that does what the database does.
final class MemoryStore: EvidenceStore {
  struct State {
    var genesis = [UInt8](repeating: 3, count: 32)
    var batches: [(row: ArchivedBatch, events: [ArchivedEvent], commands: [ArchivedCommand])] = []
    var leaves: [MerkleHash] = []
    var salts: [[UInt8]] = []
    var seals: [UInt64: [UInt8]] = [:]
    var tiles: [ArchivedTile] = []
    var checkpoints: [(incarnation: UInt32, size: UInt64, note: [UInt8])] = []
    var restorations: [(size: UInt64, statement: [UInt8])] = []
    var incarnation: UInt32 = 0
    var isAway = false
  }

  private let state: Mutex<State>

  init(_ state: sending State = State()) { self.state = Mutex(state) }

  /// The whole of it, to be put back later, as a backup is.
  func backup() -> MemoryStore {
    let copy = state.withLock { $0 }
    return MemoryStore(copy)
  }

  func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

  var size: UInt64 { state.withLock { UInt64($0.leaves.count) } }
  var checkpointSizes: [UInt64] { state.withLock { $0.checkpoints.map(\.size) } }

  /// Appends one batch, and before it a command that changed nothing.
  func append(_ count: Int, seed: UInt8 = 0) {
    state.withLock { state in
      let first = state.batches.last?.row.next ?? 0
      let id =
        [seed, UInt8(truncatingIfNeeded: first >> 8), UInt8(truncatingIfNeeded: first)]
        + [UInt8](repeating: 0, count: 13)
      var digest = BatchDigest()
      var events: [ArchivedEvent] = []
      for offset in 0..<count {
        let event = ArchivedEvent(
          position: first + UInt64(offset), stream: "sample-\(first)-\(offset)", version: 1,
          type: "sample.v1", command: id, payload: [seed, UInt8(truncatingIfNeeded: offset)])
        digest.add(event)
        events.append(event)
      }
      let at = Int64(state.batches.count) + 1
      var row = ArchivedBatch(
        next: first + UInt64(count), count: UInt32(count), bytes: UInt32(count * 2), at: at,
        now: at, digest: digest.bytes, chain: [], commands: nil)
      row.chain = BatchDigest.chain(
        after: state.batches.last?.row.chain ?? state.genesis, first: first, row)
      let own = ArchivedCommand(id: id, digest: [seed], first: first, count: UInt32(count), at: at)
      let idle = ArchivedCommand(
        id: [UInt8](repeating: 0xFF, count: 16), digest: [seed], first: first, count: 0, at: at)
      state.batches.append((row, events, first == 0 ? [own, idle] : [own]))
    }
  }

  // MARK: EvidenceStore

  func evidence() async throws(EvidenceError) -> EvidenceState {
    let found = state.withLock { state -> EvidenceState? in
      guard !state.isAway else { return nil }
      let last = state.batches.last?.row
      return EvidenceState(
        logID: 0, next: last?.next ?? 0, chain: last?.chain ?? state.genesis,
        lastNow: last?.now ?? 0, lastAt: last?.at ?? 0, treeSize: UInt64(state.leaves.count),
        incarnation: state.incarnation, commandsFrom: 0, eventsEnd: last?.next ?? 0,
        batchesEnd: last?.next ?? 0, leavesEnd: UInt64(state.leaves.count),
        commandsEnd: last?.next ?? 0, trailingAt: 0, checkpoints: UInt64(state.checkpoints.count))
    }
    guard let found else { throw .unavailable("it is away") }
    return found
  }

  func page(
    from position: UInt64, in evidence: EvidenceState, limit: Int,
    _ tell: (ArchiveItem) async throws -> Void
  ) async throws -> UInt64 {
    let (items, next) = state.withLock { state -> ([ArchiveItem], UInt64) in
      var items: [ArchiveItem] = []
      var next = position
      for (row, events, commands) in state.batches
      where row.next > position && row.next <= evidence.next && next - position < UInt64(limit) {
        let isInTree = row.next <= evidence.treeSize
        var row = row
        row.commands = isInTree ? state.seals[row.next] : nil
        items.append(.batch(row))
        items += commands.map { .command($0) }
        for event in events {
          var event = event
          if isInTree {
            event.leaf = state.leaves[Int(event.position)]
            event.salt = state.salts[Int(event.position)]
          }
          items.append(.event(event))
        }
        if isInTree {
          let end = row.next
          items += state.tiles.filter { tile in
            let last = (tile.index + 1) << UInt64(tile.level)
            return last > next && last <= end
          }.map { .tile($0) }
        }
        next = row.next
        for (index, checkpoint) in state.checkpoints.enumerated()
        where checkpoint.size == row.next {
          items.append(
            .checkpoint(ArchivedCheckpoint(number: UInt64(index + 1), note: checkpoint.note)))
        }
      }
      return (items, next > position ? next : evidence.next)
    }
    for item in items { try await tell(item) }
    return next
  }

  func checkpoints(
    at position: UInt64, in evidence: EvidenceState
  ) async throws -> [ArchivedCheckpoint] {
    state.withLock { state in
      state.checkpoints.enumerated().filter { $0.element.size == position }
        .map { ArchivedCheckpoint(number: UInt64($0.offset + 1), note: $0.element.note) }
    }
  }

  func start(at position: UInt64, in evidence: EvidenceState) async throws -> ArchiveStart {
    let (chain, restorations) = state.withLock { state in
      (
        position == 0
          ? state.genesis : state.batches.first { $0.row.next == position }?.row.chain,
        state.restorations.map(\.statement)
      )
    }
    guard let chain else { throw EvidenceError.broken("no batch ends at \(position)") }
    let tree = TiledTree(self, size: evidence.treeSize)
    return ArchiveStart(
      logID: 0, position: position, chain: chain,
      frontier: try await tree.frontier(at: position)?.complete ?? [], restorations: restorations)
  }

  func end(of evidence: EvidenceState) async throws -> ArchiveEnd {
    ArchiveEnd(
      next: evidence.next, isWhole: true, chain: evidence.chain, lastNow: evidence.lastNow,
      lastAt: evidence.lastAt, treeSize: evidence.treeSize, eventsEnd: evidence.eventsEnd,
      batchesEnd: evidence.batchesEnd, leavesEnd: evidence.leavesEnd,
      commandsEnd: evidence.commandsEnd, trailingAt: 0, checkpoints: evidence.checkpoints)
  }

  func batch(around position: UInt64) async throws -> (ArchivedBatch, [ArchivedEvent])? { nil }

  func command(_ id: [UInt8]) async throws -> (first: UInt64, count: UInt32)? { nil }

  func hashes(level: Int, from index: UInt64, count: Int) async throws -> [MerkleHash] {
    state.withLock { state in
      guard level > 0 else {
        return Array(state.leaves.dropFirst(Int(index)).prefix(count))
      }
      return state.tiles.filter {
        $0.level == UInt32(level) && ($0.index >= index && $0.index < index + UInt64(count))
      }.map(\.hash)
    }
  }

  func grow(_ growth: TreeGrowth) async throws -> Bool {
    state.withLock { state in
      guard UInt64(state.leaves.count) == growth.size else { return false }
      for row in growth.rows {
        for offset in stride(from: 0, to: row.hashes.count, by: 32) {
          guard let hash = MerkleHash(row.hashes[offset..<offset + 32]) else { continue }
          state.leaves.append(hash)
        }
        for offset in stride(from: 0, to: row.salts.count, by: 16) {
          state.salts.append(Array(row.salts[offset..<offset + 16]))
        }
      }
      for seal in growth.seals { state.seals[seal.next] = seal.commands }
      state.tiles += growth.tiles
      return true
    }
  }

  func lastCheckpoint() async throws -> (number: UInt64, note: [UInt8])? {
    state.withLock { state in
      state.checkpoints.last.map { (UInt64(state.checkpoints.count), $0.note) }
    }
  }

  func restorations() async throws -> [[UInt8]] {
    state.withLock { $0.restorations.map(\.statement) }
  }

  func record(
    _ note: [UInt8], of checkpoint: Checkpoint, incarnation: UInt32
  ) async throws -> Bool {
    state.withLock { state in
      if let last = state.checkpoints.last, last.incarnation == incarnation,
        last.size >= checkpoint.size
      {
        return false
      }
      state.checkpoints.append((incarnation, checkpoint.size, note))
      return true
    }
  }

  func begin(_ restoration: Restoration, statement: [UInt8]) async throws -> Bool {
    state.withLock { state in
      guard restoration.origin.incarnation > state.incarnation else { return false }
      state.incarnation = restoration.origin.incarnation
      state.leaves.removeLast(state.leaves.count - Int(restoration.size))
      state.restorations.append((restoration.size, statement))
      return true
    }
  }
}

/// A checkpoint kept outside, in memory.
final class Memory: CheckpointMemory {
  private let note = Mutex<[UInt8]?>(nil)

  var name: String { "the checkpoint in memory" }

  var kept: [UInt8]? {
    get { note.withLock { $0 } }
    set { note.withLock { [newValue] in $0 = newValue } }
  }

  func load() async throws -> [UInt8]? { kept }

  func save(_ note: [UInt8]) async throws { kept = note }
}
