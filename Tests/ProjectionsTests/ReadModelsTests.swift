import Application
import EventLog
import Postgres
import RolloutCore
import RolloutTestKit
import Testing
import WindlassWire

@testable import Projections

@Suite("Read models in PostgreSQL")
struct ReadModelsTests {
  @Test("followed page by page, restarted, and built at once, the tables are the same row for row")
  func incrementalIsRebuilt() async throws {
    try await withDatabase { place in
      var histories = try Histories(seed: 11, steps: 250)
      // Each round is a process that knows nothing of the one before.
      for pageEvents in [1, 3, 7, 50, 400, 17, 90, 1_000] {
        _ = try await histories.append(150)
        try await place.follow(histories.ink.log, pageEvents: pageEvents)
      }
      while try await histories.append(500) {}
      try await place.follow(histories.ink.log)
      let followed = try await place.views()
      for (name, rows) in followed { #expect(!rows.isEmpty, "\(name) proves nothing") }

      let rebuilder = place.replica(histories.ink.log, pageEvents: 333)
      var told: [UInt64] = []
      try await rebuilder.rebuild { done, _ in told.append(done) }
      #expect(told == told.sorted())
      try await place.follow(histories.ink.log)
      let rebuilt = try await place.views()
      for (name, rows) in followed { #expect(rebuilt[name] == rows, "\(name)") }
      #expect(try await place.count(Self.generations) == 1)
      #expect(try await place.count(Self.schemas) == 1)
    }
  }

  @Test("two replicas at once write every row once, whoever of them is stopped in between")
  func twoReplicas() async throws {
    try await withDatabase { place in
      var histories = try Histories(seed: 12)
      _ = try await histories.append(600)
      for _ in 0..<4 {
        let replicas = [
          place.replica(histories.ink.log, pageEvents: 9),
          place.replica(histories.ink.log, pageEvents: 13),
        ]
        try await running(replicas[0]) {
          try await running(replicas[1]) {
            _ = try await histories.append(400)
            let next = try await histories.ink.log.head().head.next.index
            try await until("\(replicas.map(\.status))") {
              replicas.allSatisfy { $0.status.position == next && $0.status.generation > 0 }
            }
          }
        }
      }
      let shared = try await place.views()
      let alone = place.replica(histories.ink.log)
      try await alone.rebuild { _, _ in }
      #expect(try await place.views() == shared)
    }
  }

  @Test("two writers of the same page: one writes it, the other learns that it is late")
  func compareAndSet() async throws {
    try await withDatabase { place in
      var histories = try Histories(seed: 13)
      _ = try await histories.append(100)
      let log = histories.ink.log
      let store = ReadModelStore(place.server.settings)
      try await store.begin()
      let generation = try #require(try await store.generations().first)
      let page = try await log.catchUp(from: generation.head, limit: 100)
      let results = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<2 {
          group.addTask {
            let session = store.makeSession()
            try await store.use(generation.number, session)
            var fold = Fold()
            let isWritten = try await store.write(
              fold.apply(page.events), to: generation, until: page.head, session)
            await session.close()
            return isWritten
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results.sorted { $0 && !$1 } == [true, false])
      #expect(try await store.generations().first?.head == page.head)
      await store.close()
    }
  }

  @Test("when the log is another one, the tables are built from its first event")
  func diverged() async throws {
    try await withDatabase { place in
      var histories = try Histories(seed: 14)
      _ = try await histories.append(300)
      try await place.follow(histories.ink.log)
      var others = try Histories(seed: 15)
      _ = try await others.append(200)
      try await place.follow(others.ink.log)
      let moved = try await place.views()
      let replica = place.replica(others.ink.log)
      try await replica.rebuild { _, _ in }
      #expect(try await place.views() == moved)
      #expect(try await place.count(Self.schemas) == 1)
    }
  }

  @Test("a log that lost events while tables were being built does not leave them half of each")
  func divergedWhileBuilding() async throws {
    try await withDatabase { place in
      var histories = try Histories(seed: 16)
      _ = try await histories.append(300)
      try await place.follow(histories.ink.log)
      let store = ReadModelStore(place.server.settings)
      try await place.replica(histories.ink.log).askForRebuild()
      try await place.run(
        Statement(
          "stray",
          """
          update windlass_read.generation set position = 5, chain = '\\x0102'
          where state = 'building'
          """))
      try await place.follow(histories.ink.log)
      try await until("a whole generation is live") {
        let generations = try await store.generations()
        if generations.count == 1, generations[0].state == .live, generations[0].number > 2 {
          return true
        }
        try await place.follow(histories.ink.log)
        return false
      }
      await store.close()
    }
  }

  @Test("tables of a newer model are left alone, and torn ones are made anew")
  func models() async throws {
    try await withDatabase { place in
      var histories = try Histories(seed: 17)
      _ = try await histories.append(100)
      try await place.follow(histories.ink.log)
      try await place.run(Statement("newer", "update windlass_read.generation set model = 99"))
      let replica = place.replica(histories.ink.log)
      try await running(replica) {
        try await until("\(replica.status)") {
          replica.status.trouble?.contains("model 99") == true
        }
      }
      #expect(try await place.count(Self.generations) == 1)
      try await place.run(
        Statement(
          "older",
          "update windlass_read.generation set model = 1, number = 1, state = 'live'"))
      let store = ReadModelStore(place.server.settings)
      try await store.begin()
      // Its schema is there, and most of its tables.
      try await place.run(Statement("torn", "drop table windlass_read_2.quarantine"))
      try await place.follow(histories.ink.log)
      try await until("only whole tables are left") {
        try await place.follow(histories.ink.log)
        let generations = try await store.generations()
        return generations.map(\.number) == [1]
      }
      await store.close()
    }
  }

  @Test("somebody who reads for long delays the new tables and is not disturbed")
  func readers() async throws {
    try await withDatabase { place in
      var histories = try Histories(seed: 18)
      _ = try await histories.append(200)
      try await place.follow(histories.ink.log)
      let reader = PostgresSession(place.server.adminSettings)
      try await reader.run(
        script: "begin; set idle_in_transaction_session_timeout = 0; table windlass.rollouts;",
        within: .seconds(5))
      let replica = place.replica(histories.ink.log)
      try await replica.askForRebuild()
      let next = try await histories.ink.log.head().head.next.index
      try await running(replica) {
        try await until("\(replica.status)") { replica.status.building == next }
        #expect(replica.status.generation == 1)
        #expect(try await Self.count(in: reader) > 0)
        try await reader.run(script: "commit", within: .seconds(5))
        try await until("\(replica.status)") { replica.status.generation == 2 }
        try await until("old tables are gone") { try await place.count(Self.schemas) == 1 }
      }
      await reader.close()
    }
  }

  private static func count(in session: PostgresSession) async throws -> Int64 {
    try await session.query(Statement("n", "select count(*) from windlass.attempts")) {
      (result) throws(PostgresError) in try result.int8(row: 0, column: 0)
    }
  }

  @Test("hostile texts arrive as they were written")
  func hostile() async throws {
    try await withDatabase { place in
      let texts = [
        "'; drop schema windlass cascade; --", "\"quoted\" \\ $1 %s {}", "<script>&amp;</script>",
        "line\nline\r\ttab\u{1}\u{1F}\u{7F}", "🧭 e\u{301} \u{202E}rtl", "[{\"a\":1}]", "null",
        "NULL",
        String(repeating: "long ", count: 400),
      ]
      var ink = Ink()
      let name = RolloutName(
        try ApplicationName(validating: "shop/web"), on: try ClusterName(validating: "eu-1"))
      for text in texts {
        let by = Requester(principal: "ann", claimedActor: text, reason: text)
        _ = ink.record(
          .rollout(.stableAdopted(Adoption(stable: 1), by: by, now: Ink.now)), to: .rollout(name))
      }
      try await ink.append(ink.events)
      try await place.follow(ink.log)
      let session = PostgresSession(place.server.adminSettings)
      let found = try await session.query(
        Statement("texts", "select claimed_actor, reason from windlass.decisions order by position")
      ) { result in
        (0..<result.rowCount).map {
          [result.text(row: $0, column: 0) ?? "", result.text(row: $0, column: 1) ?? ""]
        }
      }
      await session.close()
      #expect(found == texts.map { [$0, $0] })
    }
  }

  @Test("whatever stops it is told, and it goes on by itself")
  func trouble() async throws {
    try await withDatabase { place in
      var histories = try Histories(seed: 19)
      _ = try await histories.append(100)
      try await place.follow(histories.ink.log)
      try await place.run(
        Statement("away", "alter schema windlass_read_1 rename to windlass_read_away"))
      _ = try await histories.append(100)
      let replica = place.replica(histories.ink.log)
      try await running(replica) {
        try await until("\(replica.status)") { replica.status.trouble != nil }
        #expect(replica.status.errors > 0)
        try await place.run(
          Statement("back", "alter schema windlass_read_away rename to windlass_read_1"))
        let next = try await histories.ink.log.head().head.next.index
        try await until("\(replica.status)") {
          replica.status.position == next && replica.status.trouble == nil
        }
      }
    }
  }

  @Test("states that were forgotten are folded again from their streams")
  func forgotten() throws {
    var histories = try Histories(seed: 20, applications: 4, clusters: 4, steps: 60)
    var whole = Fold()
    var streams: [StreamName: [RecordedEvent]] = [:]
    var pages = 0
    var quarantinedBefore: Set<StreamName> = []
    while true {
      let page = histories.next(25)
      guard !page.isEmpty else { break }
      pages += 1
      let expected = whole.apply(page)
      // Knows nothing but what is asked for.
      var fold = Fold(quarantined: quarantinedBefore)
      for missing in fold.missing(for: page) {
        fold.restore((streams[missing.stream] ?? []).filter { $0.version <= missing.through })
      }
      #expect(fold.apply(page) == expected)
      for event in page { streams[event.stream, default: []].append(event) }
      quarantinedBefore = whole.quarantined
    }
    #expect(pages > 15)
  }

  private static let generations = Statement(
    "generations", "select count(*) from windlass_read.generation")
  private static let schemas = Statement(
    "schemas", "select count(*) from pg_namespace where nspname ~ '^windlass_read_[0-9]+$'")
}
