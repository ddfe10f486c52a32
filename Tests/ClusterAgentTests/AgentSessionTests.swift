import GRPC
import Logging
import RolloutCore
import Testing
import WindlassWire

@testable import ClusterAgent

struct AgentSessionTests {
  private static func session(
    _ service: any ClusterCalls, steals: Bool = false
  ) throws -> AgentSession {
    var settings = AgentSession.Settings(
      cluster: try ClusterName(validating: "eu-west"), holder: "agent-1",
      registration: ClusterRegistration(mode: .enforce, labels: []), steals: steals,
      instance: "i1")
    settings.backoffMin = .milliseconds(1)
    settings.backoffMax = .milliseconds(5)
    return AgentSession(
      settings, calls: service,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private static func reported(_ calls: [FakeService.Call]) -> [String] {
    calls.flatMap { call -> [String] in
      if case .report(_, let ids) = call { ids } else { [] }
    }
  }

  /// Runs a session until the service has seen enough, then cancels it.
  private static func run(
    _ session: AgentSession, _ backend: FakeBackend, on service: FakeService,
    until isDone: @escaping @Sendable ([FakeService.Call]) -> Bool
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await session.run(backend) }
      await service.calls(isDone)
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  @Test("an agent claims, watches, reports, and gives the lease back when it is told to end")
  func ordinary() async throws {
    let item = try Samples.item(version: 7, attempt: 1, desired: 1)
    let service = FakeService { state in
      state.watches = [[.directive(item), .snapshotComplete(epoch: 1), nil]]
    }
    let backend = FakeBackend(outcomes: [try Samples.outcome(1)])
    try await Self.run(try Self.session(service), backend, on: service) { calls in
      calls.contains { if case .report = $0 { true } else { false } }
        && calls.contains { if case .watch = $0 { true } else { false } }
    }
    let calls = service.calls
    #expect(calls.first == .claim(steals: false, key: "lease/eu-west/i1/1"))
    #expect(calls.contains(.report(epoch: 1, ids: ["test/1"])))
    #expect(calls.last == .release(epoch: 1))
    #expect(backend.history.first == .held(epoch: 1))
  }

  @Test(
    "an outcome is sent again under its id until it is answered for good",
    arguments: [
      [.success(.retry)], [.failure(FakeService.answer(.unavailable))],
      [.failure(FakeService.answer(.unknown)), .success(.retry), .success(.retry)],
    ] as [[Result<ReportOutcomesResponse.Result.Kind, RPCError>]])
  func again(answers: [Result<ReportOutcomesResponse.Result.Kind, RPCError>]) async throws {
    let service = FakeService { $0.reports = answers }
    let backend = FakeBackend(outcomes: [try Samples.outcome(1)])
    try await Self.run(try Self.session(service), backend, on: service) { calls in
      calls.count { if case .report = $0 { true } else { false } } == answers.count + 1
    }
    let reports = service.calls.compactMap { call in
      if case .report(_, let ids) = call { ids } else { nil }
    }
    #expect(reports == Array(repeating: ["test/1"], count: answers.count + 1))
  }

  @Test("a lease that another agent holds is waited for, and each claim is a new one")
  func waits() async throws {
    let service = FakeService { state in
      state.claims = [
        .failure(FakeService.answer(.failedPrecondition)),
        .failure(FakeService.answer(.failedPrecondition)),
      ]
    }
    try await Self.run(try Self.session(service), FakeBackend(), on: service) { calls in
      calls.contains { if case .watch = $0 { true } else { false } }
    }
    #expect(
      service.calls.prefix(3)
        == (1...3).map { .claim(steals: false, key: "lease/eu-west/i1/\($0)") }[...])
  }

  @Test("a claim that was not answered is repeated under the same key")
  func unanswered() async throws {
    let service = FakeService { state in
      state.claims = [.failure(RPCError(RPCStatus(.unavailable, "lost"), wasSent: true))]
    }
    try await Self.run(try Self.session(service), FakeBackend(), on: service) { calls in
      calls.count >= 2
    }
    #expect(
      service.calls.prefix(2)
        == [
          .claim(steals: false, key: "lease/eu-west/i1/1"),
          .claim(steals: false, key: "lease/eu-west/i1/1"),
        ])
  }

