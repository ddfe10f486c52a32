internal import Crypto
internal import Dispatch
public import EventLog
public import Logging
internal import Synchronization

/// Writes snapshots of a replica's folded state, and finds the one to start from.
///
/// Nothing here can stop a start or a decision: what fails is logged and counted, and the log is
/// folded without it.
public final class SnapshotKeeper: Sendable {
  private let store: any SnapshotStore
  let policy: SnapshotPolicy
  private let logger: Logger
  private let state: Mutex<State>

  /// What was done since the process started.
  public struct Counts: Equatable, Sendable {
    public var written: UInt64 = 0
    public var failed: UInt64 = 0
    /// Snapshots of this version that were not used, whatever the reason.
    public var refused: UInt64 = 0
    /// Started from a snapshot, at this position.
    public var restoredAt: UInt64?
    /// Position and bytes of the latest one written or restored.
    public var lastPosition: UInt64 = 0
    public var lastBytes: Int = 0
    /// Comparisons with the log folded from its start.
    public var checkedSame: UInt64 = 0
    public var checkedDifferent: UInt64 = 0
  }

  private struct State {
    var counts = Counts()
    /// Digests of snapshots that are not to be tried again.
    var refused: Set<[UInt8]> = []
    var isTrusted = true
    var last: UInt64 = 0
    var lastAt = ContinuousClock.now
    /// What the service started from, until it is compared with the log.
    var unchecked: StoredSnapshot?
  }

  public init(store: any SnapshotStore, policy: SnapshotPolicy = .init(), logger: Logger) {
    self.store = store
    self.policy = policy
    self.logger = logger
    state = Mutex(State())
  }

  public var counts: Counts { state.withLock { $0.counts } }

  // MARK: Writing

  /// Whether the state at a head is worth a snapshot now.
  func isDue(at head: LogHead) -> Bool {
    state.withLock { state in
      head.next.index > state.last
        && policy.isDue(
          events: head.next.index - state.last, elapsed: state.lastAt.duration(to: .now))
    }
  }

  /// The same for a service that stops.
  func isDueAtEnd(at head: LogHead) -> Bool {
    state.withLock { head.next.index > $0.last && head.next.index - $0.last >= policy.atEnd }
  }

  /// Encodes and stores a world, which is at a batch boundary. Decisions go on meanwhile.
  func write(_ world: World, distance: UInt64) async {
    let head = world.head
    do {
      let (bytes, digest) = try await Self.encoded(world)
      let snapshot = StoredSnapshot(
        head: head, version: SnapshotVersion.current, digest: digest, byteCount: bytes.count)
      let isNew = try await store.save(snapshot, bytes, distance: distance)
      state.withLock { state in
        state.last = head.next.index
        state.lastAt = .now
        guard isNew else { return }
        state.counts.written &+= 1
        state.counts.lastPosition = head.next.index
        state.counts.lastBytes = bytes.count
      }
      logger.debug(
        "snapshot",
        metadata: [
          "position": "\(head.next)", "bytes": "\(bytes.count)", "written": "\(isNew)",
        ])
    } catch {
      state.withLock { state in
        state.counts.failed &+= 1
        // Not again at once: whatever is wrong may last.
        state.last = head.next.index
        state.lastAt = .now
      }
      logger.warning("no snapshot could be written", metadata: ["error": "\(error)"])
    }
  }

