import Synchronization

/// Snapshots that live and die with the process, for tests and for trying things out.
public final class InMemorySnapshotStore: SnapshotStore {
  /// Snapshots kept of one version.
  private static let keptMax = 3

  private struct State {
    var kept: [(snapshot: StoredSnapshot, bytes: [UInt8])] = []
    var last: Int64 = 0
    var isAway = false
  }

  private let state = Mutex(State())

  public init() {}

  /// From now on every call fails, or none.
  public func setAway(_ isAway: Bool) { state.withLock { $0.isAway = isAway } }

  /// Changes what is kept of one snapshot, as somebody could who owns the tables.
  public func tamper(
    with id: Int64, _ change: (inout StoredSnapshot, inout [UInt8]) -> Void
  ) {
    state.withLock { state in
      guard let index = state.kept.firstIndex(where: { $0.snapshot.id == id }) else { return }
      var (snapshot, bytes) = state.kept[index]
      change(&snapshot, &bytes)
      state.kept[index] = (snapshot, bytes)
    }
  }

  public func snapshots() async throws(ReadError) -> [StoredSnapshot] {
    try reached().kept.map(\.snapshot).sorted { $0.head.next > $1.head.next }
  }

  public func bytes(of snapshot: StoredSnapshot) async throws(ReadError) -> [UInt8] {
    guard let kept = try reached().kept.first(where: { $0.snapshot.id == snapshot.id }) else {
      throw .corrupt("the snapshot is gone")
    }
    return kept.bytes
  }

  public func save(
    _ snapshot: StoredSnapshot, _ bytes: [UInt8], distance: UInt64
  ) async throws(ReadError) -> Bool {
    _ = try reached()
    return state.withLock { state in
      let others = state.kept.filter { $0.snapshot.version == snapshot.version }
      for other in others {
        let (end, overflow) = other.snapshot.head.next.index
          .addingReportingOverflow(max(distance, 1))
        if overflow || snapshot.head.next.index < end { return false }
      }
      state.last += 1
      var kept = snapshot
      kept.id = state.last
      state.kept.append((kept, bytes))
      if others.count >= Self.keptMax, let oldest = others.map(\.snapshot.id).min() {
        state.kept.removeAll { $0.snapshot.id == oldest }
      }
      return true
    }
  }

  public func discard(_ snapshot: StoredSnapshot) async throws(ReadError) {
    _ = try reached()
    state.withLock { $0.kept.removeAll { $0.snapshot.id == snapshot.id } }
  }

  private func reached() throws(ReadError) -> State {
    let state = state.withLock { $0 }
    guard !state.isAway else { throw .unavailable("the store is away") }
    return state
  }
}