  @Test(
    "an agent that the service will not have ends and says why",
    arguments: [RPCCode.invalidArgument, .permissionDenied, .unimplemented])
  func refused(code: RPCCode) async throws {
    let service = FakeService { $0.claims = [.failure(FakeService.answer(code))] }
    await #expect(throws: AgentSession.Ending.refused("\(code.name): scripted")) {
      try await Self.session(service).run(FakeBackend())
    }
  }

  @Test("an agent whose lease was taken stops, stands down, and releases nothing")
  func fenced() async throws {
    let service = FakeService(remaining: .seconds(3)) { state in
      state.renewals = [.failure(FakeService.answer(.aborted))]
    }
    let backend = FakeBackend()
    await #expect(throws: AgentSession.Ending.fenced("ABORTED: scripted")) {
      try await Self.session(service).run(backend)
    }
    #expect(backend.history == [.held(epoch: 1), .notHeld])
    #expect(!service.calls.contains(.release(epoch: 1)))
  }

  @Test("a report answered as fenced ends the agent too, and is not sent again")
  func fencedReport() async throws {
    let service = FakeService { $0.reports = [.success(.fenced)] }
    await #expect(throws: AgentSession.Ending.self) {
      try await Self.session(service).run(FakeBackend(outcomes: [try Samples.outcome(1)]))
    }
    #expect(service.calls.count { if case .report = $0 { true } else { false } } == 1)
  }

  @Test("told to steal, a fenced agent takes the lease back and reports under the new epoch")
  func steals() async throws {
    let service = FakeService { $0.reports = [.success(.fenced)] }
    let backend = FakeBackend(outcomes: [try Samples.outcome(1)])
    try await Self.run(try Self.session(service, steals: true), backend, on: service) { calls in
      calls.contains(.report(epoch: 2, ids: ["test/1"]))
    }
    let claims = service.calls.compactMap { call in
      if case .claim(let steals, _) = call { steals } else { nil }
    }
    #expect(claims == [true, true])
    #expect(service.calls.last == .release(epoch: 2))
  }

  @Test("a lease that cannot be renewed in time is not acted on, then claimed again")
  func expired() async throws {
    let service = FakeService(remaining: .milliseconds(40)) { state in
      state.renewals = Array(
        repeating: .failure(RPCError(RPCStatus(.unavailable, "gone"), wasSent: false)), count: 200)
    }
    let backend = FakeBackend()
    try await Self.run(try Self.session(service), backend, on: service) { calls in
      calls.count { if case .claim = $0 { true } else { false } } == 2
    }
    #expect(backend.history.prefix(2) == [.held(epoch: 1), .notHeld])
  }

  @Test("after losing its lease by time, an agent that finds another in its place stops")
  func overtaken() async throws {
    let service = FakeService { state in
      state.claims = [
        .success(.milliseconds(20)), .failure(FakeService.answer(.failedPrecondition)),
      ]
      state.renewals = Array(
        repeating: .failure(RPCError(RPCStatus(.unavailable, "gone"), wasSent: false)), count: 200)
    }
    await #expect(throws: AgentSession.Ending.fenced("FAILED_PRECONDITION: scripted")) {
      try await Self.session(service).run(FakeBackend())
    }
  }

  @Test("a watch that ends is taken up where it was, and older directives are not followed")
  func resumes() async throws {
    let items = try [3, 4, 2].map { version in
      DirectiveUpdate.directive(
        try Samples.item(version: UInt64(version), attempt: 1, desired: 1))
    }
    let service = FakeService { state in
      state.watches = [
        [items[0], .snapshotComplete(epoch: 1)], [items[1]], [items[2], nil],
      ]
    }
    let backend = FakeBackend()
    try await Self.run(try Self.session(service), backend, on: service) { calls in
      calls.contains(.watch(epoch: 1, seen: [4]))
    }
    let watches = service.calls.compactMap { call in
      if case .watch(_, let seen) = call { seen } else { nil }
    }
    #expect(watches == [[], [3], [4]])
    #expect(
      backend.history.filter { $0 != .held(epoch: 1) }
        == [.follow(version: 3), .snapshot, .follow(version: 4)])
  }

  @Test("a session whose cluster ends, ends")
  func backendEnds() async throws {
    let service = FakeService()
    await #expect(throws: AgentSession.Ending.backendEnded) {
      try await Self.session(service).run(FakeBackend(endsEarly: true))
    }
  }

  @Test("a full outbox makes the cluster wait and loses nothing")
  func backpressure() async throws {
    let outbox = Outbox(capacity: 2, batchMax: 1)
    let outcomes = try (0..<20).map { try Samples.outcome($0) }
    let service = FakeService()
    let settings = AgentSession.Settings(
      cluster: try ClusterName(validating: "eu-west"), holder: "agent-1",
      registration: ClusterRegistration(mode: .enforce, labels: []), instance: "i1")
    let session = AgentSession(
      settings, calls: service, outbox: outbox,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    try await Self.run(session, FakeBackend(outcomes: outcomes), on: service) { calls in
      calls.contains(.report(epoch: 1, ids: ["test/19"]))
    }
    #expect(Self.reported(service.calls) == outcomes.map(\.id))
  }

  @Test("a simulated cluster follows a session's directives to the end")
  func simulated() async throws {
    let service = FakeService { state in
      do {
        state.watches = [
          [
            .directive(
              try Samples.item(
                version: 1, attempt: 1, desired: 1, track: .fast, fullScale: true, forbidden: true)),
            nil,
          ]
        ]
      } catch {
        Issue.record(error)
      }
    }
    let script = Script(scaleDelay: .milliseconds(5))
    let backend = SimulatedBackend(
      SimulatedCluster(script: script, instance: "s"),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let session = try Self.session(service)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await session.run(backend) }
      await service.calls { calls in
        Self.reported(calls).contains("s/2")
      }
      group.cancelAll()
      try await group.waitForAll()
    }
  }
}
