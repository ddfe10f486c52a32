import EventLog
import EventLogTestKit
import Foundation
import Logging
import Postgres
import PostgresEventLog
import Testing

@Suite("Migrations")
struct MigrationTests {
  private let logger = Logger(label: "test")

  @Test("the program carries the files of the repository, byte for byte")
  func sameAsFiles() throws {
    var root = URL(filePath: #filePath)
    while !FileManager.default.fileExists(atPath: root.appending(path: "migrations").path()) {
      root.deleteLastPathComponent()
      try #require(root.path().count > 1, "no migrations directory above \(#filePath)")
    }
    let folder = root.appending(path: "migrations")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
    #expect(files == Migration.all.map(\.file))
    #expect(Migration.all.map(\.number) == Array(1...Migration.all.count))
    for migration in Migration.all {
      let text = try String(contentsOf: folder.appending(path: migration.file), encoding: .utf8)
      #expect(migration.sql.description == text, "run ./dev generate")
    }
  }

  @Test("replicas that start together migrate once, and a later start changes nothing")
  func together() async throws {
    try await withServer { server, _ in
      async let a = PostgresEventLog.open(server, logger: logger)
      async let b = PostgresEventLog.open(server, logger: logger)
      let (first, second) = try await (a, b)
      #expect(try await first.head().head == (try await second.head().head))
      var writer = try await Writer(first)
      _ = try await writer.append(Samples.commit(try Samples.stream(), now: 0))
      let third = try await PostgresEventLog.open(server, logger: logger)
      #expect(try await third.head().head == writer.head)
      for log in [first, second, third] { await log.close() }
    }
  }

  @Test("a database from a newer version, or with a migration of another text, is refused")
  func refused() async throws {
    try await withServer { server, _ in
      await (try PostgresEventLog.open(server, logger: logger)).close()
      let admin = PostgresSession(server.adminSettings)
      try await admin.execute(
        Statement("newer", "insert into windlass_log.migration (number, name) values (99, 'x')"))
      await #expect {
        _ = try await PostgresEventLog.open(server, logger: logger)
      } throws: { "\($0)".contains("start a newer version") }
      try await admin.execute(
        Statement("older", "delete from windlass_log.migration where number = 99"))
      try await admin.execute(
        Statement("edit", "update windlass_log.migration set sha256 = 'x' where number = 1"))
      await #expect {
        _ = try await PostgresEventLog.open(server, logger: logger)
      } throws: { "\($0)".contains("with another text") }
      await admin.close()
    }
  }

  @Test("a role that may create no roles gets a log all the same")
  func withoutRoles() async throws {
    try await withServer { server, _ in
      let admin = PostgresSession(server.adminSettings)
      try await admin.execute(Statement("role", "create role plain login"))
      try await admin.execute(Statement("database", "create database plain owner plain"))
      let host = server.settings.description.split(separator: "@")[1].split(separator: ":")[0]
      let settings = ConnectionSettings(
        socketDirectory: String(host), user: "plain", database: "plain")
      let log = try await PostgresEventLog.open(settings, logger: logger)
      var writer = try await Writer(log)
      #expect(
        try await writer.append(Samples.commit(try Samples.stream(), now: 0))
          == .appended(first: .zero, count: 1))
      await log.close()
      await admin.close()
    }
  }

  @Test("without PostgreSQL opening is unavailable, not refused")
  func absent() async throws {
    let settings = ConnectionSettings(
      socketDirectory: "/nonexistent", user: "a", database: "b")
    await #expect {
      _ = try await PostgresEventLog.open(settings, logger: logger)
    } throws: { error in
      guard case .unavailable? = error as? OpenError else { return false }
      return true
    }
  }
}
