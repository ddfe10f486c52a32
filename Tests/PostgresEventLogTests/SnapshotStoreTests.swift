import EventLog
import EventLogTestKit
import Logging
import Postgres
import PostgresEventLog
import Testing

@Suite("Snapshots in PostgreSQL")
struct SnapshotStoreTests {
  private let logger = Logger(label: "test")

  /// A log with so many batches of two events, and the boundary after each.
  private func write(_ batches: Int, to log: PostgresEventLog) async throws -> [LogHead] {
    var writer = try await Writer(log)
    var heads: [LogHead] = []
    for _ in 0..<batches {
      _ = try await writer.append(Samples.commit(try Samples.stream(), events: 2, now: 0))
      heads.append(try await log.head().head)
    }
    return heads
  }

  private func snapshot(_ head: LogHead, _ bytes: [UInt8], version: UInt8 = 1) -> StoredSnapshot {
    StoredSnapshot(
      head: head, version: [version], digest: [UInt8](repeating: 7, count: 32),
      byteCount: bytes.count)
  }

  @Test("what is saved is read back, however large, the newest first and three of a version")
  func saved() async throws {
    try await withServer { server, _ in
      let log = try await PostgresEventLog.open(server, logger: logger)
      let heads = try await write(6, to: log)
      // More than two parts of 4 MiB.
      let large = (0..<(9 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
      #expect(try await log.snapshots().isEmpty)
      for (index, head) in heads.dropLast().enumerated() {
        let bytes = index == 4 ? large : [UInt8(index)]
        #expect(try await log.save(snapshot(head, bytes), bytes, distance: 1))
      }
      let kept = try await log.snapshots()
      #expect(kept.map(\.head) == [heads[4], heads[3], heads[2]])
      #expect(kept.map(\.byteCount) == [large.count, 1, 1])
      #expect(try await log.bytes(of: kept[0]) == large)
      #expect(try await log.bytes(of: kept[2]) == [2])

      // Of another version; then the versions written last are these two.
      #expect(try await log.save(snapshot(heads[1], [9], version: 2), [9], distance: 1))
      #expect(try await log.snapshots().count == 4)
      #expect(try await log.save(snapshot(heads[1], [9], version: 3), [9], distance: 1))
      #expect(try await !log.snapshots().contains { $0.version == [1] })

      try await log.discard(try #require(try await log.snapshots().first))
      #expect(try await log.snapshots().count == 1)
      await log.close()
    }
  }

  @Test("one that another replica has written nearly there is enough")
  func near() async throws {
    try await withServer { server, _ in
      let log = try await PostgresEventLog.open(server, logger: logger)
      let heads = try await write(4, to: log)
      #expect(try await log.save(snapshot(heads[1], [1]), [1], distance: 5))
      #expect(try await !log.save(snapshot(heads[1], [1]), [1], distance: 1))
      #expect(try await !log.save(snapshot(heads[0], [1]), [1], distance: 1))
      #expect(try await !log.save(snapshot(heads[3], [1]), [1], distance: 5))
      #expect(try await log.save(snapshot(heads[3], [1]), [1], distance: 4))
      await log.close()
    }
  }

  @Test("a snapshot of a boundary that the log does not have is not taken in")
  func otherLog() async throws {
    try await withServer { server, _ in
      let log = try await PostgresEventLog.open(server, logger: logger)
      var head = try await write(1, to: log)[0]
      head.chain[0] ^= 1
      await #expect(throws: ReadError.self) {
        try await log.save(snapshot(head, [1]), [1], distance: 1)
      }
      #expect(try await log.snapshots().isEmpty)
      await log.close()
    }
  }

  @Test("one that was not finished is not found, and does not stay")
  func unfinished() async throws {
    try await withServer { server, _ in
      let log = try await PostgresEventLog.open(server, logger: logger)
      let heads = try await write(3, to: log)
      let service = PostgresSession(server.settings)
      let begin = Statement(
        "begin",
        """
        select windlass_log.begin_snapshot(0, 2, (select chain from windlass_log.batch
          where next_position = 2), '\\x01', sha256('x'), 5, 2, 1)
        """)
      try await service.execute(begin)
      await #expect(throws: PostgresError.self) {
        try await service.execute(
          Statement("early", "select windlass_log.finish_snapshot(0, 1)"))
      }
      #expect(try await log.snapshots().isEmpty)
      // Others hold back while it may be on its way, and no longer.
      #expect(try await !log.save(snapshot(heads[0], [1]), [1], distance: 1))
      let admin = PostgresSession(server.adminSettings)
      try await admin.execute(
        Statement("age", "update windlass_log.snapshot set at = at - 4000000000"))
      #expect(try await log.save(snapshot(heads[2], [1]), [1], distance: 1))
      let left = try await admin.query(
        Statement("left", "select count(*) from windlass_log.snapshot")
      ) { (result) throws(PostgresError) in try result.int8(row: 0, column: 0) }
      #expect(left == 1)

      // A part that is gone is said to be.
      try await admin.execute(Statement("parts", "delete from windlass_log.snapshot_part"))
      let row = try #require(try await log.snapshots().first)
      await #expect(throws: ReadError.self) { try await log.bytes(of: row) }
      await service.close()
      await admin.close()
      await log.close()
    }
  }

  @Test("the service's role changes snapshots by their functions only")
  func protected() async throws {
    try await withServer { server, _ in
      let log = try await PostgresEventLog.open(server, logger: logger)
      let heads = try await write(1, to: log)
      #expect(try await log.save(snapshot(heads[0], [1]), [1], distance: 1))
      let service = PostgresSession(server.settings)
      for statement in [
        Statement("s1", "insert into windlass_log.snapshot_part values (0, 1, 9, 'x')"),
        Statement("s2", "update windlass_log.snapshot_part set content = 'x'"),
        Statement("s3", "delete from windlass_log.snapshot"),
        Statement("s4", "truncate windlass_log.snapshot cascade"),
        Statement("s5", "select windlass_log.add_snapshot_part(0, 1, 1, 'x')"),
        Statement("s6", "select windlass_log.finish_snapshot(0, 1)"),
      ] {
        await #expect(throws: PostgresError.self, "\(statement)") {
          try await service.execute(statement)
        }
      }
      await service.close()
      await log.close()
    }
  }
}
