import EventLog
import EventLogTestKit
import Logging
import Postgres
import PostgresEventLog
import Testing

@Suite("The log on PostgreSQL keeps what every log promises")
struct ConformanceTests {
  @Test("it keeps every rule")
  func keepsEveryRule() async throws {
    try await withServer { server, _ in
      let log = try await PostgresEventLog.open(server, logger: Logger(label: "test"))
      for rule in Rule.all {
        do { try await rule.check(log) } catch { Issue.record("\(rule): \(error)") }
      }
      await log.close()
    }
  }
}
