import Crypto
import EventLog
import Foundation
import RolloutCore
import Testing
import WindlassWire

@testable import Application

/// Both digests stand in Sources/Application/Snapshots/SnapshotVersion.swift. When one of these tests
/// fails, write there what it says: snapshots of services before the change are passed over then.
@Suite("The version of snapshots")
struct SnapshotVersionTests {
  private static let fixture = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/history.txt")

  @Test("a change of what states hold changes the version")
  func layout() throws {
    let noted = Noted()
    let events = try Self.history()
    var world = Application.World()
    for start in stride(from: 0, to: events.count, by: 15) {
      _ = world.apply(Array(events[start..<min(start + 15, events.count)]))
      let encoder = StateEncoder { noted.lines.insert($0) }
      _ = try WorldSnapshot.encode(world, version: [], encoder)
    }
    // What a private type is called at run time has an address in it.
    let lines = Set(
      noted.lines.map { line in
        line.replacing(/\(unknown context at \$[0-9a-f]+\)\./, with: "")
          .replacing(/\sin _[0-9A-F]+/, with: "")
      }
    ).sorted()
    if let path = ProcessInfo.processInfo.environment["WINDLASS_LAYOUT"] {
      try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(lines.count > 300)
    #expect(SnapshotVersion.layout == digest(Array(lines.joined(separator: "\n").utf8)))
  }

  @Test("a change of what events fold to changes the version")
  func folding() async throws {
    if ProcessInfo.processInfo.environment["UPDATE"] == "1" { try await Self.writeHistory() }
    var world = Application.World()
    _ = world.apply(try Self.history())
    #expect(world.quarantined.isEmpty)
    #expect(world.eventCounts.count > 35, "\(world.eventCounts.count) types of events")
    let bytes = try WorldSnapshot.encode(world, version: [], StateEncoder())
    #expect(SnapshotVersion.folding == digest(bytes))
  }

  private func digest(_ bytes: [UInt8]) -> String {
    SHA256.hash(data: bytes).prefix(8)
      .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  private static func history() throws -> [RecordedEvent] {
    var versions: [String: UInt64] = [:]
    var events: [RecordedEvent] = []
    for line in try String(contentsOf: fixture, encoding: .utf8).split(separator: "\n") {
      let parts = line.split(separator: " ").map(String.init)
      versions[parts[0], default: 0] += 1
      events.append(
        RecordedEvent(
          position: GlobalPosition(UInt64(events.count)),
          stream: try StreamName(validating: parts[0]),
          version: StreamVersion(versions[parts[0], default: 0]), type: parts[1],
          payload: [UInt8](try #require(Data(base64Encoded: parts[2]))),
          commandID: CommandID(high: 0, low: 0), recordedAt: 0))
    }
    return events
  }

  /// A log of every kind of event, kept as it is: only folding may change what comes of it.
  private static func writeHistory() async throws {
    var best: [RecordedEvent] = []
    var most = 0
    for seed in UInt64(0)..<30 {
      let events = try await TrafficRun.of(seed: seed, events: 900, applications: 2, clusters: 2)
        .events()
      let count = Set(events.map(\.type)).count
      if count > most { (best, most) = (events, count) }
    }
    let text = best.map { event in
      "\(event.stream) \(event.type) \(Data(event.payload).base64EncodedString())\n"
    }.joined()
    try text.write(to: fixture, atomically: true, encoding: .utf8)
  }

  /// What a `StateEncoder` tells of.
  private final class Noted {
    var lines: Set<String> = []
  }
}
