import EventLog
import Logging
import Postgres
import PostgresEventLog
import Testing

@testable import Projections

@Suite("Who may do what with the read models")
struct RightsTests {
  /// What neither of the roles for read models may do: the log is not theirs.
  private static let log: [Statement] = [
    Statement("l1", "insert into windlass_log.event values (0, 9, 1, 1, gen_random_uuid(), 1, '')"),
    Statement("l2", "update windlass_log.event set payload = ''"),
    Statement("l3", "delete from windlass_log.event"),
    Statement("l4", "truncate windlass_log.event"),
    Statement("l5", "update windlass_log.event_p000000 set payload = ''"),
    Statement("l6", "insert into windlass_log.batch values (0, 9, 1, 1, 1, 1, '', '')"),
    Statement("l7", "delete from windlass_log.batch"),
    Statement("l8", "update windlass_log.head set next_position = 0"),
    Statement("l9", "update windlass_log.stream set version = 1"),
    Statement("l10", "insert into windlass_log.event_type (name) values ('x')"),
    Statement("l11", "select * from windlass_log.command"),
    Statement("l12", "select * from windlass_log.lease"),
    Statement("l13", "update windlass_log.lease set epoch = 9"),
    Statement("l14", "update windlass_log.migration set sha256 = ''"),
    Statement("l15", "select windlass_log.ensure_partitions(1)"),
    Statement("l16", "select windlass_log.end_lease(0, 'x', 1, 'y')"),
    Statement("l17", "select windlass_log.protect('event')"),
    Statement("l18", "alter table windlass_log.event disable trigger all"),
    Statement("l19", "drop table windlass_log.event"),
    Statement("l20", "create table windlass_log.mine (n int)"),
    Statement("l21", "set role windlass_writer"),
    Statement("l22", "set role windlass_owner"),
  ]

  /// What a reader may not do besides.
  private static let reader: [Statement] = [
    Statement("r1", "insert into windlass.rollouts (application) values ('x')"),
    Statement("r2", "update windlass.clusters set mode = 'observe'"),
    Statement("r3", "delete from windlass.clusters"),
    Statement("r4", "update windlass.quarantined_streams set reason = ''"),
    Statement("r5", "delete from windlass.verifications"),
    Statement("r6", "delete from windlass.watches"),
    Statement("r7", "update windlass.decisions set reason = 'x'"),
    Statement("r8", "select * from windlass_log.event"),
    Statement("r9", "select * from windlass_log.batch"),
    Statement("r10", "select * from windlass_log.head"),
    Statement("r11", "select * from windlass_log.migration"),
    Statement("r12", "select * from windlass_read_1.rollout"),
    Statement("r13", "truncate windlass_read_1.rollout"),
    Statement("r14", "select * from windlass_read.generation"),
    Statement("r15", "update windlass_read.generation set position = 0"),
    Statement("r16", "update windlass_read.claim set holder = 'x'"),
    Statement("r17", "select windlass_read.begin_generation(1)"),
    Statement("r18", "select windlass_read.drop_generation(1)"),
    Statement("r19", "select windlass_read.use_schema(1)"),
    Statement("r20", "create view windlass.mine as select 1"),
    Statement("r21", "create or replace view windlass.rollouts as select 1"),
    Statement("r22", "drop view windlass.rollouts"),
    Statement("r23", "create schema mine"),
    Statement("r24", "grant select on windlass.rollouts to public"),
    Statement("r25", "set role windlass_projector"),
  ]

  private func expectRefused(_ statement: Statement, by session: PostgresSession) async {
    do {
      try await session.execute(statement)
      Issue.record("accepted: \(statement)")
    } catch {
      switch error {
      // 55000: a view that cannot be changed at all, which is found out before the rights are.
      case .refused(let state, _): #expect(["42501", "55000"].contains(state), "\(statement)")
      // A right that cannot be handed on is handed on to nobody, with a warning.
      case .warned(let state, _): #expect(state == "01007", "\(statement)")
      default: Issue.record("\(statement): \(error)")
      }
    }
  }

  /// A session of a login that was given one role and nothing else.
  private func login(
    _ place: Place, _ create: Statement, _ grant: Statement, user: String
  ) async throws -> PostgresSession {
    try await place.run(create)
    try await place.run(grant)
    let host = place.server.settings.description.split(separator: "@")[1].split(separator: ":")[0]
    return PostgresSession(
      ConnectionSettings(socketDirectory: String(host), user: user, database: "windlass"))
  }

  @Test("a reader may select from the views and do nothing else")
  func reader() async throws {
    try await withDatabase { place in
      var histories = try Histories(seed: 31)
      _ = try await histories.append(50)
      try await place.follow(histories.ink.log)
      let session = try await login(
        place, Statement("c1", "create role grafana login"),
        Statement("g1", "grant windlass_reader to grafana"), user: "grafana")
      for (_, statement) in Place.dumps { try await session.execute(statement) }
      try await session.execute(Statement("status", "table windlass.read_models"))
      for statement in Self.log + Self.reader { await expectRefused(statement, by: session) }
      await session.close()
    }
  }

  @Test("whoever fills the tables may read the log and not touch it")
  func projector() async throws {
    try await withDatabase { place in
      var histories = try Histories(seed: 32)
      _ = try await histories.append(50)
      try await place.follow(histories.ink.log)
      let session = try await login(
        place, Statement("c2", "create role filler login"),
        Statement("g2", "grant windlass_projector to filler"), user: "filler")
      for statement in Self.log { await expectRefused(statement, by: session) }
      try await session.execute(Statement("events", "select * from windlass_log.event"))
      await session.close()
    }
  }

  @Test("the log that read models are folded from cannot be appended to")
  func readOnlyLog() async throws {
    try await withDatabase { place in
      let log = PostgresEventLog.forReadModels(place.server.settings, logger: Place.logger)
      let head = try await log.head()
      #expect(try await log.catchUp(from: head.head, limit: 10).events.isEmpty)
      let commit = Commit(
        id: CommandID(high: 1, low: 1), digest: [UInt8](repeating: 0, count: Commit.digestBytes),
        slices: [
          Slice(
            stream: try StreamName(validating: "a-b"), expected: .none,
            events: [NewEvent(type: "x.v1", payload: [])])
        ], now: head.serverNow)
      await #expect {
        _ = try await log.append([commit], onto: head.head)
      } throws: { "\($0)".contains("permission denied") }
      await log.close()
    }
  }

  @Test("where roles may not be made, the read models work all the same")
  func withoutRoles() async throws {
    try await withDatabase { place in
      try await place.run(Statement("c3", "create role plain login"))
      try await place.run(Statement("d3", "create database plain owner plain"))
      let host = place.server.settings.description.split(separator: "@")[1].split(separator: ":")[0]
      let settings = ConnectionSettings(
        socketDirectory: String(host), user: "plain", database: "plain")
      let log = try await PostgresEventLog.open(settings, logger: Place.logger)
      let reader = PostgresEventLog.forReadModels(settings, logger: Place.logger)
      let models = ReadModels(
        log: log, reader: reader, settings: settings, logger: Place.logger)
      try await running(models) {
        try await until("\(models.status)") { models.status.generation == 1 }
      }
      let session = PostgresSession(settings)
      try await session.execute(Statement("v", "table windlass.rollouts"))
      await session.close()
      await reader.close()
      await log.close()
    }
  }
}
