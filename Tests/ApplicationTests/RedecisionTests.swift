import EventLog
import Foundation
import RolloutCore
import Testing
import WindlassWire

@testable import Application

@Suite("Same in, same out", .timeLimit(.minutes(60)))
struct RedecisionTests {
  /// Events decided twice; `WINDLASS_REDECIDED_EVENTS` sets another number.
  static let eventCount: Int = {
    let environment = ProcessInfo.processInfo.environment
    let usual = environment["WINDLASS_CAMPAIGN"] == "1" ? 1_000_000 : 4_000
    return environment["WINDLASS_REDECIDED_EVENTS"].flatMap { Int($0) } ?? usual
  }()

  @Test("what was decided once is decided again, byte for byte, from what was sent")
  func redecided() async throws {
    let run = try await TrafficRun.of(
      seed: 1, events: Self.eventCount, applications: 12, clusters: 5)
    var sent: [CommandID: TrafficRun.Sent] = [:]
    for one in run.sent { sent[one.id] = one }
    let recorded = try await run.events()
    var world = Application.World()
    var types: [String: Int] = [:]
    var timers = 0
    var start = 0
    while start < recorded.count {
      let id = recorded[start].commandID
      let end = recorded[start...].firstIndex { $0.commandID != id } ?? recorded.endIndex
      let commit = Array(recorded[start..<end])
      start = end
      var submission = try #require(original(id, commit[0], sent), "\(commit[0].stream)")
      submission.isCurrent = true
      if submission.isTick { timers += 1 }
      let events = try decided(submission, commit[0], in: world)
      // What was decided is compared as it was written.
      #expect(events.map(\.1.type) == commit.map(\.type))
      guard events.map(\.1.payload) == commit.map(\.payload),
        events.map(\.0.stream) == commit.map(\.stream)
      else {
        Issue.record("position \(commit[0].position), \(commit[0].type) is decided otherwise")
        return
      }
      for event in commit { types[event.type, default: 0] += 1 }
      _ = world.apply(commit)
    }
    let folded = try await run.log.folded()
    #expect(world.rollouts == folded.rollouts)
    #expect(types.values.reduce(0, +) == recorded.count)
    print(
      "decided \(recorded.count) events of \(run.sent.count) commands and \(timers) timers again: "
        + types.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
  }

  /// What was sent under a key, or the timer whose key it is.
  private func original(
    _ id: CommandID, _ first: RecordedEvent, _ sent: [CommandID: TrafficRun.Sent]
  ) -> Submission? {
    if let one = sent[id] {
      return Submission(
        id: one.id, digest: one.digest, requester: one.requester, action: one.action
      ) { _ in }
    }
    guard case .rollout(let name) = StreamAddress(first.stream) else { return nil }
    let tick = DecisionService.tick(name, version: first.version.index - 1)
    return tick.id == id ? tick : nil
  }

  private func decided(
    _ submission: Submission, _ first: RecordedEvent, in world: Application.World
  ) throws -> [(StreamAddress, NewEvent)] {
    let now = try EventCodec.decode(type: first.type, payload: first.payload).now
    guard case .plan(let plan) = world.decide(submission, now: now) else { return [] }
    return plan.writes.flatMap { address, events in
      events.map { event in
        let (type, payload) = EventCodec.encode(event)
        return (address, NewEvent(type: type, payload: payload))
      }
    }
  }
}

extension LogEvent {
  /// The `now` its decision was given.
  fileprivate var now: Timestamp {
    switch self {
    case .application(let event): event.now
    case .rollout(let event): event.now
    case .cluster(.registered(_, by: _, let now)): now
    case .lease(.claimed(_, _, by: _, let now)), .lease(.released(_, by: _, let now)): now
    case .refusal(let refusal): refusal.now
    }
  }
}
