public import EventLog
public import Logging
public import Postgres
internal import Synchronization

/// Keeps the tables for dashboards up to the log, and builds them anew beside the old ones when
/// that is needed.
///
/// Any number of replicas may run it. One at a time is at work, which only saves the others from
/// doing the same; rows and their place in the log change in one transaction that holds on to the
/// place they were folded from, so whoever is late changes nothing. Nothing here is on the way of a
/// command, and whatever fails is tried again.
public final class ReadModels: Sendable {
  /// What it may cost.
  public struct Pace: Sendable {
    /// Events folded at once, at most 10000.
    public var pageEvents = 2_000
    /// The same for tables that are being built.
    public var buildPageEvents = 5_000
    /// Time between two looks at a log that grows.
    public var rest = Duration.milliseconds(100)
    /// Time between two looks at what other replicas do.
    public var interval = Duration.seconds(2)

    public init() {}
  }

  private let log: any EventLog
  private let reader: any EventLog
  private let store: ReadModelStore
  private let pace: Pace
  private let logger: Logger
  /// Unlike every other process's.
  private let holder = "\(UInt64.random(in: .min ... .max))"
  private let current = Mutex(ReadModelStatus())
  private let caughtUpAt = Mutex<ContinuousClock.Instant?>(nil)

  /// - Parameters:
  ///   - log: what says when there is something new; nothing else is asked of it.
  ///   - reader: the same log, by connections of its own, so that reading much of it keeps nobody
  ///     waiting.
  ///   - settings: where the tables are.
  public init(
    log: any EventLog, reader: any EventLog, settings: ConnectionSettings, pace: Pace = Pace(),
    logger: Logger
  ) {
    self.log = log
    self.reader = reader
    self.pace = pace
    self.logger = logger
    store = ReadModelStore(settings)
  }

  /// Where it is now.
  public var status: ReadModelStatus {
    var status = current.withLock { $0 }
    if status.position < status.logNext || !status.isAtWork {
      status.behind = caughtUpAt.withLock { $0 }.map { $0.duration(to: .now) }
    } else {
      status.behind = .zero
    }
    return status
  }

  /// Lets the role of the service become the one that fills the tables, where the two are not one.
  ///
  /// - Throws: ``PostgresError``
  public static func prepare(_ server: EmbeddedPostgres) async throws(PostgresError) {
    let admin = PostgresSession(server.adminSettings)
    do { try await admin.execute(grantToService) } catch {
      await admin.close()
      throw error
    }
    await admin.close()
  }

  private static let grantToService = Statement(
    "grant_projector", "grant windlass_projector to windlass")

  // MARK: Running

  /// Works until cancelled.
  public func run() async {
    var work = Work()
    var backoff = Duration.milliseconds(100)
    while !Task.isCancelled {
      do {
        try await step(&work)
        backoff = .milliseconds(100)
        note(nil)
      } catch {
        await work.leave()
        guard !Task.isCancelled else { break }
        note("\(error)")
        do { try await Task.sleep(for: backoff) } catch { break }
        backoff = min(backoff * 2, .seconds(5))
      }
    }
    await work.leave()
    await stop()
  }

  /// Builds the tables anew, or goes on where an earlier call was interrupted, until the views show
  /// them. A service that runs meanwhile may do the work instead.
  ///
  /// - Parameter progress: hears of every page: events folded, and those there are.
  /// - Throws: ``ReadError``, ``PostgresError``, or `CancellationError`.
  public func rebuild(_ progress: (_ done: UInt64, _ of: UInt64) -> Void) async throws {
    do {
      let wanted = try await askForRebuild()
      var work = Work()
      while true {
        try Task.checkCancellation()
        let live = try await store.generations().last { $0.state == .live }
        if let live, live.number >= wanted {
          // The old tables, unless a service that runs drops them.
          if work.isAtWork { try await look(&work) }
          break
        }
        try await step(&work)
        let status = status
        if let building = status.building { progress(building, status.logNext) }
      }
      await work.leave()
    } catch {
      await stop()
      throw error
    }
    await stop()
  }

