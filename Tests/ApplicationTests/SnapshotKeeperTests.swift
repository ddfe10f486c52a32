import EventLog
import RolloutCore
import Testing
import WindlassWire

@testable import Application

@Suite("Starting from a snapshot", .timeLimit(.minutes(5)))
struct SnapshotKeeperTests {
  private func keeper(
    _ store: InMemorySnapshotStore, every: UInt64 = 1_000_000, checks: Bool = false
  ) -> SnapshotKeeper {
    SnapshotKeeper(
      store: store, policy: SnapshotPolicy(every: every, checks: checks), logger: Harness.silent)
  }

  /// A service that decides a little and stops; its last state is in the store.
  private func history(
    _ store: InMemorySnapshotStore, revisions: Int = 3
  ) async throws -> Harness {
    let harness = Harness(snapshots: keeper(store))
    try await harness.running { harness in
      let epoch = try await harness.prepare(revisions: revisions)
      _ = await harness.submit(
        .start(try harness.rollout(), .number(RevisionNumber(1))), key: "start")
      _ = try await harness.report(
        .available(RevisionNumber(1)), attempt: 1, epoch: epoch, id: "available")
    }
    return harness
  }

  /// What a service that starts now knows, and how it came to know it.
  private func start(
    _ harness: Harness, _ keeper: SnapshotKeeper
  ) async throws -> Application.World {
    try await Harness(sharing: harness, snapshots: keeper).running { $0.service.read { $0 } }
  }

  private func write(_ world: Application.World, _ store: InMemorySnapshotStore) async {
    await keeper(store).write(world, distance: 1)
  }

  @Test("a service starts from the newest snapshot and folds what came after it")
  func restored() async throws {
    let store = InMemorySnapshotStore()
    let harness = try await history(store)
    await write(try await harness.log.folded(to: 3), store)
    await write(try await harness.log.folded(to: 4), store)
    let keeper = keeper(store)
    let world = try await start(harness, keeper)
    let folded = try await harness.log.folded()
    #expect(keeper.counts.restoredAt == 4)
    #expect(WorldSnapshot.difference(of: world, from: folded) == nil)
    #expect(world.head == folded.head)
  }

  @Test("a service that stops leaves a snapshot of all it knew")
  func atEnd() async throws {
    let store = InMemorySnapshotStore()
    let harness = Harness(snapshots: keeper(store, every: 100))
    try await harness.running { _ = try await $0.prepare(revisions: 2) }
    let keeper = keeper(store)
    let world = try await start(harness, keeper)
    let folded = try await harness.log.folded()
    #expect(keeper.counts.restoredAt == folded.head.next.index)
    #expect(WorldSnapshot.difference(of: world, from: folded) == nil)
  }

  @Test("a service that goes on deciding writes a snapshot now and then")
  func nowAndThen() async throws {
    let store = InMemorySnapshotStore()
    let keeper = keeper(store, every: 1)
    let harness = Harness(snapshots: keeper)
    try await harness.running { harness in
      _ = try await harness.prepare(revisions: 2)
      while keeper.counts.written == 0 { await Task.yield() }
    }
    #expect(try await !store.snapshots().isEmpty)
  }

  @Test("a snapshot that cannot be right is passed over for the one before it, and then for none")
  func refused() async throws {
    let store = InMemorySnapshotStore()
    let harness = try await history(store)
    for end in [2, 3, 4] as [UInt64] { await write(try await harness.log.folded(to: end), store) }
    let folded = try await harness.log.folded()
    let rows = try await store.snapshots()
    let changes: [(inout StoredSnapshot, inout [UInt8]) -> Void] = [
      { _, bytes in bytes[bytes.count / 2] ^= 1 },
      { row, _ in row.head.chain[0] ^= 1 },
      { row, bytes in
        bytes.removeLast()
        row.byteCount -= 1
      },
    ]
    for (index, next) in ([3, 2, nil] as [UInt64?]).enumerated() {
      store.tamper(with: rows[index].id, changes[index])
      let keeper = keeper(store)
      let world = try await start(harness, keeper)
      #expect(keeper.counts.restoredAt == next)
      #expect(keeper.counts.refused == UInt64(index) + 1)
      #expect(WorldSnapshot.difference(of: world, from: folded) == nil)
    }
  }

  @Test("a snapshot of another version of the service is passed over without a word")
  func otherVersion() async throws {
    let store = InMemorySnapshotStore()
    let harness = try await history(store)
    await write(try await harness.log.folded(), store)
    let row = try #require(try await store.snapshots().first)
    store.tamper(with: row.id) { row, _ in row.version = [1, 2, 3] }
    let keeper = keeper(store)
    _ = try await start(harness, keeper)
    #expect(keeper.counts.restoredAt == nil)
    #expect(keeper.counts.refused == 0)
  }

