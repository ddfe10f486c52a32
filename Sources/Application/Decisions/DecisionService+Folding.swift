import EventLog
import Logging
import RolloutCore
import Synchronization
import WindlassWire

/// What is in the log becomes folded state, and folded state becomes snapshots.
extension DecisionService {
  /// Folds everything the log has beyond the folded head. From the start, it folds aside and shows
  /// the whole at once: a part of the log would answer as if it were the truth.
  func catchUp() async throws {
    let isWhole = currentStatus != .starting
    var fresh = World()
    if !isWhole, let restored = await snapshots?.restore() { fresh = restored }
    while true {
      try Task.checkCancellation()
      let mark = clock.mark()
      let reading = try await log.head()
      clock.observe(serverNow: reading.serverNow, since: mark)
      let head = isWhole ? world.withLock { $0.head } : fresh.head
      if isWhole, head.next == reading.head.next, head.chain == reading.head.chain { break }
      let caught: CatchUp
      do {
        caught = try await log.catchUp(from: head, limit: 10_000)
      } catch {
        guard case .diverged = error else { throw error }
        if !isWhole { snapshots?.refuseRestored() }
        logger.error("the log is not the one that was folded; folding it again from the start")
        reset()
        return try await catchUp()
      }
      if isWhole {
        let touched = world.withLock { world in
          world.head = caught.head
          return world.apply(caught.events)
        }
        observers.notify(touched)
      } else {
        _ = fresh.apply(caught.events)
        fresh.head = caught.head
      }
      if caught.events.isEmpty || caught.head.next >= reading.head.next { break }
    }
    if mayBeUnwritable.load(ordering: .acquiring) {
      try await log.checkWritable()
      mayBeUnwritable.store(false, ordering: .releasing)
    }
    if !isWhole {
      world.withLock { $0 = fresh }
      become(.ready)
      observers.notifyAll()
    } else {
      become(.ready)
    }
  }

  /// The folded state is of another log: nothing of it may be served any more.
  func reset() {
    become(.starting)
    world.withLock { $0 = World() }
    observers.notifyAll()
    behind.store(true, ordering: .releasing)
  }

  /// Ends only when cancelled.
  func keepSnapshots(_ snapshots: SnapshotKeeper) async {
    async let checked: Void = checkSnapshot(snapshots)
    while !Task.isCancelled {
      do { try await Task.sleep(for: .milliseconds(250)) } catch { break }
      guard case .ready = currentStatus, snapshots.isDue(at: world.withLock({ $0.head })) else {
        continue
      }
      await snapshots.write(world.withLock { $0 }, distance: snapshots.policy.afterInterval)
    }
    await checked
  }

  /// A snapshot that was started from is compared with the log while the service runs.
  func checkSnapshot(_ snapshots: SnapshotKeeper) async {
    while !Task.isCancelled {
      do {
        if case .ready = currentStatus {
          if try await snapshots.checkRestored(against: log) { return }
          distrusted.store(true, ordering: .releasing)
          ring.yield()
          return
        }
        try await Task.sleep(for: .milliseconds(250))
      } catch {
        // The log is away, or the service stops.
        do { try await Task.sleep(for: .seconds(10)) } catch { return }
      }
    }
  }

  func writeLast(_ snapshots: SnapshotKeeper) async {
    let world = world.withLock { $0 }
    if snapshots.isDueAtEnd(at: world.head) {
      await snapshots.write(world, distance: snapshots.policy.atEnd)
    }
  }
}
