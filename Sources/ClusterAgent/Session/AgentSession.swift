internal import GRPC
public import Logging
public import RolloutCore
internal import Synchronization
internal import WindlassWire

/// One agent process speaking for one cluster: claims the lease and keeps it, watches directives,
/// and delivers outcomes until each is answered.
///
/// Nothing is done in the lease's name after it ran out by this process's own monotonic time, and
/// nothing at all once another agent has taken it, unless the settings say *steal*.
public struct AgentSession: Sendable {
  public struct Settings: Sendable {
    public var cluster: ClusterName
    /// Name of this process, 1...128 bytes; a restart under the same name takes its lease back.
    public var holder: String
    public var registration: ClusterRegistration
    /// Take the lease even while another agent's is live.
    public var steals: Bool
    /// Makes idempotency keys of this process unlike those of any other.
    public var instance: String
    public var backoffMin: Duration = .milliseconds(100)
    public var backoffMax: Duration = .seconds(5)
    /// How long a clean end may take to deliver what is in the outbox.
    public var drainTimeout: Duration = .seconds(2)

    public init(
      cluster: ClusterName, holder: String, registration: ClusterRegistration,
      steals: Bool = false, instance: String
    ) {
      self.cluster = cluster
      self.holder = holder
      self.registration = registration
      self.steals = steals
      self.instance = instance
    }
  }

  /// Why a session ended by itself.
  public enum Ending: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another agent speaks for the cluster now.
    case fenced(String)
    /// The server will not have this agent, however often it asks.
    case refused(String)
    /// The backend stopped.
    case backendEnded