  @Test("a snapshot of another log, or of what a failover took back, is never used")
  func otherLog() async throws {
    let store = InMemorySnapshotStore()
    let other = try await history(store, revisions: 4)
    await write(try await other.log.folded(), store)
    let harness = try await history(InMemorySnapshotStore())
    let keeper = keeper(store)
    let world = try await start(harness, keeper)
    #expect(keeper.counts.restoredAt == nil)
    #expect(keeper.counts.refused == 1)
    let folded = try await harness.log.folded()
    #expect(WorldSnapshot.difference(of: world, from: folded) == nil)

    let mine = InMemorySnapshotStore()
    await write(folded, mine)
    harness.log.rewind(to: GlobalPosition(3))
    try await Harness(sharing: harness).running { harness in
      _ = await harness.submit(
        .hold(try harness.app(), .number(RevisionNumber(1))), key: "another")
    }
    let second = self.keeper(mine)
    let rewound = try await start(harness, second)
    #expect(second.counts.refused == 1)
    #expect(rewound.head == (try await harness.log.folded()).head)
  }

  @Test("a store that is away costs nothing but time")
  func away() async throws {
    let store = InMemorySnapshotStore()
    let harness = try await history(store)
    store.setAway(true)
    let keeper = keeper(store)
    let world = try await start(harness, keeper)
    let folded = try await harness.log.folded()
    #expect(WorldSnapshot.difference(of: world, from: folded) == nil)
    await keeper.write(world, distance: 1)
    #expect(keeper.counts.failed > 0)
    #expect(keeper.counts.written == 0)
  }

  @Test("a forged snapshot whose digest fits is found out by folding the log beside the service")
  func forged() async throws {
    let store = InMemorySnapshotStore()
    let harness = try await history(store)
    let folded = try await harness.log.folded()
    var forged = folded
    forged.quarantined[.rollout(try harness.rollout())] = "nothing to see here"
    await write(forged, store)

    let check = SnapshotCheck(log: harness.log, store: store)
    let stream = "stream rollout-\(try harness.rollout())"
    #expect(try await check.run().map(\.verdict) == [.differs(stream)])

    let keeper = keeper(store, every: 1_000_000, checks: true)
    try await Harness(sharing: harness, snapshots: keeper).running { harness in
      #expect(keeper.counts.restoredAt == folded.head.next.index)
      while keeper.counts.checkedDifferent == 0 { await Task.yield() }
      while !harness.service.read({ $0.quarantined.isEmpty && $0.head == folded.head }) {
        await Task.yield()
      }
      while harness.service.currentStatus != .ready { await Task.yield() }
    }
    #expect(try await store.snapshots().isEmpty)
  }

  @Test("a snapshot that the log bears out is found to be the same")
  func borneOut() async throws {
    let store = InMemorySnapshotStore()
    let harness = try await history(store)
    await write(try await harness.log.folded(to: 4), store)
    await write(try await harness.log.folded(), store)
    let check = SnapshotCheck(log: harness.log, store: store)
    #expect(try await check.run().map(\.verdict) == [.same, .same])
    let keeper = keeper(store, checks: true)
    try await Harness(sharing: harness, snapshots: keeper).running { _ in
      while keeper.counts.checkedSame == 0 { await Task.yield() }
    }
  }

  @Test("a check says which snapshots a start would pass over")
  func checked() async throws {
    let store = InMemorySnapshotStore()
    let harness = try await history(store)
    for end in [2, 3, 4] as [UInt64] { await write(try await harness.log.folded(to: end), store) }
    let rows = try await store.snapshots()
    store.tamper(with: rows[1].id) { _, bytes in bytes[3] ^= 1 }
    store.tamper(with: rows[2].id) { row, _ in row.version = [9] }
    let check = SnapshotCheck(log: harness.log, store: store)
    #expect(
      try await check.run().map(\.verdict)
        == [.otherVersion, .refused("its bytes do not fit their digest"), .same])
  }

  @Test(
    "a snapshot is due after many events, or after some time with a tenth of them",
    arguments: [
      (events: 99, seconds: 1, due: false), (events: 100, seconds: 0, due: true),
      (events: 9, seconds: 9_999, due: false), (events: 10, seconds: 599, due: false),
      (events: 10, seconds: 600, due: true),
    ] as [(events: UInt64, seconds: Int64, due: Bool)])
  func due(events: UInt64, seconds: Int64, due: Bool) {
    let policy = SnapshotPolicy(every: 100)
    #expect(policy.isDue(events: events, elapsed: .seconds(seconds)) == due)
  }
}
