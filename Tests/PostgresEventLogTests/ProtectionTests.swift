import EventLog
import EventLogTestKit
import Logging
import Postgres
import PostgresEventLog
import Testing

@Suite("What is in the log stays as it is")
struct ProtectionTests {
  private let logger = Logger(label: "test")

  /// Statements nobody may run, not even by accident as the owner.
  private static let changes: [Statement] = [
    Statement("u1", "update windlass_log.event set payload = ''"),
    Statement("d1", "delete from windlass_log.event"),
    Statement("t1", "truncate windlass_log.event"),
    Statement("u2", "update windlass_log.event_p000000 set payload = ''"),
    Statement("d2", "delete from windlass_log.event_p000000"),
    Statement("t2", "truncate windlass_log.event_p000000"),
    Statement("t3", "truncate windlass_log.event_p000004"),
    Statement("u3", "update windlass_log.batch set digest = ''"),
    Statement("d3", "delete from windlass_log.batch"),
    Statement("t4", "truncate windlass_log.batch"),
    Statement("u4", "update windlass_log.command set digest = ''"),
    Statement("d4", "delete from windlass_log.command"),
    Statement("t5", "truncate windlass_log.command"),
  ]

  /// Statements the service's role may not run besides.
  private static let writes: [Statement] = [
    Statement("w1", "insert into windlass_log.event values (0, 9, 1, 1, gen_random_uuid(), 1, '')"),
    Statement("w2", "insert into windlass_log.batch values (0, 9, 1, 1, 1, 1, '', '')"),
    Statement("w3", "insert into windlass_log.command values (0, gen_random_uuid(), '', 1, 1, 1)"),
    Statement("w4", "update windlass_log.head set next_position = 0"),
    Statement("w5", "delete from windlass_log.head"),
    Statement("w6", "truncate windlass_log.head"),
    Statement("w7", "update windlass_log.stream set version = 1"),
    Statement("w8", "delete from windlass_log.stream"),
    Statement("w9", "update windlass_log.event_type set name = 'x'"),
    Statement("w10", "update windlass_log.lease set epoch = 9"),
    Statement("w11", "update windlass_log.migration set sha256 = ''"),
    Statement("w12", "drop table windlass_log.event"),
    Statement("w13", "alter table windlass_log.event disable trigger all"),
    Statement("w14", "create table windlass_log.mine (n int)"),
    Statement("w15", "drop schema windlass_log cascade"),
    Statement("w16", "select windlass_log.protect('event')"),
    Statement("w17", "set role windlass_owner"),
    Statement(
      "w18",
      """
      create or replace function windlass_log.refuse_change() returns trigger language plpgsql as
        'begin return null; end'
      """),
  ]

  /// Tries every verb on every table of the schema, partitions and later ones included, as whoever
  /// calls it, and says what was not refused. Tables are found in the catalog, so that one that is
  /// added is tried as well.
  private static let tryEverything = Statement(
    "try_everything",
    """
    create or replace function pg_temp.accepted() returns text language plpgsql as $$
    declare
      item record;
      verb text;
      found text[] := '{}';
      tried int := 0;
    begin
      for item in select c.oid, format('%I.%I', n.nspname, c.relname) as name,
          (select quote_ident(a.attname) from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and a.attidentity = ''
            order by a.attnum limit 1) as col
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'windlass_log' and c.relkind in ('r', 'p') order by 2
      loop
        foreach verb in array array[
          format('insert into %s default values', item.name),
          format('insert into %s overriding system value select * from %s limit 1', item.name,
            item.name),
          format('update %s set %s = %s', item.name, item.col, item.col),
          format('delete from %s', item.name),
          format('truncate %s', item.name),
          format('truncate %s cascade', item.name),
          format('drop table %s', item.name),
          format('drop table %s cascade', item.name),
          format('alter table %s add column more int', item.name),
          format('alter table %s rename to other', item.name),
          format('alter table %s disable trigger all', item.name),
          format('alter table %s owner to current_user', item.name),
          format('create trigger t before insert on %s execute function '
            'windlass_log.refuse_change()', item.name),
          format('create index on %s (%s)', item.name, item.col),
          format('create rule r as on insert to %s do instead nothing', item.name),
          format('lock table %s in access exclusive mode', item.name),
          format('lock table %s in row exclusive mode', item.name),
          format('select 1 from %s for update', item.name),
          format('comment on table %s is null', item.name)]
        loop
          tried := tried + 1;
          begin
            execute verb;
            found := found || verb;
          exception
            -- A value for an identity column is refused before rights are looked at.
            when insufficient_privilege or generated_always then null;
            when others then found := found || (verb || ': ' || sqlstate || ' ' || sqlerrm);
          end;
        end loop;
      end loop;
      return tried || ' tried' || array_to_string(array[''] || found, e'\\n');
    end $$
    """)
  private static let accepted = Statement("accepted", "select pg_temp.accepted()")
  private static let tables = Statement(
    "tables",
    """
    select count(*)::int from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'windlass_log' and c.relkind in ('r', 'p')
    """)

  @Test("the service's role can do nothing to any table or partition but read it")
  func everyTable() async throws {
    try await withServer { server, _ in
      let log = try await PostgresEventLog.open(server, logger: logger)
      var writer = try await Writer(log)
      _ = try await writer.append(Samples.commit(try Samples.stream(), events: 3, now: 0))
      let service = PostgresSession(server.settings)
      // A partition made while the service runs, by the service.
      try await service.execute(
        Statement("later", "select windlass_log.ensure_partitions(75000000)"))
      try await service.execute(Self.tryEverything)
      let said = try await service.query(Self.accepted) { $0.text(row: 0, column: 0) }
      let tables = try await service.query(Self.tables) { (result) throws(PostgresError) in
        try result.int4(row: 0, column: 0)
      }
      #expect(tables >= 13)
      #expect(said == "\(tables * 19) tried")
      await service.close()
      await log.close()
    }
  }