    public var description: String {
      switch self {
      case .fenced(let detail): "another agent speaks for this cluster now: \(detail)"
      case .refused(let detail): "the server refuses this agent: \(detail)"
      case .backendEnded: "the cluster ended"
      }
    }
  }

  let settings: Settings
  let calls: any ClusterCalls
  let logger: Logger
  let outbox: Outbox

  public init(
    _ settings: Settings, calls: any ClusterCalls, outbox: Outbox = Outbox(), logger: Logger
  ) {
    self.settings = settings
    self.calls = calls
    self.outbox = outbox
    self.logger = logger
  }

  /// Runs until the task is cancelled, which delivers what is left, releases the lease and returns.
  ///
  /// - Throws: ``Ending`` when going on makes no sense; what the backend throws.
  public func run(_ backend: some ClusterBackend) async throws {
    let (session, outbox) = (self, outbox)
    let memory = SessionMemory()
    let result: Result<Void, any Error> = await withTaskGroup(of: Result<Void, any Error>.self) {
      group in
      group.addTask {
        do {
          try await backend.run(reportingTo: outbox)
          return Task.isCancelled ? .success(()) : .failure(Ending.backendEnded)
        } catch {
          return Task.isCancelled ? .success(()) : .failure(error)
        }
      }
      group.addTask {
        do {
          try await session.holdLease(for: backend, memory)
          return .success(())
        } catch {
          return Task.isCancelled ? .success(()) : .failure(error)
        }
      }
      let first = await group.next() ?? .success(())
      group.cancelAll()
      outbox.close()
      await group.waitForAll()
      return first
    }
    await leave(memory)
    try result.get()
  }

  // MARK: One lease after the other

  private func holdLease(for backend: some ClusterBackend, _ memory: SessionMemory) async throws {
    var steals = settings.steals
    while !Task.isCancelled {
      let (epoch, term) = try await claim(steals: steals, memory)
      await backend.leaseChanged(.held(epoch: epoch))
      let end = await speak(for: epoch, term, backend, memory)
      // Cancelled: the lease is still ours, to be given back.
      try Task.checkCancellation()
      memory.term.withLock { $0 = nil }
      await backend.leaseChanged(.notHeld(reason: end.description))
      logger.warning("\(end.description)")
      switch end {
      case .expired, .released:
        // Nobody may have taken it: asking politely tells.
        steals = settings.steals
      case .fenced(let detail):
        guard settings.steals else { throw Ending.fenced(detail) }
        steals = true
      }
    }
  }

  private func claim(
    steals: Bool, _ memory: SessionMemory
  ) async throws -> (epoch: UInt64, term: LeaseTerm) {
    var backoff = Backoff(first: settings.backoffMin, most: settings.backoffMax)
    var random = SystemRandomNumberGenerator()
    var key = memory.nextKey(settings)
    while true {
      try Task.checkCancellation()
      let sentAt = ContinuousClock.now
      do {
        let lease = try await calls.claim(
          ClaimLeaseRequest(
            cluster: settings.cluster, holder: settings.holder, steals: steals,
            registration: settings.registration, idempotencyKey: key))
        let term = LeaseTerm(sentAt: sentAt, remaining: lease.remaining.duration)
        memory.hold(epoch: lease.epoch, term)
        logger.info(
          "claimed the lease: epoch \(lease.epoch), \(seconds(term.remaining)) at a time")
        return (lease.epoch, term)
      } catch {
        try Task.checkCancellation()
        switch LeaseAnswer(error) {
        case .repeatable(let detail):
          if error.status.code == .alreadyExists { key = memory.nextKey(settings) }
          logger.warning("cannot claim the lease yet: \(detail)")
        case .notOurs(let detail):
          // Answered for good: the next claim is another one.
          key = memory.nextKey(settings)
          if memory.hasSpoken, !settings.steals { throw Ending.fenced(detail) }
          logger.notice("waiting for the lease: \(detail)")
        case .refused(let detail):
          throw Ending.refused(detail)
        }
      }
      try await Task.sleep(for: backoff.next(using: &random))
    }
  }

  /// How the time under one epoch ended.
  private enum End: Sendable, CustomStringConvertible {
    case expired
    case released
    case fenced(String)

    var description: String {
      switch self {
      case .expired: "the lease ran out before it could be renewed; standing by"
      case .released: "the session ended"
      case .fenced(let detail): "fenced: \(detail)"
      }
    }
  }

  /// Renews, watches and reports until the epoch is over.
  private func speak(
    for epoch: UInt64, _ term: LeaseTerm, _ backend: some ClusterBackend, _ memory: SessionMemory
  ) async -> End {
    await withTaskGroup(of: End.self) { group in
      group.addTask { await renew(epoch, memory) }
      group.addTask { await watch(epoch, backend, memory) }
      group.addTask { await report(epoch, memory) }
      let end = await group.next() ?? .released
      group.cancelAll()
      await group.waitForAll()
      return end
    }
  }

  private func renew(_ epoch: UInt64, _ memory: SessionMemory) async -> End {
    var backoff = Backoff(first: settings.backoffMin, most: .seconds(1))
    var random = SystemRandomNumberGenerator()
    let request = RenewLeaseRequest(
      cluster: settings.cluster, holder: settings.holder, epoch: epoch)
    while !Task.isCancelled {
      guard let term = memory.term.withLock({ $0 }) else { return .expired }
      do {
        try await Task.sleep(until: term.renewAt, clock: .continuous)
      } catch {
        return .released
      }
      renewing: while !Task.isCancelled {
        let sentAt = ContinuousClock.now
        if term.isOver(at: sentAt) { return .expired }
        do {
          let lease = try await withDeadline(term.notAfter) { () throws(RPCError) in
            try await calls.renew(request)
          }
          guard let lease else { return Task.isCancelled ? .released : .expired }
          memory.term.withLock {
            $0 = LeaseTerm(sentAt: sentAt, remaining: lease.remaining.duration)
          }
          backoff.reset()
          break renewing
        } catch {
          if Task.isCancelled { return .released }
          switch LeaseAnswer(error) {
          case .notOurs(let detail), .refused(let detail): return .fenced(detail)
          case .repeatable(let detail):
            logger.warning("the lease is not renewed yet: \(detail)")
          }
        }
        let pause = backoff.next(using: &random)
        do {
          try await Task.sleep(
            until: min(ContinuousClock.now + pause, term.notAfter), clock: .continuous)
        } catch {
          return .released
        }
      }
    }
    return .released
  }

  /// Ends a call at the lease's end: an answer after it would be too late. `nil` when it was.
  private func withDeadline<T: Sendable>(
    _ deadline: ContinuousClock.Instant, _ call: @escaping @Sendable () async throws(RPCError) -> T
  ) async throws(RPCError) -> T? {
    let outcome = await withTaskGroup(of: Result<T, RPCError>?.self) { group in
      group.addTask {
        do throws(RPCError) {
          return .success(try await call())
        } catch {
          return .failure(error)
        }
      }
      group.addTask {
        // Cancelled means the call was first.
        do { try await Task.sleep(until: deadline, clock: .continuous) } catch { return nil }
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
    return try outcome?.get()
  }

  private func watch(
    _ epoch: UInt64, _ backend: some ClusterBackend, _ memory: SessionMemory
  ) async -> End {
    var backoff = Backoff(first: settings.backoffMin, most: settings.backoffMax)
    var random = SystemRandomNumberGenerator()
    while !Task.isCancelled {
      let request = WatchDirectivesRequest(
        cluster: settings.cluster, epoch: epoch, seen: memory.seen())
      var detail = "the server ended the stream"
      do {
        try await calls.watch(request) { update in
          guard memory.mayAct() else { throw CancellationError() }
          backoff.reset()
          switch update {
          case .directive(let item):
            guard memory.isNew(item) else { return }
            await backend.follow(item)
          case .snapshotComplete:
            await backend.snapshotCompleted()
          }
        }
      } catch {
        if Task.isCancelled { return .released }
        if !memory.mayAct() { return .expired }
        if let error = error as? RPCError {
          switch LeaseAnswer(error) {
          case .notOurs(let why), .refused(let why): return .fenced(why)
          case .repeatable(let why): detail = why
          }
        } else {
          detail = "\(error)"
        }
      }
      if Task.isCancelled { return .released }
      logger.info("watching directives again: \(detail)")
      do { try await Task.sleep(for: backoff.next(using: &random)) } catch { return .released }
    }
    return .released
  }

  private func report(_ epoch: UInt64, _ memory: SessionMemory) async -> End {
    var backoff = Backoff(first: settings.backoffMin, most: settings.backoffMax)
    var random = SystemRandomNumberGenerator()
    while !Task.isCancelled {
      let batch = await outbox.nextBatch()
      // Only a closed outbox or a cancelled task gives an empty batch.
      if batch.isEmpty { return .released }
      guard memory.mayAct() else {
        outbox.failed()
        return .expired
      }
      var again = ""
      do {
        let response = try await calls.report(
          ReportOutcomesRequest(cluster: settings.cluster, epoch: epoch, reports: batch))
        let settlement = outbox.answered(response.results)
        for settled in settlement.settled { log(settled) }
        if settlement.isFenced { return .fenced("a report was refused: epoch \(epoch) is over") }
        if settlement.retried > 0 {
          again = "\(settlement.retried) to be sent again"
        }
      } catch {
        outbox.failed()
        if Task.isCancelled { return .released }
        switch LeaseAnswer(error) {
        case .notOurs(let detail): return .fenced(detail)
        case .repeatable(let detail), .refused(let detail): again = detail
        }
      }
      guard !again.isEmpty else {
        backoff.reset()
        continue
      }
      logger.warning("reports are kept: \(again)")
      do { try await Task.sleep(for: backoff.next(using: &random)) } catch { return .released }
    }
    return .released
  }

  private func log(_ settled: OutboxQueue.Settled) {
    switch settled.kind {
    case .recorded: logger.debug("recorded \(settled.outcome.id)")
    case .ignored: logger.debug("ignored \(settled.outcome.id)")
    case .refused: logger.warning("refused \(settled.outcome.id): \(settled.message)")
    case .fenced, .retry: break
    }
  }

  // MARK: The end

  /// Delivers what is left and gives the lease back, in a bounded time. Not cancelled with the
  /// session's task: this is what cancelling it asks for.
  private func leave(_ memory: SessionMemory) async {
    guard let epoch = memory.epoch.withLock({ $0 }), memory.mayAct() else { return }
    let (settings, calls, outbox, logger) = (settings, calls, outbox, logger)
    let deadline = ContinuousClock.now + settings.drainTimeout
    await Task {
      while ContinuousClock.now < deadline {
        let batch = await outbox.nextBatch()
        if batch.isEmpty { break }
        do {
          let response = try await calls.report(
            ReportOutcomesRequest(cluster: settings.cluster, epoch: epoch, reports: batch))
          if outbox.answered(response.results).retried > 0 { break }
        } catch {
          outbox.failed()
          break
        }
      }
      if outbox.count > 0 { logger.warning("\(outbox.count) outcomes were not delivered") }
      do throws(RPCError) {
        try await calls.release(
          RenewLeaseRequest(cluster: settings.cluster, holder: settings.holder, epoch: epoch))
        logger.info("released the lease")
      } catch {
        logger.warning("the lease was not released and will run out: \(error)")
      }
    }.value
  }
}

/// What a failed call about a lease means.
enum LeaseAnswer: Equatable {
  /// No answer, or one that asks to come back: repeat.
  case repeatable(String)
  /// Another agent holds the lease, or this epoch is over.
  case notOurs(String)
  /// Asking again cannot help.
  case refused(String)

  init(_ error: RPCError) {
    let detail = error.description
    self =
      switch error.status.code {
      case .failedPrecondition, .aborted: .notOurs(detail)
      case .invalidArgument, .unimplemented, .unauthenticated, .permissionDenied, .outOfRange,
        .notFound:
        .refused(detail)
      case .ok, .cancelled, .unknown, .alreadyExists, .deadlineExceeded, .resourceExhausted,
        .internal,
        .unavailable, .dataLoss:
        .repeatable(detail)
      }
  }
}

/// What a session remembers from one lease to the next.
final class SessionMemory: Sendable {
  let term = Mutex<LeaseTerm?>(nil)
  let epoch = Mutex<UInt64?>(nil)
  private let versions = Mutex<[ApplicationName: UInt64]>([:])
  private let keys = Mutex<UInt64>(0)

  /// A lease was held before.
  var hasSpoken: Bool { epoch.withLock { $0 != nil } }

  func hold(epoch: UInt64, _ term: LeaseTerm) {
    self.term.withLock { $0 = term }
    self.epoch.withLock { $0 = epoch }
  }

  func mayAct() -> Bool {
    term.withLock { term in term.map { !$0.isOver(at: .now) } ?? false }
  }

  func nextKey(_ settings: AgentSession.Settings) -> String {
    let number = keys.withLock { keys in
      keys += 1
      return keys
    }
    return "lease/\(settings.cluster)/\(settings.instance)/\(number)"
  }

  /// As many as fit into one request; the rest are sent again, which is harmless.
  func seen() -> [WatchDirectivesRequest.Seen] {
    versions.withLock { versions in
      versions.sorted { $0.key < $1.key }.prefix(1_500).map { .init(application: $0, version: $1) }
    }
  }

  /// Whether a directive is not older than what was followed for its application; remembers it if
  /// so. The same version may come again with other contents: a cluster's mode is not part of it.
  func isNew(_ item: DirectiveUpdate.Item) -> Bool {
    versions.withLock { versions in
      if let known = versions[item.application], known > item.version { return false }
      versions[item.application] = item.version
      return true
    }
  }
}

extension Interval {
  /// Not negative.
  var duration: Duration { .microseconds(max(microseconds, 0)) }
}

func seconds(_ duration: Duration) -> String {
  let milliseconds = duration / .milliseconds(1)
  return "\((milliseconds / 100).rounded() / 10) s"
}
