import EventLog
import RolloutCore
import WindlassWire

@testable import Application

/// What was sent to a service, and what came of it.
struct TrafficRun {
  /// One command as it was sent.
  struct Sent: Sendable {
    var id: CommandID
    var digest: [UInt8]
    var requester: Requester
    var action: Submission.Action
  }

  let sent: [Sent]
  let harness: Harness

  /// Sends traffic in groups until the log has so many events. Commands of a group are under way
  /// together, as those of many callers are.
  static func of(
    seed: UInt64, events: Int, applications: Int = 3, clusters: Int = 2
  ) async throws -> TrafficRun {
    let harness = Harness()
    let sent = try await harness.running { harness in
      var traffic = try Traffic(seed: seed, applications: applications, clusters: clusters)
      var sent: [Sent] = []
      for action in try traffic.opening() {
        let one = Self.command(action, sent.count, &traffic)
        sent.append(one)
        _ = await harness.send(one)
      }
      while harness.service.read({ $0.head.next.index }) < UInt64(events) {
        harness.time.advance(microseconds: traffic.pause())
        var group: [Sent] = []
        for _ in 0..<traffic.groupSize() {
          let action = try traffic.next(harness.service)
          group.append(Self.command(action, sent.count + group.count, &traffic))
        }
        sent += group
        await withTaskGroup { tasks in
          for one in group { tasks.addTask { _ = await harness.send(one) } }
        }
      }
      return sent
    }
    return TrafficRun(sent: sent, harness: harness)
  }

  private static func command(
    _ action: Submission.Action, _ number: Int, _ traffic: inout Traffic
  ) -> Sent {
    Sent(
      id: CommandID(high: 0x5E, low: UInt64(number)),
      digest: [UInt8](repeating: 1, count: 32), requester: traffic.requester(), action: action)
  }

  var log: InMemoryEventLog { harness.log }

  /// Everything in the log.
  func events() async throws -> [RecordedEvent] { try await log.allEvents() }
}

extension InMemoryEventLog {
  func allEvents() async throws -> [RecordedEvent] {
    var events: [RecordedEvent] = []
    while true {
      let page = try await read(from: GlobalPosition(UInt64(events.count)), limit: 10_000)
      if page.isEmpty { return events }
      events += page
    }
  }

  /// The log folded up to a boundary at or before `end`.
  func folded(to end: UInt64 = .max) async throws -> Application.World {
    var world = Application.World()
    while true {
      let room = end - world.head.next.index
      guard room > 0 else { return world }
      let page = try await catchUp(from: world.head, limit: Int(clamping: min(room, 10_000)))
      guard !page.events.isEmpty, page.head.next.index <= end else { return world }
      _ = world.apply(page.events)
      world.head = page.head
    }
  }
}

extension Harness {
  func send(_ one: TrafficRun.Sent) async -> Answer {
    await service.submit { completion in
      Submission(
        id: one.id, digest: one.digest, requester: one.requester, action: one.action,
        completion: completion)
    }
  }
}
