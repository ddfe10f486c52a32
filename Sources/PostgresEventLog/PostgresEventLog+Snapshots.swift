public import EventLog
import Postgres

extension PostgresEventLog: SnapshotStore {
  /// Bytes of one part: none of them holds up other statements for long.
  private static let partBytesMax = 4 << 20
  private static let partsMax = 1024
  /// A part takes a write to disk.
  private static let partLimit = Duration.seconds(30)

  public func snapshots() async throws(ReadError) -> [StoredSnapshot] {
    do {
      return try await snapshotSession.query(Self.listStatement) {
        (result) throws(PostgresError) -> [StoredSnapshot] in
        var found: [StoredSnapshot] = []
        for row in 0..<result.rowCount {
          found.append(
            StoredSnapshot(
              id: try result.int8(row: row, column: 0),
              head: LogHead(
                next: GlobalPosition(UInt64(bitPattern: try result.int8(row: row, column: 1))),
                chain: result.bytes(row: row, column: 2) ?? []),
              version: result.bytes(row: row, column: 3) ?? [],
              digest: result.bytes(row: row, column: 4) ?? [],
              byteCount: Int(clamping: try result.int8(row: row, column: 5))))
        }
        return found
      }
    } catch { throw ReadError(error) }
  }

  public func bytes(of snapshot: StoredSnapshot) async throws(ReadError) -> [UInt8] {
    guard (1...Self.partBytesMax * Self.partsMax).contains(snapshot.byteCount) else {
      throw .corrupt("a snapshot of \(snapshot.byteCount) bytes cannot be")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(snapshot.byteCount)
    var part: Int32 = 0
    while bytes.count < snapshot.byteCount {
      var parameters = ParameterList()
      parameters.append(int8: snapshot.id)
      parameters.append(int4: part)
      let content: [UInt8]?
      do {
        content = try await snapshotSession.query(
          Self.partStatement, parameters, within: Self.partLimit
        ) {
          (result) throws(PostgresError) in
          result.rowCount == 1 ? result.bytes(row: 0, column: 0) : nil
        }
      } catch { throw ReadError(error) }
      guard let content, !content.isEmpty, content.count <= snapshot.byteCount - bytes.count else {
        throw .corrupt("part \(part) of the snapshot is missing or of the wrong size")
      }
      bytes += content
      part += 1
    }
    return bytes
  }

  public func save(
    _ snapshot: StoredSnapshot, _ bytes: [UInt8], distance: UInt64
  ) async throws(ReadError) -> Bool {
    let parts = (bytes.count + Self.partBytesMax - 1) / Self.partBytesMax
    guard (1...Self.partsMax).contains(parts) else {
      throw .invalid("a snapshot has 1 byte to 4 GiB, not \(bytes.count) bytes")
    }
    do {
      guard let id = try await announce(snapshot, bytes.count, parts, distance) else {
        return false
      }
      for part in 0..<parts {
        let start = part * Self.partBytesMax
        var parameters = ParameterList()
        parameters.append(int8: id)
        parameters.append(int4: Int32(part))
        parameters.append(
          bytes: Array(bytes[start..<min(start + Self.partBytesMax, bytes.count)]))
        try await snapshotSession.execute(Self.addStatement, parameters, within: Self.partLimit)
      }
      var parameters = ParameterList()
      parameters.append(int8: id)
      try await snapshotSession.execute(Self.finishStatement, parameters, within: Self.partLimit)
      return true
    } catch { throw ReadError(error) }
  }

  public func discard(_ snapshot: StoredSnapshot) async throws(ReadError) {
    var parameters = ParameterList()
    parameters.append(int8: snapshot.id)
    do { try await snapshotSession.execute(Self.discardStatement, parameters) } catch {
      throw ReadError(error)
    }
  }

  private func announce(
    _ snapshot: StoredSnapshot, _ count: Int, _ parts: Int, _ distance: UInt64
  ) async throws(PostgresError) -> Int64? {
    var parameters = ParameterList()
    parameters.append(int8: Int64(clamping: snapshot.head.next.index))
    parameters.append(bytes: snapshot.head.chain)
    parameters.append(bytes: snapshot.version)
    parameters.append(bytes: snapshot.digest)
    parameters.append(int8: Int64(count))
    parameters.append(int4: Int32(parts))
    parameters.append(int8: Int64(clamping: distance))
    return try await snapshotSession.query(Self.beginStatement, parameters) {
      (result) throws(PostgresError) -> Int64? in
      result.isNull(row: 0, column: 0) ? nil : try result.int8(row: 0, column: 0)
    }
  }

  private static let listStatement = Statement(
    "snapshots",
    """
    select s.snapshot_id, s.position, s.chain, s.version, s.digest, s.bytes
    from windlass_log.snapshot s
    where s.log_id = 0 and s.complete and exists (select from windlass_log.batch b
      where b.log_id = 0 and b.next_position = s.position and b.chain = s.chain)
    order by s.position desc, s.snapshot_id desc limit 10
    """)
  private static let partStatement = Statement(
    "snapshot_part",
    """
    select content from windlass_log.snapshot_part
    where log_id = 0 and snapshot_id = $1 and part = $2
    """)
  private static let beginStatement = Statement(
    "begin_snapshot", "select windlass_log.begin_snapshot(0, $1, $2, $3, $4, $5, $6, $7)")
  private static let addStatement = Statement(
    "add_snapshot_part", "select windlass_log.add_snapshot_part(0, $1, $2, $3)")
  private static let finishStatement = Statement(
    "finish_snapshot", "select windlass_log.finish_snapshot(0, $1)")
  private static let discardStatement = Statement(
    "discard_snapshot", "select windlass_log.discard_snapshot(0, $1)")
}
