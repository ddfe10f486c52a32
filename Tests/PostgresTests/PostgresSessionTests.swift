import Postgres
import Testing

@Suite("A session with PostgreSQL")
struct PostgresSessionTests {
  @Test("values come back as they went in, and every failure says whether it took effect")
  func session() async throws {
    try await withServer { server, _ in
      let session = PostgresSession(server.settings)
      try await scalars(session)
      try await arrays(session)
      try await refusal(session)
      try await warning(session)
      try await deadline(session)
      try await death(session, PostgresSession(server.adminSettings))
      await session.close()
      await #expect(throws: PostgresError.notConnected("the session is closed")) {
        try await session.execute(Statement("one", "select 1"))
      }
    }
  }

  private func scalars(_ session: PostgresSession) async throws {
    var parameters = ParameterList()
    parameters.append(int4: -5)
    parameters.append(int8: .min)
    parameters.append(text: "héllo '; drop table x; --")
    parameters.append(bytes: [0, 255, 0])
    parameters.append(bytes: [])
    parameters.append(text: "")
    let row = try await session.query(
      Statement("scalars", "select $1, $2, $3, $4, $5, $6, null::text, true"), parameters
    ) { (result) throws(PostgresError) in
      (
        try result.int4(row: 0, column: 0), try result.int8(row: 0, column: 1),
        result.text(row: 0, column: 2), result.bytes(row: 0, column: 3),
        result.bytes(row: 0, column: 4), result.text(row: 0, column: 5),
        result.text(row: 0, column: 6), try result.bool(row: 0, column: 7)
      )
    }
    #expect(row.0 == -5)
    #expect(row.1 == .min)
    #expect(row.2 == "héllo '; drop table x; --")
    #expect(row.3 == [0, 255, 0])
    #expect(row.4 == [])
    #expect(row.5 == "")
    #expect(row.6 == nil)
    #expect(row.7)
    await #expect(throws: PostgresError.malformed("column 0 is not 8 bytes long")) {
      try await session.query(Statement("short", "select 1")) {
        (result) throws(PostgresError) in try result.int8(row: 0, column: 0)
      }
    }
  }

  private func arrays(_ session: PostgresSession) async throws {
    var parameters = ParameterList()
    parameters.appendArray(of: .int8, count: 3)
    for value in [1, -2, Int64.max] { parameters.element(int8: value) }
    parameters.appendArray(of: .int8, count: 0)
    parameters.appendArray(of: .text, count: 2)
    parameters.element(text: "a,b")
    parameters.element(text: "")
    parameters.appendArray(of: .bytes, count: 1)
    parameters.element(bytes: [0, 1])
    parameters.appendArray(of: .uuid, count: 1)
    parameters.element(uuid: 0x0102_0304_0506_0708, 0x090a_0b0c_0d0e_0f10)
    parameters.appendArray(of: .int4, count: 2)
    parameters.element(int4: 7)
    parameters.element(int4: -8)
    let statement = Statement(
      "arrays",
      """
      select $1, $2, $3::text[] = array['a,b', ''], $4[1], $5[1], $6[2], array[1, null]::bigint[]
      """)
    let row = try await session.query(statement, parameters) { (result) throws(PostgresError) in
      let uuid = try result.uuid(row: 0, column: 4)
      let nulls: Bool
      do {
        _ = try result.int8Array(row: 0, column: 6)
        nulls = true
      } catch { nulls = false }
      return (
        try result.int8Array(row: 0, column: 0), try result.int8Array(row: 0, column: 1),
        try result.bool(row: 0, column: 2), result.bytes(row: 0, column: 3), uuid.high, uuid.low,
        try result.int4(row: 0, column: 5), nulls
      )
    }
    #expect(row.0 == [1, -2, .max])
    #expect(row.1 == [])
    #expect(row.2)
    #expect(row.3 == [0, 1])
    #expect(row.4 == 0x0102_0304_0506_0708)
    #expect(row.5 == 0x090a_0b0c_0d0e_0f10)
    #expect(row.6 == -8)
    #expect(!row.7, "nulls in an array must be refused")
  }

  private func refusal(_ session: PostgresSession) async throws {
    do {
      try await session.execute(Statement("divide", "select 1 / 0"))
      Issue.record("a division by zero was answered")
    } catch {
      guard case .refused(let state, _) = error else { throw error }
      #expect(state == "22012")
    }
    try await session.execute(Statement("one", "select 1"))
  }

  private func warning(_ session: PostgresSession) async throws {
    do {
      try await session.execute(
        Statement("warn", "do $$ begin raise warning 'only\nlocally'; end $$"))
      Issue.record("a warning was taken for success")
    } catch {
      #expect(error == .warned(sqlState: "01000", message: "only locally"))
    }
    try await session.execute(Statement("note", "do $$ begin raise notice 'fine'; end $$"))
  }

  private func deadline(_ session: PostgresSession) async throws {
    do {
      try await session.execute(
        Statement("sleep", "select pg_sleep(60)"), within: .milliseconds(50))
      Issue.record("a minute passed in 50 ms")
    } catch {
      #expect(error == .lost("no answer in time"))
    }
    try await session.execute(Statement("one", "select 1"))
  }

  private func death(_ session: PostgresSession, _ admin: PostgresSession) async throws {
    do {
      try await session.execute(Statement("die", "select pg_terminate_backend(pg_backend_pid())"))
      Issue.record("the dead answered")
    } catch {
      guard case .lost = error else { throw error }
    }
    let pid = try await session.query(Statement("pid", "select pg_backend_pid()")) {
      (result) throws(PostgresError) in try result.int4(row: 0, column: 0)
    }
    var parameters = ParameterList()
    parameters.append(int4: pid)
    try await admin.execute(
      Statement("kill", "select pg_terminate_backend($1, 10000)"), parameters)
    // Ended while idle: nothing was sent on it, so the next statement just gets a new one.
    try await session.execute(Statement("one", "select 1"))
    await admin.close()
  }

  @Test("without a server nothing was sent")
  func nobody() async throws {
    try await withDirectory { directory in
      let session = PostgresSession(
        ConnectionSettings(socketDirectory: directory, user: "a", database: "b"))
      for _ in 0..<3 {
        do {
          try await session.execute(Statement("one", "select 1"))
          Issue.record("nobody answered")
        } catch let error as PostgresError {
          guard case .notConnected = error else { throw error }
        }
      }
    }
  }
}
