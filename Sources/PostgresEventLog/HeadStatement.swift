import EventLog
import Postgres

/// Reads the head row and the server's clock.
enum HeadStatement {
  static let statement = Statement(
    "head",
    """
    select next_position, chain, greatest(
      (extract(epoch from clock_timestamp()) * 1000000)::bigint, last_now, last_at),
      current_setting('transaction_read_only') = 'on'
    from windlass_log.head where log_id = 0
    """)

  static func decode(_ result: borrowing QueryResult) throws(PostgresError) -> HeadReading {
    guard result.rowCount == 1, let chain = result.bytes(row: 0, column: 1) else {
      throw .malformed("the log has no head")
    }
    guard try !result.bool(row: 0, column: 3) else {
      throw .refused(sqlState: "25006", message: "the server takes no writes now")
    }
    let next = GlobalPosition(UInt64(bitPattern: try result.int8(row: 0, column: 0)))
    return HeadReading(
      head: LogHead(next: next, chain: chain), serverNow: try result.int8(row: 0, column: 2))
  }
}
