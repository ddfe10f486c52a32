import EventLog
import EventLogTestKit
import Synchronization
import Testing

@Suite("The in-memory log keeps what every log promises")
struct ConformanceTests {
  @Test("it keeps the rule", arguments: Rule.all)
  func keeps(_ rule: Rule) async throws {
    let start = ContinuousClock.now
    let log = InMemoryEventLog {
      let (seconds, attoseconds) = start.duration(to: .now).components
      return 1_700_000_000_000_000 + seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
    try await rule.check(log)
  }
}
