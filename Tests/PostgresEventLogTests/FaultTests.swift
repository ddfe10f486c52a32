import EventLog
import EventLogTestKit
import Foundation
import Glibc
import Logging
import Postgres
import PostgresEventLog
import Testing

@Suite("The log on PostgreSQL under faults")
struct FaultTests {
  private let logger = Logger(label: "test")

  @Test("a cut connection leaves an unknown outcome, and the repeat is written once")
  func cut() async throws {
    try await withServer { server, _ in
      let log = try await PostgresEventLog.open(server, logger: logger)
      let admin = PostgresSession(server.adminSettings)
      let commit = Samples.commit(try Samples.stream(), events: 2, now: 0)
      var writer = try await Writer(log)

      // Whoever holds the head row makes the append wait, so that it can be cut while it runs.
      try await admin.execute(Statement("begin", "begin"))
      try await admin.execute(
        Statement("hold", "select from windlass_log.head where log_id = 0 for update"))
      let doomed = writer
      async let refusal = Self.failure(of: commit, doomed)
      let killer = PostgresSession(server.adminSettings)
      var killed = false
      while !killed {
        killed = try await killer.query(Self.terminateWaiting) { $0.rowCount > 0 }
      }
      guard case .unknown = try await refusal else {
        Issue.record("the outcome was \(try await refusal)")
        return
      }
      try await admin.execute(Statement("rollback", "rollback"))
      #expect(try await writer.append(commit) == .appended(first: .zero, count: 2))
      #expect(try await writer.append(commit) == .repeated(first: .zero, count: 2))
      await admin.close()
      await killer.close()
      await log.close()
    }
  }

  @Test("a head row held too long refuses the append, which was surely not written")
  func held() async throws {
    try await withServer { server, _ in
      let log = try await PostgresEventLog.open(server, logger: logger)
      let admin = PostgresSession(server.adminSettings)
      var writer = try await Writer(log)
      let commit = Samples.commit(try Samples.stream(), now: writer.now)
      try await admin.execute(Statement("begin", "begin"))
      try await admin.execute(
        Statement("hold", "select from windlass_log.head where log_id = 0 for update"))
      guard case .unavailable = try await writer.failure(of: commit) else {
        Issue.record("not unavailable")
        return
      }
      try await admin.execute(Statement("rollback", "rollback"))
      #expect(try await writer.append(commit) == .appended(first: .zero, count: 1))
      await admin.close()
      await log.close()
    }
  }

  @Test("a warning at the commit is an unknown outcome, and the repeat finds it written")
  func warned() async throws {
    try await withServer { server, _ in
      let log = try await PostgresEventLog.open(server, logger: logger)
      let admin = PostgresSession(server.adminSettings)
      var writer = try await Writer(log)
      // Like the server does when the wait for a standby is cancelled: after everything is checked.
      try await admin.run(
        script: """
          create function public.warn() returns trigger language plpgsql as
            $$ begin raise warning 'committed locally only'; return null; end $$;
          create constraint trigger warn after insert on windlass_log.command
            deferrable initially deferred for each row execute function public.warn();
          """, within: .seconds(10))
      let commit = Samples.commit(try Samples.stream(), now: writer.now)
      guard case .unknown(let detail) = try await writer.failure(of: commit) else {
        Issue.record("a warning was taken for success")
        return
      }
      #expect(detail.contains("committed locally only"))
      #expect(try await writer.append(commit) == .repeated(first: .zero, count: 1))
      await admin.close()
      await log.close()
    }
  }

  @Test("without PostgreSQL appends and reads say so, and go on when it is back")
  func absent() async throws {
    try await withServer { server, directory in
      let log = try await PostgresEventLog.open(server, logger: logger)
      var writer = try await Writer(log)
      _ = try await writer.append(Samples.commit(try Samples.stream(), now: 0))
      await server.stop()
      let commit = Samples.commit(try Samples.stream(), now: writer.now)
      for _ in 0..<3 {
        guard case .unavailable = try await writer.refusal(of: [commit]) else {
          Issue.record("not unavailable")
          return
        }
        await #expect(throws: ReadError.self) { try await log.read(from: .zero, limit: 1) }
      }
      let again = try await EmbeddedPostgres.start(in: directory)
      let outcome = try await eventually { [writer] in
        var writer = writer
        return try await writer.append(commit)
      }
      #expect(outcome == .appended(first: GlobalPosition(1), count: 1))
      await log.close()
      await again.stop()
    }
  }

