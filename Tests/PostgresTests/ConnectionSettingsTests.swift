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

  @Test(
    "what cannot be used is refused without repeating it",
    arguments: [
      "", "mysql://u:secret@h/d", "postgresql://h/d", "postgresql://u:secret@h/d?nonsense=1",
      "postgresql://u:secret@h:port:port/d", "postgresql://u@h/d?service=secret",
      "postgresql://u@h/d?options=-csecret", "postgresql://u@h/secret\u{0}",
      "postgresql://u@" + String(repeating: "h", count: 5000),
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