  /// On a thread that no decision waits for.
  private static func encoded(_ world: World) async throws -> (bytes: [UInt8], digest: [UInt8]) {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global(qos: .utility).async {
        continuation.resume(
          with: Result {
            let bytes = try WorldSnapshot.encode(world)
            return (bytes, Array(SHA256.hash(data: bytes)))
          })
      }
    }
  }

  // MARK: Starting

  /// The newest snapshot that can be used, as a world; `nil` when the log has to be folded from its
  /// start.
  func restore() async -> World? {
    guard state.withLock({ $0.isTrusted }) else { return nil }
    let found: [StoredSnapshot]
    do { found = try await store.snapshots() } catch {
      logger.warning("snapshots cannot be read", metadata: ["error": "\(error)"])
      return nil
    }
    for snapshot in found where snapshot.version == SnapshotVersion.current {
      guard !state.withLock({ $0.refused.contains(snapshot.digest) }) else { continue }
      do {
        let world = try await read(snapshot)
        state.withLock { state in
          state.unchecked = snapshot
          state.last = snapshot.head.next.index
          state.lastAt = .now
          state.counts.restoredAt = snapshot.head.next.index
          state.counts.lastPosition = snapshot.head.next.index
          state.counts.lastBytes = snapshot.byteCount
        }
        logger.info(
          "starting from a snapshot",
          metadata: ["position": "\(snapshot.head.next)", "bytes": "\(snapshot.byteCount)"])
        return world
      } catch {
        refuse(snapshot, because: "\(error)")
      }
    }
    return nil
  }

  private func read(_ snapshot: StoredSnapshot) async throws -> World {
    try await WorldSnapshot.decode(try await store.bytes(of: snapshot), of: snapshot)
  }

  /// The log does not have the boundary that the service started from.
  func refuseRestored() {
    let snapshot = state.withLock { state in
      state.counts.restoredAt = nil
      return state.unchecked.take()
    }
    if let snapshot { refuse(snapshot, because: "the log has no such boundary") }
  }

  private func refuse(_ snapshot: StoredSnapshot, because reason: String) {
    state.withLock { state in
      state.refused.insert(snapshot.digest)
      state.counts.refused &+= 1
    }
    logger.warning(
      "a snapshot is not used",
      metadata: ["position": "\(snapshot.head.next)", "reason": "\(reason)"])
  }

  // MARK: Checking

  /// Folds the log from its start as far as the snapshot that the service started from, at a quarter
  /// of a core, and compares.
  ///
  /// - Returns: whether the service may go on with what it has.
  func checkRestored(against log: any EventLog) async throws -> Bool {
    guard policy.checks, let snapshot = state.withLock({ $0.unchecked }) else { return true }
    var world = World()
    while world.head.next < snapshot.head.next {
      let start = ContinuousClock.now
      try await world.advance(along: log, to: snapshot.head.next)
      try await Task.sleep(for: start.duration(to: .now) * 3)
    }
    let (_, digest) = try await Self.encoded(world)
    let isSame = digest == snapshot.digest
    var difference: String?
    if !isSame {
      do {
        difference = WorldSnapshot.difference(of: try await read(snapshot), from: world)
        // Or the next start would find it again.
        try await store.discard(snapshot)
      } catch { difference = difference ?? "\(error)" }
    }
    state.withLock { state in
      state.unchecked = nil
      if isSame {
        state.counts.checkedSame &+= 1
      } else {
        state.counts.checkedDifferent &+= 1
        state.isTrusted = false
      }
    }
    if isSame {
      logger.info(
        "the snapshot is what the log folds to", metadata: ["position": "\(snapshot.head.next)"])
    } else {
      logger.error(
        "the snapshot is not what the log folds to; folding the log from its start",
        metadata: [
          "position": "\(snapshot.head.next)", "difference": "\(difference ?? "in its form")",
        ])
    }
    return isSame
  }
}

extension World {
  /// Folds the next page of a log, at most as far as a boundary.
  ///
  /// - Throws: ``ReadError``; ``ReadError/diverged`` also when the log ends before.
  mutating func advance(
    along log: any EventLog, to end: GlobalPosition
  ) async throws(ReadError) {
    guard head.next < end else { return }
    let limit = Int(clamping: min(end.index - head.next.index, 10_000))
    let page = try await log.catchUp(from: head, limit: limit)
    guard !page.events.isEmpty, page.head.next <= end else { throw .diverged }
    _ = apply(page.events)
    head = page.head
  }
}
