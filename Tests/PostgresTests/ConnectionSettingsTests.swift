import Foundation
import Postgres
import Testing

@Suite("The database URL")
struct ConnectionSettingsTests {
  @Test("it is shown without the password")
  func description() throws {
    let settings = try ConnectionSettings(
      parsing: "postgresql://win%40d:secret@db.example:6432/log?sslmode=verify-full")
    #expect(settings.description == "win@d@db.example:6432/log")
    #expect(
      try ConnectionSettings(parsing: "postgresql://me@").description
        == "me@/var/run/postgresql:5432/me")
    #expect(
      try ConnectionSettings(parsing: "host=/run/x user=u dbname=d").description
        == "u@/run/x:5432/d")
  }

  @Test("a password file holds one line, and is never quoted")
  func passwordFile() throws {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "windlass-test-\(UUID().uuidString)").path()
    var settings = try ConnectionSettings(parsing: "postgresql://u@h/d")
    settings.passwordFile = path
    #expect(throws: PostgresError.self) { try settings.checkPasswordFile() }
    for content in ["", "\n", "secret\nsecret", "sec\u{0}ret", String(repeating: "s", count: 4097)]
    {
      try content.write(toFile: path, atomically: true, encoding: .utf8)
      do {
        try settings.checkPasswordFile()
        Issue.record("accepted: \(content.prefix(20))")
      } catch {
        guard case .invalidSettings(let detail) = error else {
          Issue.record("\(error)")
          return
        }
        #expect(detail.contains(path) && !detail.contains("secret"))
      }
    }
    for content in ["secret", "secret\n", "secret\r\n", " "] {
      try content.write(toFile: path, atomically: true, encoding: .utf8)
      try settings.checkPasswordFile()
    }
    try FileManager.default.removeItem(atPath: path)
  }

  @Test(
    "a server is verified where its name is checked, or where it can be nobody else",
    arguments: [
      ("postgresql://u@h/d", false), ("postgresql://u@h/d?sslmode=require", false),
      ("postgresql://u@h/d?sslmode=verify-ca", false),
      ("postgresql://u@h/d?sslmode=verify-full", true), ("postgresql://u@/d?host=/run/x", true),
      ("postgresql://u@/d?host=/run/x,h", false), ("postgresql://u@", true),
    ])
  func verified(_ url: String, _ expected: Bool) throws {
    #expect(try ConnectionSettings(parsing: url).verifiesServer == expected)
  }

  @Test("where none of several hosts answers, the reason of each is told")
  func hosts() async throws {
    let session = PostgresSession(
      try ConnectionSettings(parsing: "host=/nowhere/a,/nowhere/b user=postgres dbname=postgres"))
    do {
      try await session.execute(Statement("one", "select 1"))
      Issue.record("connected")
    } catch {
      #expect("\(error)".contains("/nowhere/a") && "\(error)".contains("/nowhere/b"))
    }
    await session.close()
  }

  @Test(
    "what cannot be used is refused without repeating it",
    arguments: [
      "", "mysql://u:secret@h/d", "postgresql://h/d", "postgresql://u:secret@h/d?nonsense=1",
      "postgresql://u:secret@h:port:port/d", "postgresql://u@h/d?service=secret",
      "postgresql://u@h/d?options=-csecret", "postgresql://u@h/secret\u{0}",
      "postgresql://u@" + String(repeating: "h", count: 5000),
      "postgresql://u:secret@a,b,c,d,e,f,g,h,i/d", "postgresql://u@a,b,c/secret?port=1,2",
      "postgresql://u@a,b/secret?port=0",
    ])
  func refused(_ url: String) {
    do {
      _ = try ConnectionSettings(parsing: url)
      Issue.record("accepted")
    } catch {
      guard case .invalidSettings(let detail) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(!detail.contains("secret"))
    }
  }
}
