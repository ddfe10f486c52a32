import Foundation
import Glibc
import Postgres
import Testing

@Suite("The private PostgreSQL")
struct EmbeddedPostgresTests {
  private static let create = Statement("create", "create table kept (n int)")
  private static let insert = Statement("insert", "insert into kept values (1)")
  private static let count = Statement("count", "select count(*) from kept")

  private func rows(_ session: PostgresSession) async throws -> Int64 {
    try await session.query(Self.count) { (result) throws(PostgresError) in
      try result.int8(row: 0, column: 0)
    }
  }

  @Test("it is durable, private and checks what it reads")
  func settings() async throws {
    try await withServer { server, directory in
      let session = PostgresSession(server.adminSettings)
      let statement = Statement(
        "settings",
        """
        select string_agg(name || '=' || setting, ' ' order by name) from pg_settings
        where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums',
          'listen_addresses')
        """)
      let text = try await session.query(statement) { $0.text(row: 0, column: 0) }
      #expect(
        text
          == "data_checksums=on fsync=on full_page_writes=on listen_addresses= synchronous_commit=on"
      )
      await session.close()
      for name in ["postgres", "postgres/data", "postgres/socket"] {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory)/\(name)")
        #expect(attributes[.posixPermissions] as? Int == 0o700, "\(name)")
        let owner = attributes[.ownerAccountName] as? String
        #expect(geteuid() != 0 || owner == "postgres", "\(name)")
      }
    }
  }

  @Test("what was written is there after a clean stop and a new start")
  func restart() async throws {
    try await withDirectory { directory in
      let first = try await EmbeddedPostgres.start(in: directory)
      let session = PostgresSession(first.adminSettings)
      try await session.execute(Self.create)
      try await session.execute(Self.insert)
      await first.stop()
      #expect(
        !FileManager.default.fileExists(atPath: "\(directory)/postgres/data/postmaster.pid"))
      let second = try await EmbeddedPostgres.start(in: directory)
      #expect(try await eventually { try await rows(session) } == 1)
      await second.stop()
    }
  }

  @Test("killed with signal 9 it comes back by itself with what it had")
  func killed() async throws {
    try await withServer { server, _ in
      let session = PostgresSession(server.adminSettings)
      try await session.execute(Self.create)
      for round in 1...3 {
        try await session.execute(Self.insert)
        let pid = await server.processID
        kill(pid, SIGKILL)
        #expect(try await eventually { try await rows(session) } == Int64(round))
        // A child of the killed server may have answered a moment longer.
        try await eventually {
          guard await server.processID != pid else { throw PostgresError.lost("not restarted") }
        }
      }
    }
  }

  @Test("one left behind by a killed owner is adopted, and one owner at a time is allowed")
  func adopted() async throws {
    try await withDirectory { directory in
      let first = try await EmbeddedPostgres.start(in: directory)
      let pid = await first.processID
      await #expect {
        _ = try await EmbeddedPostgres.start(in: directory)
      } throws: { error in
        "\(error)".contains("in use by another windlassd (process \(getpid()))")
      }
      await first.abandon()
      let second = try await EmbeddedPostgres.start(in: directory)
      #expect(await second.processID == pid)
      try await PostgresSession(second.settings).execute(Statement("one", "select 1"))
      await second.stop()
      #expect(kill(pid, 0) != 0)
    }
  }

  @Test("a directory that is not ours is refused and left alone")
  func foreign() async throws {
    try await withDirectory { directory in
      try FileManager.default.createDirectory(
        atPath: "\(directory)/postgres/data", withIntermediateDirectories: true)
      try "15\n".write(
        toFile: "\(directory)/postgres/data/PG_VERSION", atomically: true, encoding: .utf8)
      await #expect {
        _ = try await EmbeddedPostgres.start(in: directory)
      } throws: { "\($0)".contains("was not created by Windlass") }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: "\(directory)/postgres") == ["data"])
    }
  }

  @Test("data of a newer PostgreSQL is refused with the package to install")
  func newer() async throws {
    try await withDirectory { directory in
      try FileManager.default.createDirectory(
        atPath: "\(directory)/postgres/data", withIntermediateDirectories: true)
      try "99\n".write(
        toFile: "\(directory)/postgres/data/PG_VERSION", atomically: true, encoding: .utf8)
      try "A private PostgreSQL of Windlass. Do not edit.\n".write(
        toFile: "\(directory)/postgres/windlass-instance", atomically: true, encoding: .utf8)
      await #expect {
        _ = try await EmbeddedPostgres.start(in: directory)
      } throws: { "\($0)".contains("install postgresql-99") }
    }
  }

  @Test("a parent that the server's user may not enter is refused with the fix")
  func untraversable() async throws {
    guard geteuid() == 0 else { return }
    try await withDirectory { directory in
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: directory)
      await #expect {
        _ = try await EmbeddedPostgres.start(in: "\(directory)/data")
      } throws: {
        "\($0)".contains("chmod o+x ")
          && "\($0)".contains(directory.split(separator: "/").last ?? "")
      }
    }
  }

  @Test("a data directory too deep for a socket path gets a short private one")
  func deep() async throws {
    try await withDirectory { directory in
      let deep = directory + "/" + String(repeating: "d", count: 100)
      let server = try await EmbeddedPostgres.start(in: deep)
      try await PostgresSession(server.settings).execute(Statement("one", "select 1"))
      let socket = server.settings.description.split(separator: "@")[1].split(separator: ":")[0]
      #expect(socket.hasPrefix("/tmp/windlass-"))
      await server.stop()
      try FileManager.default.removeItem(atPath: String(socket))
    }
  }

  @Test("what a killed creation left behind is cleared away")
  func halfCreated() async throws {
    try await withDirectory { directory in
      let first = try await EmbeddedPostgres.start(in: directory)
      await first.stop()
      try FileManager.default.moveItem(
        atPath: "\(directory)/postgres/data", toPath: "\(directory)/postgres/data.new")
      let second = try await EmbeddedPostgres.start(in: directory)
      try await PostgresSession(second.settings).execute(Statement("one", "select 1"))
      await second.stop()
    }
  }

  @Test(
    "a data directory with control characters or no name is refused", arguments: ["", "/tmp/a\nb"])
  func badName(_ path: String) async {
    await #expect(throws: EmbeddedPostgresError.self) {
      _ = try await EmbeddedPostgres.start(in: path)
    }
  }
}
