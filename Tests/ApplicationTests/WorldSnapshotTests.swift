import Crypto
import EventLog
import Foundation
import RolloutCore
import Testing
import WindlassWire

@testable import Application

@Suite("Snapshots of folded state", .timeLimit(.minutes(30)))
struct WorldSnapshotTests {
  /// Logs looked at; `WINDLASS_SEEDS` sets another number.
  static let seeds: Range<UInt64> = {
    let environment = ProcessInfo.processInfo.environment
    let usual: UInt64 = environment["WINDLASS_CAMPAIGN"] == "1" ? 2_000 : 12
    return 0..<(environment["WINDLASS_SEEDS"].flatMap { UInt64($0) } ?? usual)
  }()

  @Test("folding on from a snapshot gives what folding everything gives", arguments: 0..<UInt64(4))
  func foldingOn(share: UInt64) async throws {
    for seed in Self.seeds where seed % 4 == share {
      let run = try await TrafficRun.of(seed: seed, events: 600)
      let all = try await run.log.folded()
      let whole = try WorldSnapshot.encode(all)
      var random = SeededGenerator(seed: seed)
      for _ in 0..<6 {
        let end = UInt64.random(in: 1...all.head.next.index, using: &random)
        var world = try WorldSnapshot.decode(
          WorldSnapshot.encode(try await run.log.folded(to: end)))
        while world.head.next < all.head.next {
          try await world.advance(along: run.log, to: all.head.next)
        }
        let bytes = try WorldSnapshot.encode(world)
        #expect(bytes == whole, "seed \(seed), from \(end)")
        #expect(WorldSnapshot.difference(of: world, from: all) == nil, "seed \(seed), from \(end)")
        for name in all.rollouts.keys {
          #expect(world.nextDue(name) == all.nextDue(name), "seed \(seed), \(name)")
        }
        #expect(Self.timers(world) == Self.timers(all), "seed \(seed), from \(end)")
        #expect(world.lastNow == all.lastNow)
      }
    }
  }

  /// Every rollout that has a timer.
  private static func timers(_ world: Application.World) -> Set<RolloutName> {
    var world = world
    return Set(world.takeDue(at: Timestamp(microseconds: .max), atMost: .max).rollouts)
  }

  @Test("a quarantined stream stays quarantined")
  func quarantine() async throws {
    let run = try await TrafficRun.of(seed: 3, events: 100)
    var events = try await run.events()
    let index = try #require(events.firstIndex { $0.type == "attempt-classified.v1" })
    events[index].payload = [0xFF]
    var world = Application.World()
    _ = world.apply(events)
    let address = try #require(world.quarantined.keys.first)
    let back = try WorldSnapshot.decode(WorldSnapshot.encode(world))
    #expect(back.quarantined == world.quarantined)
    #expect(back.version(address) == world.version(address))
    #expect(WorldSnapshot.difference(of: back, from: world) == nil)
  }

  @Test("texts that Swift calls equal keep their own bytes")
  func texts() throws {
    var world = Application.World()
    let name = try ApplicationName(validating: "shop/checkout")
    let texts = ["caf\u{E9}", "cafe\u{301}", "", "\u{0}", "e\u{301}\u{327}", "e\u{327}\u{301}"]
    for (index, text) in texts.enumerated() {
      world.apply(
        .application(
          .policyApplied(
            RolloutPolicy(name: "p\(index)"),
            by: Requester(principal: text, reason: text), now: Timestamp(microseconds: 1))),
        type: "policy-applied.v1", to: .application(name), version: UInt64(index) + 1,
        at: GlobalPosition(UInt64(index)))
      world.apply(
        .application(
          .revisionHeld(
            RevisionNumber(UInt32(index)), by: Requester(principal: text, reason: text),
            now: Timestamp(microseconds: 1))),
        type: "revision-held.v1", to: .application(name), version: UInt64(index) + 2,
        at: GlobalPosition(UInt64(index)))
    }
    let back = try WorldSnapshot.decode(WorldSnapshot.encode(world))
    for (index, text) in texts.enumerated() {
      let hold = try #require(back.applications[name]?.holds[RevisionNumber(UInt32(index))])
      #expect(Array(hold.by.reason.utf8) == Array(text.utf8))
    }
  }

  @Test("every stored property of a world is in its snapshot, or follows from it")
  func everyProperty() {
    let encoded: Set = [
      "head", "applications", "rollouts", "clusters", "leases", "quarantined", "foldedNow",
      "eventCounts", "versions",
    ]
    // What streams are called, who is where, every timer, and what this replica heard of a clock.
    let derived: Set = [
      "addresses", "due", "scheduled", "clustersOf", "applicationsOn", "heardNow",
    ]
    let properties = Set(Mirror(reflecting: Application.World()).children.compactMap(\.label))
    #expect(properties == encoded.union(derived), "decide for a new one where it belongs")
  }

  // MARK: Hostile bytes

  private func sample() async throws -> (bytes: [UInt8], row: StoredSnapshot) {
    let world = try await TrafficRun.of(seed: 5, events: 60, applications: 1, clusters: 1).log
      .folded()
    let bytes = try WorldSnapshot.encode(world)
    return (
      bytes,
      StoredSnapshot(
        head: world.head, version: SnapshotVersion.current,
        digest: Array(SHA256.hash(data: bytes)), byteCount: bytes.count)
    )
  }

  @Test("a snapshot with any byte changed or cut off is refused")
  func everyByte() async throws {
    let (bytes, row) = try await sample()
    _ = try await WorldSnapshot.decode(bytes, of: row)
    for index in bytes.indices {
      for change: UInt8 in [0x01, 0x80, 0xFF] {
        var changed = bytes
        changed[index] ^= change
        await #expect(throws: SnapshotRefused.digest) {
          try await WorldSnapshot.decode(changed, of: row)
        }
        // Whoever makes the digest fit gets an error or another state, never a trap.
        do { _ = try WorldSnapshot.parse(changed) } catch {}
      }
      await #expect(throws: SnapshotRefused.digest) {
        try await WorldSnapshot.decode(Array(bytes.prefix(index)), of: row)
      }
      #expect(throws: (any Error).self) { try WorldSnapshot.parse(Array(bytes.prefix(index))) }
    }
    await #expect(throws: SnapshotRefused.digest) {
      try await WorldSnapshot.decode(bytes + [0], of: row)
    }
  }

  @Test("bytes of every kind end in a world or in an error")
  func mutations() async throws {
    let (bytes, _) = try await sample()
    var random = SeededGenerator(seed: 7)
    let count = 2_000 * max(1, Self.seeds.count / 100)
    for _ in 0..<count {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: 0..<changed.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: changed[index] = UInt8.random(in: 0...255, using: &random)
        case 1: changed.remove(at: index)
        case 2: changed.insert(UInt8.random(in: 0...255, using: &random), at: index)
        default: changed.replaceSubrange(index..<index, with: [0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
        }
      }
      do { _ = try WorldSnapshot.parse(changed) } catch {}
    }
  }

  @Test("a snapshot of another place in the log, or of another version, is refused")
  func otherPlace() async throws {
    var (bytes, row) = try await sample()
    row.head.next = GlobalPosition(row.head.next.index + 1)
    await #expect(throws: SnapshotRefused.otherPlace) {
      try await WorldSnapshot.decode(bytes, of: row)
    }
    bytes[12] ^= 1
    row.digest = Array(SHA256.hash(data: bytes))
    await #expect(throws: SnapshotRefused.otherVersion) {
      try await WorldSnapshot.decode(bytes, of: row)
    }
  }
}
