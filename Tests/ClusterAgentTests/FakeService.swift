import GRPC
import RolloutCore
import Synchronization
import WindlassWire

@testable import ClusterAgent

/// The service's side of the calls of an agent, as a test scripts it.
final class FakeService: ClusterCalls {
  enum Call: Equatable {
    case claim(steals: Bool, key: String)
    case renew(epoch: UInt64)
    case release(epoch: UInt64)
    case watch(epoch: UInt64, seen: [UInt64])
    case report(epoch: UInt64, ids: [String])
  }

  struct State {
    var calls: [Call] = []
    /// Answers to claims in order; afterwards every claim succeeds.
    var claims: [Result<Duration, RPCError>] = []
    var renewals: [Result<Duration, RPCError>] = []
    /// How many reports are answered with each of these first; afterwards all are recorded.
    var reports: [Result<ReportOutcomesResponse.Result.Kind, RPCError>] = []
    /// One entry for each watch: what it sends; `nil` at the end keeps it open.
    var watches: [[DirectiveUpdate?]] = []
    var epoch: UInt64 = 0
    var waiters: [(isDone: @Sendable ([Call]) -> Bool, resume: CheckedContinuation<Void, Never>)] =
      []
  }

  let state: Mutex<State>
  let remaining: Duration

  init(remaining: Duration = .seconds(60), _ script: (inout State) -> Void = { _ in }) {
    var initial = State()
    script(&initial)
    state = Mutex(initial)
    self.remaining = remaining
  }

  static func answer(_ code: RPCCode) -> RPCError {
    RPCError(RPCStatus(code, "scripted"), wasSent: true, isAnswer: true)
  }

  var calls: [Call] { state.withLock(\.calls) }

  /// Waits until the calls made so far satisfy a condition.
  func calls(_ isDone: @escaping @Sendable ([Call]) -> Bool) async {
    await withCheckedContinuation { continuation in
      let isReady = state.withLock { state in
        if isDone(state.calls) { return true }
        state.waiters.append((isDone, continuation))
        return false
      }
      if isReady { continuation.resume() }
    }
  }

  private func record(_ call: Call) {
    let ready = state.withLock { state in
      state.calls.append(call)
      let calls = state.calls
      let ready = state.waiters.filter { $0.isDone(calls) }
      state.waiters.removeAll { $0.isDone(calls) }
      return ready.map(\.resume)
    }
    for waiter in ready { waiter.resume() }
  }

  func claim(_ request: ClaimLeaseRequest) async throws(RPCError) -> Lease {
    let (answer, epoch) = state.withLock { state in
      let answer = state.claims.isEmpty ? .success(remaining) : state.claims.removeFirst()
      if case .success = answer { state.epoch += 1 }
      return (answer, state.epoch)
    }
    record(.claim(steals: request.steals, key: request.idempotencyKey))
    return Lease(cluster: request.cluster, epoch: epoch, remaining: Self.interval(try answer.get()))
  }

  func renew(_ request: RenewLeaseRequest) async throws(RPCError) -> Lease {
    let answer = state.withLock { state in
      state.renewals.isEmpty ? .success(remaining) : state.renewals.removeFirst()
    }
    record(.renew(epoch: request.epoch))
    return Lease(
      cluster: request.cluster, epoch: request.epoch, remaining: Self.interval(try answer.get()))
  }

  func release(_ request: RenewLeaseRequest) async throws(RPCError) {
    record(.release(epoch: request.epoch))
  }

  func report(
    _ request: ReportOutcomesRequest
  ) async throws(RPCError) -> ReportOutcomesResponse {
    let answer = state.withLock { state in
      state.reports.isEmpty ? .success(.recorded) : state.reports.removeFirst()
    }
    record(.report(epoch: request.epoch, ids: request.reports.map(\.id)))
    let kind = try answer.get()
    return ReportOutcomesResponse(
      results: request.reports.map { .init(id: $0.id, kind: kind) }, position: 1)
  }

  func watch(
    _ request: WatchDirectivesRequest, _ receive: (DirectiveUpdate) async throws -> Void
  ) async throws {
    let updates = state.withLock { state in
      state.watches.isEmpty ? [nil] : state.watches.removeFirst()
    }
    record(.watch(epoch: request.epoch, seen: request.seen.map(\.version)))
    for update in updates {
      guard let update else {
        try await Task.sleep(for: .seconds(3_600))
        return
      }
      try await receive(update)
    }
  }

  private static func interval(_ duration: Duration) -> Interval {
    Interval(microseconds: Int64(duration / .microseconds(1)))
  }
}

/// A backend that remembers what it was told and reports what it is given.
final class FakeBackend: ClusterBackend {
  enum Told: Equatable {
    case follow(version: UInt64)
    case snapshot
    case held(epoch: UInt64)
    case notHeld
  }

  private let told = Mutex<[Told]>([])
  let outcomes: [ReportedOutcome]
  let endsEarly: Bool

  init(outcomes: [ReportedOutcome] = [], endsEarly: Bool = false) {
    self.outcomes = outcomes
    self.endsEarly = endsEarly
  }

  var history: [Told] { told.withLock { $0 } }

  func run(reportingTo outbox: Outbox) async throws {
    for outcome in outcomes { await outbox.add(outcome) }
    if endsEarly { return }
    try await Task.sleep(for: .seconds(3_600))
  }

  func follow(_ item: DirectiveUpdate.Item) async { add(.follow(version: item.version)) }
  func snapshotCompleted() async { add(.snapshot) }

  func leaseChanged(_ standing: LeaseStanding) async {
    switch standing {
    case .held(let epoch): add(.held(epoch: epoch))
    case .notHeld: add(.notHeld)
    }
  }

  private func add(_ event: Told) { told.withLock { $0.append(event) } }
}
