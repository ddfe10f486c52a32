import ArgumentParser
import GRPC
import RolloutCore
import Testing
import WindlassWire

@testable import windlass

@Suite("Waiting for the verdict")
struct WaitTests {
  private static let start = [
    "start", "shop/checkout", "2", "--cluster", "eu-1", "--wait", "--timeout", "5s",
  ]

  private func backend(
    _ steps: @escaping @Sendable (Int) -> [FakeBackend.StreamStep]
  ) -> FakeBackend {
    FakeBackend(
      answer: { _, _ in .success(SubmitResponse(decisions: [decision(.allowed, attempt: 4)])) },
      steps: { _, n in steps(n - 1) })
  }

  @Test(
    "the verdict is the status",
    arguments: [
      (.promoted, .done), (.aborted(.person), .aborted), (.withdrawn, .aborted),
      (.superseded, .superseded),
    ] as [(Verdict, Ending)])
  func verdict(_ verdict: Verdict, _ expected: Ending) async throws {
    let backend = backend { _ in [.reply(update(9)), .reply(update(10, verdict: verdict))] }
    #expect(try await run(Self.start, backend, Console()) == expected)
    #expect(backend.awaits.map(\.attempt) == [AttemptNumber(4)])
  }

  @Test("after a lost connection it goes on from the last version")
  func resumes() async throws {
    let backend = backend { n in
      switch n {
      case 0: [.reply(update(9)), .reply(update(11)), .fail(FakeBackend.lost)]
      case 1: [.fail(FakeBackend.refused)]
      case 2: []
      default: [.reply(update(12, verdict: .promoted))]
      }
    }
    let console = Console()
    #expect(try await run(Self.start, backend, console) == .done)
    #expect(backend.awaits.map(\.afterVersion) == [0, 11, 11, 11])
    #expect(console.out.hasSuffix("+ shop/checkout on eu-1: promoted revision 2\n"))
  }

  @Test(
    "at the time-out: a person, in progress, or nothing heard",
    arguments: [
      ([.reply(update(9, person: true))], .waitingForPerson), ([.reply(update(9))], .inProgress),
      ([.fail(FakeBackend.refused)], .unknown),
    ] as [([FakeBackend.StreamStep], Ending)])
  func timeout(_ steps: [FakeBackend.StreamStep], _ expected: Ending) async throws {
    let backend = backend { n in n == 0 ? steps : [.fail(FakeBackend.refused)] }
    let console = Console()
    #expect(try await run(Self.start, backend, console) == expected)
    #expect(console.out.contains("windlass get shop/checkout --cluster eu-1"))
  }

  @Test("without --wait, or when refused, nothing is waited for")
  func notWaiting() async throws {
    let allowed = backend { _ in [] }
    #expect(
      try await run(["start", "shop/checkout", "2", "-c", "eu-1"], allowed, Console()) == .done)
    #expect(allowed.awaits.isEmpty)
    let refused = FakeBackend { _, _ in
      .success(SubmitResponse(decisions: [decision(.refused, attempt: 4)]))
    }
    #expect(try await run(Self.start, refused, Console()) == .refused)
    #expect(refused.awaits.isEmpty)
  }

  @Test("where what was asked for already holds, the running attempt is waited for")
  func alreadyRunning() async throws {
    let backend = FakeBackend(
      answer: { request, _ in
        .success(
          request is GetRolloutRequest
            ? busy : SubmitResponse(decisions: [decision(.alreadySatisfied)]))
      },
      steps: { _, _ in [.reply(update(13, verdict: .aborted(.person)))] })
    #expect(try await run(Self.start, backend, Console()) == .aborted)
    #expect(backend.awaits.map(\.attempt) == [AttemptNumber(4)])
  }

  @Test("a stream that is refused for good ends the waiting")
  func refused() async throws {
    let backend = backend { _ in
      [.fail(RPCError(RPCStatus(.permissionDenied, "no"), wasSent: true, isAnswer: true))]
    }
    #expect(try await run(Self.start, backend, Console()) == .forbidden)
    #expect(backend.awaits.count == 1)
  }

  @Test("cancelling while waiting says that the rollout goes on")
  func cancelled() async throws {
    let session = Console().session(
      FakeBackend(
        answer: { _, _ in .success(SubmitResponse(decisions: [decision(.allowed, attempt: 4)])) }))
    let interruption = session.interruption
    var cancelling = session
    cancelling.pacing.sleep = { _ in
      _ = interruption.begin(signal: 2)
      throw CancellationError()
    }
    let command = try #require(try Windlass.parseAsRoot(Self.start) as? any ClientCommand)
    let final = cancelling
    await #expect(throws: CancellationError.self) { try await command.conclude(in: final) }
    #expect(interruption.finalNote?.contains("The rollout goes on") == true)
    #expect(interruption.note == nil)
    #expect(!interruption.begin(signal: 2))
  }
}