  /// Asks whoever is at work to build the tables anew.
  ///
  /// - Returns: the generation that will be; the one being built if there is one already.
  @discardableResult
  public func askForRebuild() async throws(PostgresError) -> Int32 {
    if let building = try await store.generations().first(where: { $0.state == .building }),
      building.model == ReadModel.version
    {
      return building.number
    }
    do { try await store.begin() } catch {
      // Somebody else began one in between.
      guard case .refused(sqlState: "23505", _) = error else { throw error }
    }
    return try await store.generations().map(\.number).max() ?? 1
  }

  private func stop() async {
    do { try await store.giveUp(holder) } catch {
      logger.debug("the claim runs out by itself", metadata: ["error": "\(error)"])
    }
    await store.close()
  }

  private func note(_ trouble: String?) {
    let before = current.withLock { status in
      defer {
        status.trouble = trouble
        if trouble != nil { status.errors &+= 1 }
      }
      return status.trouble
    }
    guard before != trouble else { return }
    if let trouble {
      logger.warning("read models do not go on", metadata: ["error": "\(trouble)"])
    } else {
      logger.info("read models go on")
    }
  }

  // MARK: Steps

  /// What one run has in hand.
  private struct Work {
    var live: Side?
    var building: Side?
    var isAtWork = false
    var nextClaim = ContinuousClock.now
    /// Somebody may have asked for a rebuild.
    var nextLook = ContinuousClock.now
    /// Where the log ended when the last step was done; at first that is not known.
    var headBefore = GlobalPosition(.max)
    /// Tables of another log, which stay as they are until new ones are there.
    var diverged: Int32?

    /// Forgets what is folded; the tables say where to go on.
    mutating func leave() async {
      await live?.session.close()
      await building?.session.close()
      (live, building, isAtWork) = (nil, nil, false)
      (nextClaim, nextLook) = (.now, .now)
    }
  }

  /// One generation, with what is folded of it and a connection for its tables.
  private struct Side {
    var generation: ReadModelStore.Generation
    var fold: Fold
    var session: PostgresSession
  }

  private func step(_ work: inout Work) async throws {
    guard try await isAtWork(&work) else { return }
    if work.nextLook <= .now {
      try await look(&work)
      work.nextLook = .now + pace.interval
    }
    var moved = false
    let began = ContinuousClock.now
    if work.live != nil { moved = try await advance(&work, \.live) }
    if work.building != nil, try await advance(&work, \.building) { moved = true }
    // What the views show never goes back. Behind a log that always grows it gets no nearer.
    if let building = work.building,
      building.generation.head.next >= work.live?.generation.head.next ?? work.headBefore
    {
      try await publish(building, &work)
      return
    }
    try await rest(&work, after: began, moved)
  }

  /// Waits for what comes next: for the log when everything is folded, and otherwise, while somebody
  /// else is writing, three times as long as the step took.
  private func rest(
    _ work: inout Work, after began: ContinuousClock.Instant, _ moved: Bool
  ) async throws {
    let head = try await reader.head().head.next
    current.withLock { $0.logNext = head.index }
    let isQuiet = head == work.headBefore
    work.headBefore = head
    guard moved else {
      caughtUpAt.withLock { $0 = .now }
      // New tables only wait for this look at where the log ends.
      if work.building != nil { return }
      let next = work.live?.generation.head.next ?? .zero
      if await log.waitForChange(past: next, atMost: pace.interval) {
        try await Task.sleep(for: pace.rest)
      }
      return
    }
    if !isQuiet { try await Task.sleep(for: min(began.duration(to: .now) * 3, .seconds(1))) }
  }

