import Application
import EventLog
import Foundation
import Logging
import Postgres
import PostgresEventLog
import Projections

/// A private PostgreSQL with the migrations in it, removed afterwards.
func withDatabase(_ body: (_ place: Place) async throws -> Void) async throws {
  await Turn.server.take()
  let directory = FileManager.default.temporaryDirectory
    .appending(path: "windlass-test-\(UUID().uuidString.prefix(8))").path()
  let result: Result<Void, any Error>
  do {
    let server = try await EmbeddedPostgres.start(in: directory)
    do {
      let log = try await PostgresEventLog.open(server, logger: Place.logger)
      await log.close()
      try await ReadModels.prepare(server)
      result = .success(try await body(Place(server: server)))
    } catch { result = .failure(error) }
    await server.stop()
  } catch { result = .failure(error) }
  await Turn.server.give()
  try FileManager.default.removeItem(atPath: directory)
  try result.get()
}

struct Place {
  static let logger: Logger = {
    var logger = Logger(label: "test")
    logger.logLevel = .error
    return logger
  }()

  let server: EmbeddedPostgres

  /// The read models of a log, as a replica keeps them.
  func replica(_ log: any EventLog, pageEvents: Int = 50) -> ReadModels {
    var pace = ReadModels.Pace()
    pace.pageEvents = pageEvents
    pace.buildPageEvents = pageEvents
    pace.rest = .milliseconds(1)
    pace.interval = .milliseconds(20)
    return ReadModels(
      log: log, reader: log, settings: server.settings, pace: pace, logger: Self.logger)
  }

  /// Runs a replica until the views show everything the log has.
  func follow(_ log: any EventLog, pageEvents: Int = 50) async throws {
    let replica = replica(log, pageEvents: pageEvents)
    let next = try await log.head().head.next.index
    try await running(replica) {
      try await eventually { $0.status.generation > 0 && $0.status.position == next }
    }
    func eventually(_ isDone: (ReadModels) -> Bool) async throws {
      try await until("the read models are caught up: \(replica.status)") { isDone(replica) }
    }
  }

  /// What every view shows, as text, in a fixed order.
  func views() async throws -> [String: [String]] {
    let session = PostgresSession(server.adminSettings)
    var shown: [String: [String]] = [:]
    for (name, statement) in Self.dumps {
      shown[name] = try await session.query(statement) { result in
        (0..<result.rowCount).map { result.text(row: $0, column: 0) ?? "" }
      }
    }
    await session.close()
    return shown
  }

  func count(_ statement: Statement) async throws -> Int64 {
    let session = PostgresSession(server.adminSettings)
    let count = try await session.query(statement) { (result) throws(PostgresError) in
      try result.int8(row: 0, column: 0)
    }
    await session.close()
    return count
  }

  func run(_ statement: Statement) async throws {
    let session = PostgresSession(server.adminSettings)
    try await session.execute(statement)
    await session.close()
  }

  static let dumps: [(String, Statement)] = [
    ("rollouts", Statement("v1", "select to_jsonb(t)::text from windlass.rollouts t order by 1")),
    ("attempts", Statement("v2", "select to_jsonb(t)::text from windlass.attempts t order by 1")),
    ("decisions", Statement("v3", "select to_jsonb(t)::text from windlass.decisions t order by 1")),
    ("refusals", Statement("v4", "select to_jsonb(t)::text from windlass.refusals t order by 1")),
    (
      "analysis_runs",
      Statement("v5", "select to_jsonb(t)::text from windlass.analysis_runs t order by 1")
    ),
    (
      "violations",
      Statement("v6", "select to_jsonb(t)::text from windlass.violations t order by 1")
    ),
    ("revisions", Statement("v7", "select to_jsonb(t)::text from windlass.revisions t order by 1")),
    ("holds", Statement("v8", "select to_jsonb(t)::text from windlass.holds t order by 1")),
    ("clusters", Statement("v9", "select to_jsonb(t)::text from windlass.clusters t order by 1")),
    (
      "fleet_matrix",
      Statement("v10", "select to_jsonb(t)::text from windlass.fleet_matrix t order by 1")
    ),
    (
      "verifications",
      Statement("v11", "select to_jsonb(t)::text from windlass.verifications t order by 1")
    ),
    ("watches", Statement("v12", "select to_jsonb(t)::text from windlass.watches t order by 1")),
    (
      "quarantined_streams",
      Statement("v13", "select to_jsonb(t)::text from windlass.quarantined_streams t order by 1")
    ),
  ]
}

/// Runs a replica while `body` does, and stops it.
func running(_ replica: ReadModels, _ body: () async throws -> Void) async throws {
  let task = Task { await replica.run() }
  do { try await body() } catch {
    task.cancel()
    await task.value
    throw error
  }
  task.cancel()
  await task.value
}

/// Looks again until it is so, for at most a minute.
func until(
  _ what: @autoclosure () -> String, _ isSo: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + .seconds(60)
  while try await !isSo() {
    guard .now < end else { throw Ink.Unexpected(text: what()) }
    try await Task.sleep(for: .milliseconds(10))
  }
}

/// Lets one test at a time have a server.
private actor Turn {
  static let server = Turn()
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func take() async {
    guard isTaken else {
      isTaken = true
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func give() {
    if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
  }
}
