public import EventLog
public import Logging
public import RolloutCore
internal import Synchronization

/// Reads, decides, appends, folds: the whole border between the decision core and the log.
///
/// Commands queue up while one batch is on its way to the log and form the next one, so that many
/// share a transaction and nobody waits for a timer. One task decides; everything read is folded
/// state behind a short lock.
public final class DecisionService: Sendable {
  /// Times a command is decided again because another writer was first.
  static let movedMax = 20

  let log: any EventLog
  let snapshots: SnapshotKeeper?
  public let clock: LogClock
  let logger: Logger
  let onStatus: @Sendable (Status) -> Void
  let world = Mutex(World())
  let lanes = Mutex(Lanes())
  let status = Mutex(Status.starting)
  let counts = Mutex(Counts())
  public let observers = Observers()
  let signal: AsyncStream<Void>
  let ring: AsyncStream<Void>.Continuation
  /// Batches on their way to those who wait for them. Bounded by the calls that wait.
  let settled: AsyncStream<[Settled]>
  let answerLater: AsyncStream<[Settled]>.Continuation

  /// Whether commands can be decided now.
  public enum Status: Equatable, Sendable {
    case starting
    case ready
    /// Reads go on from memory; commands are answered `unavailable`.
    case degraded(String)
    case stopped
  }

  /// What the service did since it started.
  public struct Counts: Equatable, Sendable {
    public var decided: [String: UInt64] = [:]
    public var batches: UInt64 = 0
    public var events: UInt64 = 0
  }