  @Test("settings that let a crash take back what was answered are refused, unless allowed")
  func unsafeSettings() async throws {
    try await withServer { server, _ in
      let admin = PostgresSession(server.adminSettings)
      for (name, change) in Self.unsafeChanges {
        try await admin.execute(change)
        do {
          let log = try await PostgresEventLog.open(server, logger: logger)
          await log.close()
          Issue.record("\(name) was accepted")
        } catch {
          #expect(
            "\(error)".contains("\(name) = on") && "\(error)".contains("--allow-unsafe-database"))
        }
        let log = try await PostgresEventLog.open(
          server.adminSettings, allowsUnsafe: true, logger: logger)
        var writer = try await Writer(log)
        _ = try await writer.append(Samples.commit(try Samples.stream(), now: 0))
        await log.close()
        try await admin.execute(Self.resetAll)
      }
      await admin.close()
    }
  }

  /// Those that can be changed for a role, past what Windlass wrote for its server.
  private static let unsafeChanges = [
    ("zero_damaged_pages", Statement("z", "alter role postgres set zero_damaged_pages = on")),
    (
      "ignore_checksum_failure",
      Statement("i", "alter role postgres set ignore_checksum_failure = on")
    ),
  ]
  private static let resetAll = Statement("reset", "alter role postgres reset all")

  private func expectRefused(_ statement: Statement, by session: PostgresSession) async {
    do {
      try await session.execute(statement)
      Issue.record("accepted: \(statement)")
    } catch {
      guard case .refused(let state, _) = error else {
        Issue.record("\(statement): \(error)")
        return
      }
      #expect(state == "42501", "\(statement)")
    }
  }

  @Test("neither the service's role nor the owner can change what is recorded")
  func append() async throws {
    try await withServer { server, _ in
      let log = try await PostgresEventLog.open(server, logger: logger)
      var writer = try await Writer(log)
      _ = try await writer.append(Samples.commit(try Samples.stream(), events: 3, now: 0))
      let before = try await log.read(from: .zero, limit: 10)

      let service = PostgresSession(server.settings)
      // A partition made later is protected like the first.
      try await service.execute(
        Statement("ahead", "select windlass_log.ensure_partitions(45000000)"))
      for statement in Self.changes + Self.writes {
        await expectRefused(statement, by: service)
      }
      let admin = PostgresSession(server.adminSettings)
      for statement in Self.changes { await expectRefused(statement, by: admin) }
      try await admin.execute(Statement("replica", "set session_replication_role = replica"))
      for statement in Self.changes { await expectRefused(statement, by: admin) }

      #expect(try await log.read(from: .zero, limit: 10) == before)
      await service.close()
      await admin.close()
      await log.close()
    }
  }

  @Test("an administrator who changes a row anyway is found out by every reader")
  func tampered() async throws {
    try await withServer { server, _ in
      let log = try await PostgresEventLog.open(server, logger: logger)
      var writer = try await Writer(log)
      let stream = try Samples.stream()
      for version in UInt64(0)..<3 {
        _ = try await writer.append(Samples.commit(stream, expecting: version, now: 0))
      }
      _ = try await log.catchUp(from: .empty, limit: 10)
      let admin = PostgresSession(server.adminSettings)
      try await admin.run(
        script: """
          alter table windlass_log.event_p000000 disable trigger append_only;
          alter table windlass_log.event disable trigger append_only;
          update windlass_log.event set payload = '\\x01' where position = 1;
          """, within: .seconds(10))
      await #expect {
        _ = try await log.catchUp(from: .empty, limit: 10)
      } throws: { "\($0)".contains("1..<2") }
      try await admin.execute(
        Statement("hole", "delete from windlass_log.event where position = 1"))
      await #expect(throws: ReadError.corrupt("positions 0..<3 hold 2 events")) {
        try await log.catchUp(from: .empty, limit: 10)
      }
      await admin.close()
      await log.close()
    }
  }

  @Test("the log goes on in the next partition")
  func nextPartition() async throws {
    try await withServer { server, _ in
      let log = try await PostgresEventLog.open(server, logger: logger)
      let admin = PostgresSession(server.adminSettings)
      // As if ten million events less two were there.
      try await admin.run(
        script: """
          update windlass_log.head set next_position = 9999998;
          insert into windlass_log.batch
            select 0, 9999998, 9999998, 0, 0, 0, chain, chain from windlass_log.head;
          """, within: .seconds(10))
      var writer = try await Writer(log)
      let stream = try Samples.stream()
      let head = writer.head
      #expect(
        try await writer.append(Samples.commit(stream, events: 5, now: 0))
          == .appended(first: GlobalPosition(9_999_998), count: 5))
      let caughtUp = try await log.catchUp(from: head, limit: 10)
      #expect(caughtUp.events.map(\.position.index) == Array(9_999_998...10_000_002))
      #expect(try await log.readStream(stream, from: .none, limit: 10) == caughtUp.events)
      let exists = Statement(
        "exists", "select to_regclass('windlass_log.event_p000003') is not null")
      try await eventually {
        let made = try await admin.query(exists) { (result) throws(PostgresError) in
          try result.bool(row: 0, column: 0)
        }
        guard made else { throw PostgresError.lost("not made yet") }
      }
      await admin.close()
      await log.close()
    }
  }
}