  @Test("killed again and again under two writers, it loses and doubles nothing that was answered")
  func killed() async throws {
    try await withServer { server, _ in
      let logs = [
        try await PostgresEventLog.open(server, logger: logger),
        try await PostgresEventLog.open(server, logger: logger),
      ]
      let results = try await withThrowingTaskGroup(of: Ledger.self) { group in
        for log in logs { group.addTask { try await Self.load(log, commits: 300) } }
        for _ in 0..<4 {
          try await Task.sleep(for: .milliseconds(150))
          let pid = await server.processID
          kill(pid, SIGKILL)
          try await eventually {
            guard await server.processID != pid else { throw PostgresError.lost("down") }
          }
        }
        var all = Ledger()
        for try await ledger in group {
          all.positions.merge(ledger.positions) { first, _ in first }
          all.unknown += ledger.unknown
        }
        return all
      }
      #expect(results.positions.count == 600)
      var head = LogHead.empty
      var seen: [CommandID: GlobalPosition] = [:]
      var versions: [StreamName: UInt64] = [:]
      var next: UInt64 = 0
      while true {
        let step = try await log(logs[0], after: head)
        if step.events.isEmpty { break }
        for event in step.events {
          #expect(event.position.index == next)
          #expect(seen.updateValue(event.position, forKey: event.commandID) == nil)
          #expect(event.version.index == versions[event.stream, default: 0] + 1)
          versions[event.stream] = event.version.index
          next += 1
        }
        head = step.head
      }
      #expect(seen == results.positions)
      for log in logs { await log.close() }
    }
  }

  @Test("writers in two processes' places wake each other")
  func wakes() async throws {
    try await withServer { server, _ in
      let first = try await PostgresEventLog.open(server, logger: logger)
      let second = try await PostgresEventLog.open(server, logger: logger)
      var writer = try await Writer(first)
      for position in UInt64(0)..<20 {
        async let woken = second.waitForChange(
          past: GlobalPosition(position), atMost: .seconds(60))
        _ = try await writer.append(Samples.commit(try Samples.stream(), now: 0))
        #expect(await woken)
        #expect(
          try await second.read(from: GlobalPosition(position), limit: 10).count == 1)
      }
      let now = try #require(second.clock.now())
      #expect(abs(now - (try await first.head().serverNow)) < 500_000)
      await first.close()
      await second.close()
    }
  }

  // MARK: Helpers

  private struct Ledger: Sendable {
    var positions: [CommandID: GlobalPosition] = [:]
    var unknown = 0
  }

  private static let terminateWaiting = Statement(
    "terminate_waiting",
    """
    select pg_terminate_backend(pid, 10000) from pg_stat_activity
    where wait_event_type = 'Lock' and query like '%windlass_log.append%'
    """)

  private static func failure(of commit: Commit, _ writer: Writer) async throws -> AppendError {
    var writer = writer
    return try await writer.failure(of: commit)
  }

  private func log(_ log: PostgresEventLog, after head: LogHead) async throws -> CatchUp {
    try await eventually { try await log.catchUp(from: head, limit: 1000) }
  }

  /// Appends so many commits to few streams, repeating every one until its outcome is known.
  private static func load(_ log: PostgresEventLog, commits: Int) async throws -> Ledger {
    var ledger = Ledger()
    let streams = try (0..<4).map { _ in try Samples.stream() }
    var versions = [UInt64](repeating: 0, count: streams.count)
    for index in 0..<commits {
      let stream = index % streams.count
      let commit = Samples.commit(streams[stream], expecting: versions[stream], now: 0)
      while ledger.positions[commit.id] == nil {
        do {
          var writer = try await Writer(log)
          switch try await writer.append(commit) {
          case .appended(let first, _), .repeated(let first, _):
            ledger.positions[commit.id] = first
            versions[stream] += 1
          case .moved, .keyConflict, .guardBroken:
            throw Broken(description: "nobody else writes this stream")
          }
        } catch let error as AppendError {
          switch error {
          case .unknown: ledger.unknown += 1
          case .clock, .unavailable: break
          case .diverged, .invalid: throw error
          }
          try await Task.sleep(for: .milliseconds(5))
        } catch let error as ReadError {
          guard case .unavailable = error else { throw error }
          try await Task.sleep(for: .milliseconds(5))
        }
      }
    }
    return ledger
  }
}