  /// Claims, keeps the claim, or looks how far the one at work is.
  private func isAtWork(_ work: inout Work) async throws -> Bool {
    guard work.nextClaim <= .now else { return work.isAtWork }
    let status = current.withLock { $0 }
    let caughtUp = work.isAtWork && work.live != nil && status.behindEvents == 0
    let claim = try await store.claim(as: holder, caughtUp: caughtUp)
    if let seconds = claim.secondsBehind {
      caughtUpAt.withLock { $0 = .now - .seconds(seconds) }
    }
    if !claim.isOurs {
      if work.isAtWork { await work.leave() }
      let generations = try await store.generations()
      let head = try await reader.head().head.next
      current.withLock { status in
        status.isAtWork = false
        status.logNext = head.index
        let live = generations.first { $0.state == .live }
        status.generation = live?.number ?? 0
        status.position = live?.head.next.index ?? 0
        status.building = generations.first { $0.state == .building }?.head.next.index
      }
      try await Task.sleep(for: pace.interval)
      return false
    }
    if !work.isAtWork { logger.debug("at work on the read models") }
    work.isAtWork = true
    work.nextClaim = .now + pace.interval
    current.withLock { $0.isAtWork = true }
    return true
  }

  /// Finds out which generations there are, drops what is out of use, and begins what is missing.
  private func look(_ work: inout Work) async throws {
    var generations = try await store.generations()
    for old in generations where old.state == .retired { await drop(old) }
    if let half = generations.first(where: { $0.state == .building }),
      half.model <= ReadModel.version
    {
      var isOurs = half.model == ReadModel.version
      if isOurs { isOurs = try await store.isWhole(half.number) }
      if !isOurs {
        logger.info(
          "giving up tables that are of no use", metadata: ["generation": "\(half.number)"])
        try await store.retire(half.number)
        generations = try await store.generations()
      }
    }
    let live = generations.first { $0.state == .live }
    var building = generations.first { $0.state == .building }
    let newest = max(live?.model ?? 0, building?.model ?? 0)
    guard newest <= ReadModel.version else {
      throw ReadModelsError.newer(model: newest)
    }
    if building == nil, live?.model != ReadModel.version || live?.number == work.diverged {
      try await store.begin()
      building = try await store.generations().first { $0.state == .building }
      logger.notice(
        "building the read models", metadata: ["generation": "\(building?.number ?? 0)"])
    }
    // Tables of an older model stay as they are until the new ones have caught up.
    let isKept = live?.model == ReadModel.version && live?.number != work.diverged
    try await take(isKept ? live : nil, &work, \.live)
    try await take(building, &work, \.building)
    let shown = work.live?.generation ?? live
    let made = work.building?.generation.head.next.index
    current.withLock { status in
      status.generation = shown?.number ?? 0
      status.position = shown?.head.next.index ?? 0
      status.building = made
    }
  }

  private func take(
    _ generation: ReadModelStore.Generation?, _ work: inout Work,
    _ side: WritableKeyPath<Work, Side?>
  ) async throws {
    if let generation, work[keyPath: side]?.generation == generation { return }
    await work[keyPath: side]?.session.close()
    work[keyPath: side] = nil
    guard let generation else { return }
    let session = store.makeSession()
    do {
      try await store.use(generation.number, session)
      let quarantined = try await store.quarantined(session)
      work[keyPath: side] = Side(
        generation: generation, fold: Fold(quarantined: quarantined), session: session)
    } catch {
      await session.close()
      throw error
    }
  }

  private func drop(_ generation: ReadModelStore.Generation) async {
    do {
      try await store.drop(generation.number)
    } catch {
      // Somebody still reads them; there is no hurry.
      logger.debug(
        "old tables stay for now",
        metadata: ["generation": "\(generation.number)", "error": "\(error)"])
    }
  }

