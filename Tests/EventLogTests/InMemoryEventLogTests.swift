import EventLog
import EventLogTestKit
import Testing

@Suite("The in-memory log plays faults")
struct InMemoryEventLogTests {
  let log = InMemoryEventLog { 1_000_000 }

  @Test("a lost reply was written, and the repeat finds it")
  func lostReply() async throws {
    let writer = try await Writer(log)
    let commit = Samples.commit(try Samples.stream(), events: 2, now: 1_000_000)
    log.inject(.loseReply)
    guard case .unknown = try await writer.refusal(of: [commit]) else {
      Issue.record("the reply was not lost")
      return
    }
    let reply = try await log.append([commit], onto: .empty)
    #expect(reply.outcomes == [.repeated(first: .zero, count: 2)])
  }

  @Test(
    "a lost request was not written", arguments: [InMemoryEventLog.Fault.loseRequest, .unavailable])
  func lostRequest(_ fault: InMemoryEventLog.Fault) async throws {
    let writer = try await Writer(log)
    let commit = Samples.commit(try Samples.stream(), now: 1_000_000)
    log.inject(fault)
    _ = try await writer.refusal(of: [commit])
    #expect(
      try await log.append([commit], onto: .empty).outcomes == [.appended(first: .zero, count: 1)])
  }

  @Test(
    "a log that lost events is told from one that grew, also once it has grown past the old head")
  func rewind() async throws {
    var writer = try await Writer(log)
    let stream = try Samples.stream()
    _ = try await writer.append(Samples.commit(stream, events: 2, now: 0))
    let kept = writer.head
    _ = try await writer.append(Samples.commit(stream, expecting: 2, events: 2, now: 0))
    let lost = writer.head
    log.rewind(to: kept.next)
    let commit = Samples.commit(stream, expecting: 2, events: 2, now: 1_000_000)
    #expect(try await writer.refusal(of: [commit], onto: lost) == .diverged)
    #expect(
      try await log.append([commit], onto: kept).outcomes == [.appended(first: kept.next, count: 2)]
    )
    #expect(try await writer.refusal(of: [commit], onto: lost) == .diverged)
    #expect(try await log.head().head != lost)
  }
}
