import Postgres

/// A row of `batch`.
struct StoredBatch: Sendable {
  var next: UInt64
  var count: Int32
  var bytes: Int32
  var at: Int64
  var now: Int64
  var digest: [UInt8]
  var chain: [UInt8]

  static func decode(_ result: borrowing QueryResult) throws(PostgresError) -> [StoredBatch] {
    var batches: [StoredBatch] = []
    batches.reserveCapacity(result.rowCount)
    for row in 0..<result.rowCount {
      batches.append(
        StoredBatch(
          next: UInt64(bitPattern: try result.int8(row: row, column: 0)),
          count: try result.int4(row: row, column: 1), bytes: try result.int4(row: row, column: 2),
          at: try result.int8(row: row, column: 3), now: try result.int8(row: row, column: 4),
          digest: result.bytes(row: row, column: 5) ?? [],
          chain: result.bytes(row: row, column: 6) ?? []))
    }
    return batches
  }
}
