public import EventLog
public import Logging
public import Postgres
import Synchronization

/// The event log on PostgreSQL.
///
/// Appends go through one connection and one statement each; reads, the wake-up and everything else
/// have connections of their own. All of them come back by themselves when PostgreSQL does.
public final class PostgresEventLog: EventLog {
  /// The size of a partition of events, as `ensure_partitions` creates them.
  private static let partitionSize: UInt64 = 10_000_000
  /// How long the whole answer to an append may take before its outcome is `unknown`.
  private static let appendLimit = Duration.seconds(10)
  /// Each round learns something another writer has changed; this many in one append is a storm.
  private static let roundsMax = 16

  /// An estimate of the server's clock, fed by every answer.
  public let clock: LogClock
  /// The log and its tree as the rows are, for auditors.
  public let evidence: PostgresEvidence

  let reader: PostgresSession
  let side: PostgresSession
  /// For reads of the past, which may take longer than others should wait.
  let searcher: PostgresSession
  /// For subscriptions.
  let keeper: PostgresSession
  /// For snapshots, which are large: nothing else waits behind one.
  let snapshotSession: PostgresSession
  let logger: Logger
  let names = NameCache()
  let signal = ChangeSignal()
  private let appender: PostgresSession
  private let tail: LogTail
  private let hints: HintSender
  /// A finished statement, kept for its memory.
  private let spare = Mutex<AppendStatement?>(nil)
  private let partitionsUntil = Mutex<UInt64>(0)

  private init(
    _ settings: ConnectionSettings, _ logger: Logger, _ clock: LogClock,
    as become: Statement = becomeWriter
  ) {
    self.logger = logger
    self.clock = clock
    appender = PostgresSession(settings, setUp: [become, Self.waitForCommit])
    reader = PostgresSession(settings, setUp: [become])
    side = PostgresSession(settings, setUp: [become])
    snapshotSession = PostgresSession(settings, setUp: [become])
    evidence = PostgresEvidence(PostgresSession(settings, setUp: [become]))
    searcher = PostgresSession(settings, setUp: [become])
    keeper = PostgresSession(settings, setUp: [become, Self.waitForCommit])
    hints = HintSender(side, logger)
    tail = LogTail(
      PostgresSession(settings, setUp: [become, LogTail.listen]), own: hints.name, signal, clock,
      logger)
  }

  /// The same log for whoever fills read models: by a connection of its own, that comes when it is
  /// first used, and in a role that may not append. It hears of no change.
  public static func forReadModels(
    _ settings: ConnectionSettings, logger: Logger
  ) -> PostgresEventLog {
    PostgresEventLog(settings, logger, LogClock(), as: becomeProjector)
  }

  /// Opens the log of the private server.
  ///
  /// - Throws: ``OpenError``
  public static func open(
    _ server: EmbeddedPostgres, logger: Logger, clock: LogClock = LogClock()
  ) async throws(OpenError) -> PostgresEventLog {
    try await open(
      server.settings, admin: server.adminSettings, logger: logger, clock: clock,
      afterMigration: [grantToService])
  }

  /// Opens the log of any PostgreSQL, version 15 or newer, bringing its schema up to date.
  ///
  /// - Parameters:
  ///   - settings: as whom to append and read.
  ///   - admin: as whom to migrate; `nil` means the same.
  ///   - allowsUnsafe: whether a server that can lose what it has acknowledged is only warned of.
  /// - Throws: ``OpenError/unavailable(_:)`` while PostgreSQL does not answer; ``OpenError/refused(_:)``
  ///   if it does and does not fit.
  public static func open(
    _ settings: ConnectionSettings, admin: ConnectionSettings? = nil,
    allowsUnsafe: Bool = false, logger: Logger, clock: LogClock = LogClock()
  ) async throws(OpenError) -> PostgresEventLog {
    try await open(
      settings, admin: admin, logger: logger, clock: clock, afterMigration: [],
      allowsUnsafe: allowsUnsafe)
  }

  static func open(
    _ settings: ConnectionSettings, admin: ConnectionSettings?, logger: Logger, clock: LogClock,
    afterMigration: [Statement], migrations: [Migration] = Migration.all,
    allowsUnsafe: Bool = false
  ) async throws(OpenError) -> PostgresEventLog {
    let session = PostgresSession(admin ?? settings)
    do throws(OpenError) {
      try await Migrator(session: session, logger: logger, migrations: migrations).run()
      do {
        for statement in afterMigration { try await session.execute(statement) }
        try await ServerSafety.check(session, allowsUnsafe: allowsUnsafe, logger)
      } catch { throw OpenError(error) }
    } catch {
      await session.close()
      throw error
    }
    await session.close()
    let log = PostgresEventLog(settings, logger, clock)
    do {
      // The first answer sets the clock, which no decision can be made without.
      let reading = try await log.head()
      try await log.ensurePartitions(after: reading.head.next)
    } catch {
      await log.close()
      throw .unavailable("\(error)")
    }
    log.tail.start()
    return log
  }

  /// Closes every connection. Waiters are answered when their time is over.
  public func close() async {
    await tail.stop()
    await appender.close()
    await reader.close()
    await side.close()
    await searcher.close()
    await keeper.close()
    await evidence.close()
    await snapshotSession.close()
  }

  // MARK: Appending

