import Application
import EventLog
import Logging
import RolloutCore
import Synchronization
import WindlassWire

/// A decision service on an in-memory log, with a clock that the test moves.
final class Harness: Sendable {
  let time: TestTime
  let log: InMemoryEventLog
  let service: DecisionService

  init(sharing other: Harness? = nil, snapshots: SnapshotKeeper? = nil) {
    let time = other?.time ?? TestTime()
    self.time = time
    log = other?.log ?? InMemoryEventLog { time.microseconds }
    service = DecisionService(
      log: log, clock: LogClock { .microseconds(time.microseconds) },
      logger: Self.silent, snapshots: snapshots)
  }

  static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// Runs `body` while the service decides.
  func running<T: Sendable>(_ body: @Sendable (Harness) async throws -> T) async throws -> T {
    let loop = Task { await service.run() }
    defer { loop.cancel() }
    while service.currentStatus != .ready { await Task.yield() }
    let value = try await body(self)
    loop.cancel()
    await loop.value
    return value
  }

  func submit(
    _ action: Submission.Action, key: String, digest: UInt8 = 1, reason: String = "",
    expectedVersion: UInt64? = nil, dryRun: Bool = false
  ) async -> Answer {
    await service.submit { completion in
      Submission(
        id: .derived(from: Array(key.utf8)), digest: Array(repeating: digest, count: 32),
        requester: Requester(principal: "ci", reason: reason), action: action,
        expectedVersion: expectedVersion, dryRun: dryRun, completion: completion)
    }
  }

  /// Registers revisions 1...count with a plain strategy and the cluster with a live lease.
  func prepare(
    revisions count: Int, steps: [Strategy.Step] = [], strategy: Strategy? = nil,
    policies: [RolloutPolicy] = []
  ) async throws -> UInt64 {
    for number in 1...count {
      let content = RevisionContent(
        release: try ReleaseID(validating: "v\(number)"), digest: "d\(number)", images: [])
      let answer = await submit(
        .application(
          try app(),
          .register(
            Registration(
              revision: content, strategy: strategy ?? Strategy(replicas: 3, steps: steps),
              policies: policies))),
        key: "register-\(number)")
      guard case .allowed = answer.result else { throw Unexpected(result: answer.result) }
    }
    return try await claim("agent-1")
  }

  func claim(_ holder: String, on name: String = "eu-west") async throws -> UInt64 {
    let cluster = try ClusterName(validating: name)
    let answer = await submit(
      .claim(
        cluster, holder: holder, stolen: false,
        ClusterRegistration(mode: .enforce, labels: []),
        after: service.read { $0.version(.lease(cluster)) }),
      key: "claim-\(holder)-\(name)")
    guard case .allowed = answer.result else { throw Unexpected(result: answer.result) }
    return answer.version
  }

  func report(
    _ outcome: Outcome, attempt: UInt32, epoch: UInt64, id: String
  ) async throws -> Answer {
    await submit(
      .report(
        try ClusterName(validating: "eu-west"), epoch: epoch,
        ReportedOutcome(
          id: id, application: try app(), attempt: AttemptNumber(attempt),
          outcome: .core(outcome))),
      key: "outcome-\(id)")
  }

  func rollout() throws -> RolloutName {
    RolloutName(try app(), on: try ClusterName(validating: "eu-west"))
  }

  func app() throws -> ApplicationName { try ApplicationName(validating: "shop/checkout") }

  struct Unexpected: Error {
    var result: Answer.Result
  }
}

/// The time of log and service in one test.
final class TestTime: Sendable {
  private let value = Atomic<Int64>(1_800_000_000_000_000)

  var microseconds: Int64 { value.load(ordering: .relaxed) }

  func advance(seconds: Int64) {
    advance(microseconds: seconds * 1_000_000)
  }

  func advance(microseconds: Int64) { value.wrappingAdd(microseconds, ordering: .relaxed) }
}
