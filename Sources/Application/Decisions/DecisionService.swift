internal import Crypto
public import EventLog
internal import Foundation
public import Logging
public import RolloutCore
internal import Synchronization
internal import WindlassWire

/// Reads, decides, appends, folds: the whole border between the decision core and the log.
///
/// Commands queue up while one batch is on its way to the log and form the next one, so that many
/// share a transaction and nobody waits for a timer. One task decides; everything read is folded
/// state behind a short lock.
public final class DecisionService: Sendable {
  /// Times a command is decided again because another writer was first.
  static let movedMax = 20

  private let log: any EventLog
  private let snapshots: SnapshotKeeper?
  public let clock: LogClock
  private let logger: Logger
  private let onStatus: @Sendable (Status) -> Void
  private let world = Mutex(World())
  private let lanes = Mutex(Lanes())
  private let status = Mutex(Status.starting)
  private let counts = Mutex(Counts())
  public let observers = Observers()
  private let signal: AsyncStream<Void>
  private let ring: AsyncStream<Void>.Continuation
  /// Batches on their way to those who wait for them. Bounded by the calls that wait.
  private let settled: AsyncStream<[Settled]>
  private let answerLater: AsyncStream<[Settled]>.Continuation

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

  /// A commit that is in the log and folded.
  private struct Settled: Sendable {
    var planned: Batch.Planned
    var first: GlobalPosition
  }

  private func answerSettled() async {
    for await batch in settled {
      var touched: Set<StreamAddress> = []
      for item in batch {
        let slices = item.planned.slices
        for slice in slices { touched.insert(slice.address) }
        if item.planned.prepares { continue }
        finish(
          item.planned.submission,
          Answer(
            recorded: slices.count == 1 ? slices[0].events : slices.flatMap(\.events),
            first: item.first,
            version: slices.first.map { $0.expected + UInt64($0.events.count) } ?? 0))
      }
      observers.notify(touched)
    }
  }

  // MARK: Snapshots

  /// Ends only when cancelled.
  private func keepSnapshots(_ snapshots: SnapshotKeeper) async {
    async let checked: Void = checkSnapshot(snapshots)
    while !Task.isCancelled {
      do { try await Task.sleep(for: .milliseconds(250)) } catch { break }
      guard case .ready = currentStatus, snapshots.isDue(at: world.withLock({ $0.head })) else {
        continue
      }
      await snapshots.write(world.withLock { $0 }, distance: snapshots.policy.afterInterval)
    }
    await checked
  }

  /// A snapshot that was started from is compared with the log while the service runs.
  private func checkSnapshot(_ snapshots: SnapshotKeeper) async {
    while !Task.isCancelled {
      do {
        if case .ready = currentStatus {
          if try await snapshots.checkRestored(against: log) { return }
          distrusted.store(true, ordering: .releasing)
          ring.yield()
          return
        }
        try await Task.sleep(for: .milliseconds(250))
      } catch {
        // The log is away, or the service stops.
        do { try await Task.sleep(for: .seconds(10)) } catch { return }
      }
    }
  }

  private func writeLast(_ snapshots: SnapshotKeeper) async {
    let world = world.withLock { $0 }
    if snapshots.isDueAtEnd(at: world.head) {
      await snapshots.write(world, distance: snapshots.policy.atEnd)
    }
  }

  // MARK: Deciding