  /// Folds the next page of events into one generation.
  ///
  /// - Returns: whether there was one.
  private func advance(
    _ work: inout Work, _ side: WritableKeyPath<Work, Side?>
  ) async throws -> Bool {
    guard var mine = work[keyPath: side] else { return false }
    let page: CatchUp
    do {
      page = try await reader.catchUp(
        from: mine.generation.head,
        limit: side == \.live ? pace.pageEvents : pace.buildPageEvents)
    } catch {
      guard error == .diverged else { throw error }
      try await diverged(mine.generation)
      work.diverged = mine.generation.number
      await work.leave()
      return true
    }
    guard !page.events.isEmpty else { return false }
    for missing in mine.fold.missing(for: page.events) {
      try await restore(missing, &mine.fold)
    }
    // Moved out, so that what is folded is changed in place.
    work[keyPath: side] = nil
    let rows = mine.fold.apply(page.events)
    let isWritten: Bool
    do {
      isWritten = try await store.write(
        rows, to: mine.generation, until: page.head, mine.session)
    } catch {
      await mine.session.close()
      throw error
    }
    guard isWritten else {
      // Another replica was first, or what was written before is gone with a crash of the server.
      await mine.session.close()
      await work.leave()
      return true
    }
    mine.generation.head = page.head
    let (events, count, next) = (page.events.count, rows.count, page.head.next.index)
    let isLive = side == \.live
    current.withLock { status in
      status.events &+= UInt64(events)
      status.rows &+= UInt64(count)
      if isLive { status.position = next } else { status.building = next }
      status.logNext = max(status.logNext, next)
    }
    work[keyPath: side] = mine
    return true
  }

  /// Folds a stream again from its first event.
  private func restore(_ missing: Fold.Missing, _ fold: inout Fold) async throws {
    var next: UInt64 = 1
    while next <= missing.through.index {
      let rest = missing.through.index - next + 1
      let events = try await reader.readStream(
        missing.stream, from: StreamVersion(next), limit: Int(min(rest, 10_000)))
      guard let last = events.last else {
        throw ReadError.corrupt("stream \(missing.stream) ends before version \(missing.through)")
      }
      fold.restore(events)
      next = last.version.index + 1
    }
  }

  /// The log is another one than the tables were folded from: they are built from its first event.
  private func diverged(_ generation: ReadModelStore.Generation) async throws(PostgresError) {
    logger.error(
      "the log is not the one the read models were folded from; they are built anew",
      metadata: ["generation": "\(generation.number)", "position": "\(generation.head.next)"])
    if generation.state == .building {
      try await store.retire(generation.number)
    } else {
      try await store.note("folded from another log; being built anew", of: generation.number)
    }
    do { try await store.begin() } catch {
      guard case .refused(sqlState: "23505", _) = error else { throw error }
    }
  }

  /// Out of time, no lock, a deadlock: somebody reads.
  private static let isInTheWay: Set<String> = ["57014", "55P03", "40P01"]

  private func publish(_ building: Side, _ work: inout Work) async throws {
    do {
      try await store.publish(building.generation.number)
    } catch {
      guard case .refused(let state, _) = error, Self.isInTheWay.contains(state) else {
        throw error
      }
      logger.info(
        "the new read models wait for somebody who reads the old ones",
        metadata: ["generation": "\(building.generation.number)"])
      try await Task.sleep(for: pace.interval)
      return
    }
    logger.notice(
      "the new read models are in use",
      metadata: [
        "generation": "\(building.generation.number)",
        "position": "\(building.generation.head.next)",
      ])
    current.withLock { $0.rebuilds &+= 1 }
    // What is folded stays; only its name changes.
    await work.live?.session.close()
    var live = building
    live.generation.state = .live
    work.live = live
    work.building = nil
    work.nextLook = .now
    let (number, next) = (live.generation.number, live.generation.head.next.index)
    current.withLock { status in
      status.generation = number
      status.position = next
      status.building = nil
    }
  }
}

/// Why this version leaves the read models alone.
enum ReadModelsError: Error, CustomStringConvertible {
  case newer(model: Int32)

  var description: String {
    switch self {
    case .newer(let model):
      "the tables are of model \(model) and this version knows up to \(ReadModel.version): a newer "
        + "version of Windlass keeps them"
    }
  }
}