  public func append(
    _ batch: [Commit], onto head: LogHead
  ) async throws(AppendError) -> AppendReply {
    try AppendRules.validate(batch)
    guard head.next.index <= UInt64(Int64.max) else { throw .diverged }
    var statement = spare.withLock { $0.take() } ?? AppendStatement()
    defer { spare.withLock { [statement] in $0 = statement } }

    var knowledge = AppendPlan.Knowledge()
    for _ in 0..<Self.roundsMax {
      let plan = AppendPlan(batch, knowledge)
      let report = try await run(plan, of: batch, onto: head, &statement)
      switch report.status {
      case .written:
        announce(report)
        return AppendReply(
          outcomes: plan.outcomes(first: report.base.next), base: report.base, head: report.head,
          serverNow: report.serverNow)
      case .diverged:
        names.forget()
        throw .diverged
      case .clock: throw .clock(serverNow: report.serverNow, lastNow: report.lastNow)
      case .moved:
        for (index, actual) in zip(report.bad, report.detail)
        where plan.streams.indices.contains(index) {
          let version = StreamVersion(UInt64(bitPattern: actual))
          knowledge.versions[plan.streams[index].name] = version
        }
      case .recorded:
        for ((index, first), count) in zip(zip(report.bad, report.detail), report.extra)
        where plan.included.indices.contains(index) {
          knowledge.recorded[batch[plan.included[index]].id] =
            count < 0
            ? .keyConflict
            : .repeated(
              first: GlobalPosition(UInt64(bitPattern: first)),
              count: Int(truncatingIfNeeded: count))
        }
      }
    }
    throw .unavailable("other writers keep changing the same streams")
  }

  private func run(
    _ plan: AppendPlan, of batch: [Commit], onto head: LogHead, _ statement: inout AppendStatement
  ) async throws(AppendError) -> AppendStatement.Report {
    if plan.included.isEmpty { return try await nothingToWrite(onto: head) }
    statement.encode(plan, of: batch, onto: head)
    return try await send(statement)
  }

  private func send(
    _ statement: AppendStatement
  ) async throws(AppendError) -> AppendStatement.Report {
    let mark = clock.mark()
    do {
      let report = try await appender.query(
        AppendStatement.statement, statement.parameters, within: Self.appendLimit
      ) { (result) throws(PostgresError) in try AppendStatement.decode(result) }
      clock.observe(serverNow: report.serverNow, since: mark)
      return report
    } catch {
      logger.warning("append failed", metadata: ["error": "\(error)"])
      throw AppendError(error)
    }
  }

  /// Every commit of the batch has its answer; only where the log ends is missing.
  private func nothingToWrite(
    onto head: LogHead
  ) async throws(AppendError) -> AppendStatement.Report {
    do {
      let reading = try await self.head()
      return AppendStatement.Report(
        status: .written, base: reading.head, head: reading.head, serverNow: reading.serverNow,
        lastNow: reading.serverNow, bad: [], detail: [], extra: [])
    } catch {
      throw .unavailable("\(error)")
    }
  }

  /// Appends no commit: takes the lock, moves the time in the head's row, waits for the disk and for
  /// the standby.
  public func checkWritable() async throws(AppendError) {
    var statement = spare.withLock { $0.take() } ?? AppendStatement()
    defer { spare.withLock { [statement] in $0 = statement } }
    statement.encodeNothing(now: clock.now() ?? 0)
    let report = try await send(statement)
    // Whatever it says of the time, the lock was free and the server took writes.
    guard report.status == .clock else { return }
    statement.encodeNothing(now: report.serverNow)
    _ = try await send(statement)
  }

  private func announce(_ report: AppendStatement.Report) {
    guard report.head != report.base else { return }
    signal.announce(report.head.next)
    hints.poke()
    let next = report.head.next
    // Two partitions ahead exist; making the next one can take its time.
    guard partitionsUntil.withLock({ $0 < next.index + Self.partitionSize }) else { return }
    Task {
      do { try await ensurePartitions(after: next) } catch {
        logger.error("no partition ahead of the log", metadata: ["error": "\(error)"])
      }
    }
  }

  private func ensurePartitions(after next: GlobalPosition) async throws(PostgresError) {
    let until = (next.index / Self.partitionSize + 2) * Self.partitionSize
    var parameters = ParameterList()
    parameters.append(int8: Int64(bitPattern: until))
    try await side.execute(Self.ensurePartitions, parameters)
    partitionsUntil.withLock { $0 = max($0, until) }
  }

  // MARK: Opening

  /// The service needs no more than its role may, even if it logs in as somebody who may more.
  private static let becomeWriter = Statement(
    "become_writer",
    """
    select set_config('role', 'windlass_writer', false) from pg_roles
    where rolname = 'windlass_writer' and pg_has_role(session_user, oid, 'member')
    """)
  private static let becomeProjector = Statement(
    "become_projector",
    """
    select set_config('role', 'windlass_projector', false) from pg_roles
    where rolname = 'windlass_projector' and pg_has_role(session_user, oid, 'member')
    """)
  /// Never weaker than durable here; a stronger setting of the database stays.
  private static let waitForCommit = Statement(
    "wait_for_commit",
    """
    select set_config('synchronous_commit', 'on', false)
    where current_setting('synchronous_commit') in ('off', 'local')
    """)
  private static let grantToService = Statement(
    "grant_to_service", "grant windlass_writer to windlass")
  private static let ensurePartitions = Statement(
    "ensure_partitions", "select windlass_log.ensure_partitions($1)")
}