  private func decideUntilStopped() async {
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
  private func ring(at moment: Timestamp?) -> Task<Void, Never>? {
    guard let moment else { return nil }
    let wait = max(moment.since(now()).microseconds, 0)
    return Task { [ring] in
      do { try await Task.sleep(for: .microseconds(wait)) } catch { return }
      ring.yield()
    }
  }

  /// Rings when another replica has written.
  private func watchLog() async {
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
  private let behind = Atomic(false)
  /// The log did not take our last batch: what can be read does not tell whether it takes the next.
  private let mayBeUnwritable = Atomic(false)
  /// What the service started from is not what the log folds to.
  private let distrusted = Atomic(false)
  /// An append of ours is on its way or being folded.
  private let appending = Atomic(false)

  private enum Next {
    case again
    case idle(until: Timestamp?)
  }

  private func decideOnce() async throws -> Next {
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

  /// Decides what is due and what waits, as far as it fits one batch.
  private func gather() -> (batch: [Batch.Planned], next: Timestamp?, left: Bool) {
    let now = now()
    let waiting = lanes.withLock { $0.takeTurns(atMost: Batch.commitsMax) }
    var batch = Batch()
    var later: [Submission] = []
    var answers: [(Submission, Answer)] = []
    let next = world.withLock { world in
      let (due, next) = world.takeDue(at: now, atMost: Batch.commitsMax)
      for submission in due.map({ Self.tick($0, world) }) + waiting {
        if submission.isAbandoned() {
          answers.append((submission, Answer(.unavailable("the caller is gone"))))
          continue
        }
        let touches = submission.action.touches
        let admitted = batch.admits(touches)
        batch.note(touches)
        guard admitted else {
          later.append(submission)
          continue
        }
        switch decided(submission, touches, &batch, in: world, now) {
        case .added, .notDue: break
        case .answer(let answer): answers.append((submission, answer))
        case .wait: later.append(submission)
        case .lookFirst:
          // It rests on what this replica has folded. Another one may know better.
          behind.store(true, ordering: .releasing)
          var submission = submission
          submission.isCurrent = true
          later.append(submission)
        }
      }
      return next
    }
    if !later.isEmpty { requeue(later) }
    for (submission, answer) in answers { finish(submission, answer) }
    let left = !later.isEmpty || !lanes.withLock(\.isEmpty) || !answers.isEmpty
    return (batch.planned, next, left)
  }

  private enum Decided {
    case added
    case answer(Answer)
    case wait
    /// An answer that no commit would check: the log's end has to be seen before it is given.
    case lookFirst
    case notDue
  }

  private func decided(
    _ submission: Submission, _ touches: Batch.Touches, _ batch: inout Batch, in world: World,
    _ now: Timestamp
  ) -> Decided {
    switch world.decide(submission, now: now) {
    case .answer(let result):
      return submission.isCurrent ? .answer(Answer(result)) : .lookFirst
    case .first(let action):
      // Its own commit, under a key of its own, so that a repeat finds both.
      var preparing = submission
      preparing.action = action
      preparing.id = .derived(from: submission.id.bytes + Array("/prepare".utf8))
      guard case .plan(let plan) = world.decide(preparing, now: now) else {
        return .answer(Answer(.invalid("the report cannot be prepared")))
      }
      // A refused preparation is the answer to the whole submission.
      let added = batch.add(
        plan, for: submission, touching: touches,
        id: plan.isRefusal ? submission.id : preparing.id, prepares: !plan.isRefusal, in: world,
        now: now)
      return added ? .added : .wait
    case .plan(let plan):
      // No commit will check what a dry run rests on.
      if submission.dryRun {
        return submission.isCurrent ? .answer(world.dryRun(plan)) : .lookFirst
      }
      // By the decision's own word; a later change schedules it again.
      if submission.isTick, plan.isEmpty { return .notDue }
      return batch.add(
        plan, for: submission, touching: touches, id: submission.id, prepares: false, in: world,
        now: now)
        ? .added : .wait
    }
  }

  /// Puts submissions back in front of their lanes, in their order.
  private func requeue(_ submissions: [Submission]) {
    world.withLock { world in
      for submission in submissions where submission.isTick { world.reschedule(submission) }
    }
    lanes.withLock { lanes in
      for submission in submissions.reversed() where !submission.isTick {
        lanes.putBack(submission)
      }
    }
  }

  /// Folds what was written and has everyone answered.
  private func settle(_ batch: [Batch.Planned], _ reply: AppendReply, onto head: LogHead) async {
    let alone = reply.base == head
    if alone {
      world.withLock { world in
        for (planned, outcome) in zip(batch, reply.outcomes) {
          guard case .appended(var position, _) = outcome else { continue }
          for slice in planned.slices {
            for (offset, (event, new)) in zip(slice.events, slice.encoded).enumerated() {
              world.apply(
                event, type: new.type, to: slice.address,
                version: slice.expected + UInt64(offset) + 1, at: position)
              position.index += 1
            }
          }
        }
        world.head = reply.head
      }
    } else {
      // Others wrote in between. Whoever is answered may read next, so fold first.
      do {
        try await catchUp()
      } catch {
        behind.store(true, ordering: .releasing)
      }
    }
    var again: [Submission] = []
    var repeats: [(Submission, GlobalPosition, Int)] = []
    var done: [Settled] = []
    done.reserveCapacity(batch.count)
    var eventCount: UInt64 = 0
    for (planned, outcome) in zip(batch, reply.outcomes) {
      switch outcome {
      case .appended(let first, let count):
        eventCount += UInt64(count)
        if planned.prepares { again.append(planned.submission) }
        done.append(Settled(planned: planned, first: first))
      case .repeated(let first, let count):
        if planned.prepares {
          again.append(planned.submission)
        } else {
          repeats.append((planned.submission, first, count))
        }
      case .keyConflict: finish(planned.submission, Answer(.conflict))
      case .moved, .guardBroken:
        behind.store(true, ordering: .releasing)
        var submission = planned.submission
        submission.moved += 1
        if submission.moved <= Self.movedMax {
          again.append(submission)
        } else {
          finish(
            submission,
            Answer(.unavailable("other writers were first \(Self.movedMax) times; try again")))
        }
      }
    }
    counts.withLock { counts in
      counts.batches &+= 1
      counts.events &+= eventCount
    }
    if !again.isEmpty { requeue(again) }
    answerLater.yield(done)
    // Repeats are read from the log; nobody else waits for that.
    if !repeats.isEmpty {
      Task { [repeats] in
        for (submission, first, count) in repeats {
          finish(submission, await recorded(first, count))
        }
      }
    }
  }

  /// The first answer of a command that is in the log already.
  private func recorded(_ first: GlobalPosition, _ count: Int) async -> Answer {
    guard count > 0 else { return Answer(recorded: [], first: first, version: 0) }
    do {
      let events = try await log.read(from: first, limit: count)
      var decoded: [WindlassWire.LogEvent] = []
      for event in events {
        decoded.append(try EventCodec.decode(type: event.type, payload: event.payload))
      }
      let primary = events.first?.stream
      let version = events.last { $0.stream == primary }?.version.index ?? 0
      return Answer(recorded: decoded, first: first, version: version)
    } catch {
      return Answer(.unknown("the command is recorded, its answer cannot be read now: \(error)"))
    }
  }

  /// Answers a batch that the log did not take, or decides it again.
  private func failed(_ batch: [Batch.Planned], _ error: AppendError, _ mark: Duration) async throws
  {
    behind.store(true, ordering: .releasing)
    switch error {
    case .clock(let serverNow, let lastNow):
      // Not a fault of the commands: look at the clock again and decide again.
      clock.observe(serverNow: serverNow, since: mark)
      world.withLock { $0.heard(now: lastNow) }
      var submissions = batch.map(\.submission)
      for index in submissions.indices { submissions[index].moved += 1 }
      let tired = submissions.filter { $0.moved > Self.movedMax }
      requeue(submissions.filter { $0.moved <= Self.movedMax })
      for submission in tired {
        finish(submission, Answer(.unavailable("the database's clock does not hold still")))
      }
      return
    case .diverged:
      requeue(batch.map(\.submission))
      logger.error("the log is not the one that was folded; folding it again from the start")
      reset()
      return
    case .invalid(let detail):
      // The batch keeps the log's limits, so this is about a commit of its own: find it alone.
      guard batch.count > 1 else {
        for planned in batch { finish(planned.submission, Answer(.invalid(detail))) }
        return
      }
      for (index, planned) in batch.enumerated() {
        do {
          let head = world.withLock { $0.head }
          let reply = try await log.append([planned.commit], onto: head)
          await settle([planned], reply, onto: head)
        } catch {
          do {
            try await failed([planned], error, clock.mark())
          } catch {
            // The log went away: nobody behind this one may be left without an answer.
            requeue(batch.dropFirst(index + 1).map(\.submission))
            throw error
          }
        }
      }
      return
    case .unavailable(let detail):
      mayBeUnwritable.store(true, ordering: .releasing)
      requeue(batch.filter(\.submission.isTick).map(\.submission))
      for planned in batch where !planned.submission.isTick {
        finish(planned.submission, Answer(.unavailable(detail)))
      }
    case .unknown(let detail):
      mayBeUnwritable.store(true, ordering: .releasing)
      requeue(batch.filter(\.submission.isTick).map(\.submission))
      for planned in batch where !planned.submission.isTick {
        finish(planned.submission, Answer(.unknown(detail)))
      }
    }
    throw error
  }

  /// Folds everything the log has beyond the folded head. From the start, it folds aside and shows
  /// the whole at once: a part of the log would answer as if it were the truth.
  private func catchUp() async throws {
    let isWhole = currentStatus != .starting
    var fresh = World()
    if !isWhole, let restored = await snapshots?.restore() { fresh = restored }
    while true {
      try Task.checkCancellation()
      let mark = clock.mark()
      let reading = try await log.head()
      clock.observe(serverNow: reading.serverNow, since: mark)
      let head = isWhole ? world.withLock { $0.head } : fresh.head
      if isWhole, head.next == reading.head.next, head.chain == reading.head.chain { break }
      let caught: CatchUp
      do {
        caught = try await log.catchUp(from: head, limit: 10_000)
      } catch {
        guard case .diverged = error else { throw error }
        if !isWhole { snapshots?.refuseRestored() }
        logger.error("the log is not the one that was folded; folding it again from the start")
        reset()
        return try await catchUp()
      }
      if isWhole {
        let touched = world.withLock { world in
          world.head = caught.head
          return world.apply(caught.events)
        }
        observers.notify(touched)
      } else {
        _ = fresh.apply(caught.events)
        fresh.head = caught.head
      }
      if caught.events.isEmpty || caught.head.next >= reading.head.next { break }
    }
    if mayBeUnwritable.load(ordering: .acquiring) {
      try await log.checkWritable()
      mayBeUnwritable.store(false, ordering: .releasing)
    }
    if !isWhole {
      world.withLock { $0 = fresh }
      become(.ready)
      observers.notifyAll()
    } else {
      become(.ready)
    }
  }

  /// The folded state is of another log: nothing of it may be served any more.
  private func reset() {
    become(.starting)
    world.withLock { $0 = World() }
    observers.notifyAll()
    behind.store(true, ordering: .releasing)
  }

  private func become(_ new: Status) {
    let changed = status.withLock { status in
      defer { status = new }
      return status != new
    }
    if changed { onStatus(new) }
  }

  private func finish(_ submission: Submission, _ answer: Answer) {
    counts.withLock { $0.decided[answer.result.label, default: 0] &+= 1 }
    submission.completion(answer)
  }

  private func report(_ error: any Error, _ backoff: inout Backoff) async {
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

  private func stop() {
    become(.stopped)
    for submission in lanes.withLock({ $0.close() }) {
      finish(submission, Answer(.unavailable("the service is stopping")))
    }
  }

  private static func tick(_ name: RolloutName, _ world: World) -> Submission {
    tick(name, version: world.version(.rollout(name)))
  }

  /// Replicas that see the same timer at the same version of the stream make the same command.
  static func tick(_ name: RolloutName, version: UInt64) -> Submission {
    let key = "tick/\(name)/\(version)"
    return Submission(
      id: .derived(from: Array(key.utf8)), digest: Array(SHA256.hash(data: Data(key.utf8))),
      requester: Requester(principal: "windlass", reason: "a timer came due"),
      action: .tick(name)
    ) { _ in }
  }
}

/// Waits that grow, with jitter, so that replicas do not come back in step.
struct Backoff {
  private var milliseconds = 50

  mutating func next() -> Duration {
    let wait = milliseconds + Int.random(in: 0...milliseconds / 2)
    milliseconds = min(milliseconds * 2, 1_000)
    return .milliseconds(wait)
  }
}

extension Submission {
  var isTick: Bool {
    if case .tick = action { return true }
    return false
  }
}

extension Plan {
  var isRefusal: Bool {
    writes.contains { if case .refusals = $0.address { true } else { false } }
  }

  var isEmpty: Bool { writes.allSatisfy { $0.events.isEmpty } }
}

extension World {
  func dryRun(_ plan: Plan) -> Answer {
    let written = plan.writes.first { !$0.events.isEmpty }
    let version = written.map { self.version($0.address) + UInt64($0.events.count) } ?? 0
    return Answer(
      recorded: plan.writes.flatMap(\.events), first: head.next, version: version)
  }

  mutating func reschedule(_ submission: Submission) {
    if case .tick(let name) = submission.action { reschedule(name) }
  }
}

extension CommandID {
  /// The first half of SHA-256: enough that nobody meets another's id by accident, and a caller
  /// that forges a collision only meets itself, because the principal is part of what is hashed.
  public static func derived(from bytes: [UInt8]) -> CommandID {
    CommandID(bytes: Array(SHA256.hash(data: Data(bytes)).prefix(16)))
      ?? CommandID(high: 0, low: 0)
  }
}

extension Answer.Result {
  /// For metrics: a fixed, small set.
  public var label: String {
    switch self {
    case .allowed: "allowed"
    case .alreadySatisfied: "already_satisfied"
    case .refused: "refused"
    case .fenced: "fenced"
    case .notFound: "not_found"
    case .quarantined: "quarantined"
    case .conflict: "conflict"
    case .unknown: "unknown"
    case .unavailable: "unavailable"
    case .invalid: "invalid"
    }
  }
}