  /// - Parameters:
  ///   - snapshots: what to start from, and where to keep what is folded; `nil`: nothing of that.
  ///   - onStatus: hears of every change of ``currentStatus``; must not block.
  public init(
    log: any EventLog, clock: LogClock, logger: Logger, snapshots: SnapshotKeeper? = nil,
    onStatus: @escaping @Sendable (Status) -> Void = { _ in }
  ) {
    self.log = log
    self.snapshots = snapshots
    self.onStatus = onStatus
    self.clock = clock
    self.logger = logger
    (signal, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    (settled, answerLater) = AsyncStream.makeStream()
  }

  // MARK: For callers

  /// Hands a command over. Its completion is called exactly once; here and now when the command
  /// cannot be decided soon, so that nobody waits for a log that is away.
  public func submit(_ submission: Submission) {
    let refusal: String?
    switch currentStatus {
    case .starting: refusal = "the event log is being read; try again in a moment"
    case .degraded(let why): refusal = why
    case .stopped: refusal = "the service is stopping"
    case .ready:
      refusal =
        lanes.withLock({ $0.append(submission) })
        ? nil
        : "too many commands are waiting already; try again later"
    }
    if let refusal { return finish(submission, Answer(.unavailable(refusal))) }
    ring.yield()
  }

  /// The same for callers that can wait.
  public func submit(_ make: (@escaping @Sendable (Answer) -> Void) -> Submission) async -> Answer {
    await withCheckedContinuation { continuation in
      submit(make { continuation.resume(returning: $0) })
    }
  }

  /// Reads folded state. `body` must be short: decisions wait for it.
  public func read<T>(_ body: (borrowing World) -> T) -> T { world.withLock { body($0) } }

  /// Why folded state says nothing now; `nil` when it may be served. Only while it is folded from
  /// the start: an absent log alone does not make what is known untrue.
  public var unreadable: String? {
    switch currentStatus {
    case .starting: "the event log is being read; try again in a moment"
    case .ready, .degraded, .stopped: nil
    }
  }

  public var currentStatus: Status { status.withLock { $0 } }
  public var currentCounts: Counts { counts.withLock { $0 } }

  /// The moment a decision taken now would record.
  public func now() -> Timestamp {
    let last = world.withLock { $0.lastNow }
    return Timestamp(microseconds: max(clock.now() ?? last, last))
  }

  /// The log behind, for reads of history.
  public var history: any EventLog { log }

  // MARK: The loop

  /// Catches up, then decides until cancelled. Returns when every accepted command is answered.
  public func run() async {
    // Beside the deciding, so that the next batch is on its way while the last is answered; and not
    // cancelled with it, so that everybody gets the answer that is in the log.
    let answering = Task { await self.answerSettled() }
    await withTaskGroup { group in
      group.addTask { await self.decideUntilStopped() }
      group.addTask { await self.watchLog() }
      if let snapshots { group.addTask { await self.keepSnapshots(snapshots) } }
      await group.next()
      group.cancelAll()
    }
    answerLater.finish()
    await answering.value
    // In a task of its own: this one may be cancelled, and the next start is to be quick.
    if let snapshots { await Task { await self.writeLast(snapshots) }.value }
    become(.stopped)
  }

  // MARK: Deciding

  func decideUntilStopped() async {
    var backoff = Backoff()
    while !Task.isCancelled {
      do {
        try await catchUp()
        break
      } catch {
        await report(error, &backoff)
      }
    }
    var signals = signal.makeAsyncIterator()
    while !Task.isCancelled {
      do {
        let next = try await decideOnce()
        backoff = Backoff()
        switch next {
        case .again: continue
        case .idle(let until):
          let alarm = ring(at: until)
          await signals.next()
          alarm?.cancel()
        }
      } catch {
        await report(error, &backoff)
      }
    }
    stop()
  }

  /// Rings when the next timer is due. Sleeping is not deciding: the moment is compared again with
  /// recorded time before anything fires.
  func ring(at moment: Timestamp?) -> Task<Void, Never>? {
    guard let moment else { return nil }
    let wait = max(moment.since(now()).microseconds, 0)
    return Task { [ring] in
      do { try await Task.sleep(for: .microseconds(wait)) } catch { return }
      ring.yield()
    }
  }

  /// Rings when another replica has written.
  func watchLog() async {
    while !Task.isCancelled {
      let next = world.withLock { $0.head.next }
      guard await log.waitForChange(past: next, atMost: .seconds(5)) else {
        // Quiet for long: a look at the log's end tells whether it is still there.
        behind.store(true, ordering: .releasing)
        ring.yield()
        continue
      }
      // Our own appends are seen here as well; folding them is the decider's business.
      if !appending.load(ordering: .acquiring), world.withLock({ $0.head.next }) == next {
        behind.store(true, ordering: .releasing)
        ring.yield()
      }
      do { try await Task.sleep(for: .milliseconds(5)) } catch { return }
    }
  }

  /// Somebody else may have written since the folded head.
  let behind = Atomic(false)
  /// The log did not take our last batch: what can be read does not tell whether it takes the next.
  let mayBeUnwritable = Atomic(false)
  /// What the service started from is not what the log folds to.
  let distrusted = Atomic(false)
  /// An append of ours is on its way or being folded.
  let appending = Atomic(false)

  enum Next {
    case again
    case idle(until: Timestamp?)
  }

  func decideOnce() async throws -> Next {
    if distrusted.exchange(false, ordering: .acquiring) { reset() }
    if behind.exchange(false, ordering: .acquiring) { try await catchUp() }
    let (batch, next, left) = gather()
    guard !batch.isEmpty else { return left ? .again : .idle(until: next) }
    let head = world.withLock { $0.head }
    let mark = clock.mark()
    appending.store(true, ordering: .releasing)
    defer { appending.store(false, ordering: .releasing) }
    let reply: AppendReply
    do {
      reply = try await log.append(batch.map(\.commit), onto: head)
    } catch {
      try await failed(batch, error, mark)
      return .again
    }
    clock.observe(serverNow: reply.serverNow, since: mark)
    await settle(batch, reply, onto: head)
    return .again
  }

  func become(_ new: Status) {
    let changed = status.withLock { status in
      defer { status = new }
      return status != new
    }
    if changed { onStatus(new) }
  }

  func finish(_ submission: Submission, _ answer: Answer) {
    counts.withLock { $0.decided[answer.result.label, default: 0] &+= 1 }
    submission.completion(answer)
  }

  func report(_ error: any Error, _ backoff: inout Backoff) async {
    if Task.isCancelled { return }
    // Until the log is folded once there is nothing to serve, whatever is wrong with it.
    if currentStatus != .starting { become(.degraded("\(error)")) }
    behind.store(true, ordering: .releasing)
    logger.warning("the event log cannot be used now", metadata: ["error": "\(error)"])
    // Commands must not wait for the log's return: they are answered within their deadline.
    for submission in lanes.withLock({ $0.takeAll() }) {
      finish(submission, Answer(.unavailable("\(error)")))
    }
    do { try await Task.sleep(for: backoff.next()) } catch { return }
  }

  func stop() {
    become(.stopped)
    for submission in lanes.withLock({ $0.close() }) {
      finish(submission, Answer(.unavailable("the service is stopping")))
    }
  }

}
