import EventLog
import Postgres

/// A row of `event`, before its names are looked up.
struct StoredEvent: Sendable {
  var position: UInt64
  var stream: Int64
  var version: UInt64
  var type: Int32
  var command: CommandID
  var payload: [UInt8]
  /// Only where the statement has it as a seventh column.
  var recordedAt: Int64

  static func decode(
    _ result: borrowing QueryResult
  ) throws(PostgresError) -> [StoredEvent] {
    var events: [StoredEvent] = []
    events.reserveCapacity(result.rowCount)
    let hasTime = result.columnCount > 6
    for row in 0..<result.rowCount {
      let command = try result.uuid(row: row, column: 4)
      events.append(
        StoredEvent(
          position: UInt64(bitPattern: try result.int8(row: row, column: 0)),
          stream: try result.int8(row: row, column: 1),
          version: UInt64(bitPattern: try result.int8(row: row, column: 2)),
          type: try result.int4(row: row, column: 3),
          command: CommandID(high: command.high, low: command.low),
          payload: result.bytes(row: row, column: 5) ?? [],
          recordedAt: hasTime ? try result.int8(row: row, column: 6) : 0))
    }
    return events
  }
}
