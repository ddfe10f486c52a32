import Application
import ArgumentParser
import EventLog
import Logging
import Postgres
import PostgresEventLog

/// Folds a long log into a service's state, from memory and through PostgreSQL.
struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Fold a log as a starting service does.")

  @Option(help: "Events in the log.") var events = 500_000
  @Option(help: "Rollouts they are about.") var rollouts = 2_000
  @Option(help: "Times each way of folding is measured; the median counts.") var rounds = 3
  @Option(help: "postgresql:// URL of an empty database for measurements only.")
  var database: String?

  func validate() throws {
    guard (1_000...10_000_000).contains(events), (1...100_000).contains(rollouts),
      (1...100).contains(rounds)
    else {
      throw ValidationError(
        "events must be 1000 to 10000000, rollouts 1 to 100000, rounds 1 to 100")
    }
  }

  func run() async throws {
    let writer = try LogWriter(events: events, rollouts: rollouts)
    let memory = InMemoryEventLog { 0 }
    try await writer.write(to: memory) { 0 }
    var figures = Figures()
    figures["events"] = Double(writer.events)
    var stored: PostgresEventLog?
    var scan: Scan?
    if let database {
      let settings = try ConnectionSettings(parsing: database)
      let log = try await PostgresEventLog.open(settings, logger: Self.logger)
      let start = ContinuousClock.now
      try await writer.write(to: log) { log.clock.now() ?? 0 }
      figures["write_per_s"] = Double(writer.events) / start.duration(to: .now).seconds
      stored = log
      scan = Scan(session: PostgresSession(settings))
    }
    var rates: [String: [Double]] = [:]
    func add(_ name: String, _ count: Int, _ elapsed: Duration) {
      rates[name, default: []].append(Double(count) / elapsed.seconds)
    }
    for _ in 0..<rounds {
      let again = try writer.decideAgain()
      add("decide_per_s", again.commands, again.elapsed)
      add("memory_per_s", writer.events, try await Self.fold(memory, writer.events))
      if let stored, let scan {
        add("postgres_per_s", writer.events, try await Self.fold(stored, writer.events))
        add("scan_per_s", writer.events, try await scan.run(writer.events))
      }
    }
    await stored?.close()
    await scan?.session.close()
    for (name, values) in rates { figures[name] = values.sorted()[values.count / 2] }
    if let rate = figures["decide_per_s"] { figures["decide_us"] = 1_000_000 / rate }
    try figures.print()
  }

  /// From an empty state to a service that is ready.
  private static func fold(_ log: any EventLog, _ count: Int) async throws -> Duration {
    let (ready, ring) = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
    let service = DecisionService(log: log, clock: LogClock(), logger: logger) { status in
      if status == .ready { ring.yield(.now) }
    }
    let start = ContinuousClock.now
    let running = Task { await service.run() }
    var end: ContinuousClock.Instant?
    for await moment in ready {
      end = moment
      break
    }
    running.cancel()
    await running.value
    let (folded, quarantined) = service.read { ($0.head.next.index, $0.quarantined.count) }
    guard let end, folded == UInt64(count), quarantined == 0 else {
      throw BenchError("\(folded) of \(count) events folded, \(quarantined) streams quarantined")
    }
    return start.duration(to: end)
  }

  private static var logger: Logger {
    var logger = Logger(label: "windlass-bench")
    logger.logLevel = .warning
    return logger
  }

  /// Reads the same rows and looks at none: what PostgreSQL and libpq alone need.
  private struct Scan {
    let session: PostgresSession

    func run(_ count: Int) async throws -> Duration {
      let start = ContinuousClock.now
      var position = 0
      while position < count {
        var parameters = ParameterList()
        parameters.append(int8: Int64(position))
        parameters.append(int8: Int64(position + 10_000))
        let rows = try await session.query(Self.statement, parameters) { $0.rowCount }
        guard rows > 0 else { throw BenchError("the log ends at \(position)") }
        position += rows
      }
      return start.duration(to: .now)
    }

    private static let statement = Statement(
      "scan",
      """
      select position, stream_id, version, type_id, command_id, payload from windlass_log.event
      where log_id = 0 and position >= $1 and position < $2 order by position
      """)
  }
}
