import CPostgres

/// The rows of one query, in binary format. Owns the `PGresult`, freed exactly once: when this value's
/// life ends.
@safe
public struct QueryResult: ~Copyable {
  private let raw: OpaquePointer
  public let rowCount: Int
  public let columnCount: Int

  /// Takes over a non-null result from libpq; nobody else may clear it.
  init(taking raw: OpaquePointer) {
    unsafe self.raw = raw
    rowCount = unsafe Int(PQntuples(raw))
    columnCount = unsafe Int(PQnfields(raw))
  }

  deinit { unsafe PQclear(raw) }

  public func isNull(row: Int, column: Int) -> Bool {
    precondition((0..<rowCount).contains(row) && (0..<columnCount).contains(column))
    return unsafe PQgetisnull(raw, Int32(row), Int32(column)) != 0
  }

  /// - Throws: ``PostgresError/malformed(_:)`` when the cell is NULL or not four bytes.
  public func int4(row: Int, column: Int) throws(PostgresError) -> Int32 {
    Int32(truncatingIfNeeded: try integer(row, column, bytes: 4))
  }

  /// - Throws: ``PostgresError/malformed(_:)`` when the cell is NULL or not eight bytes.
  public func int8(row: Int, column: Int) throws(PostgresError) -> Int64 {
    Int64(bitPattern: try integer(row, column, bytes: 8))
  }

  /// - Throws: ``PostgresError/malformed(_:)`` when the cell is NULL or not one byte.
  public func bool(row: Int, column: Int) throws(PostgresError) -> Bool {
    try integer(row, column, bytes: 1) != 0
  }

  /// - Throws: ``PostgresError/malformed(_:)`` when the cell is NULL or not sixteen bytes.
  public func uuid(
    row: Int, column: Int
  ) throws(PostgresError) -> (high: UInt64, low: UInt64) {
    guard let cell = unsafe cell(row, column), cell.count == 16 else {
      throw .malformed("column \(column) is not a uuid")
    }
    return unsafe (
      UInt64(bigEndian: cell.loadUnaligned(as: UInt64.self)),
      UInt64(bigEndian: cell.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    )
  }

  /// The cell's text, copied out; `nil` for NULL.
  public func text(row: Int, column: Int) -> String? {
    guard let cell = unsafe cell(row, column) else { return nil }
    return unsafe String(decoding: cell, as: UTF8.self)
  }

  /// The cell's bytes, copied out; `nil` for NULL.
  public func bytes(row: Int, column: Int) -> [UInt8]? {
    guard let cell = unsafe cell(row, column) else { return nil }
    return unsafe [UInt8](cell)
  }

  /// A one-dimensional `bigint[]` without nulls; empty for NULL.
  ///
  /// - Throws: ``PostgresError/malformed(_:)`` for any other array.
  public func int8Array(row: Int, column: Int) throws(PostgresError) -> [Int64] {
    guard let cell = unsafe cell(row, column) else { return [] }
    let header = 20
    guard cell.count >= 12 else { throw .malformed("column \(column) is not an array") }
    if unsafe Self.integer(cell[0..<4]) == 0 { return [] }
    guard cell.count >= header, unsafe Self.integer(cell[0..<4]) == 1,
      unsafe Self.integer(cell[8..<12]) == UInt64(ParameterList.ElementType.int8.rawValue)
    else { throw .malformed("column \(column) is not a bigint[]") }
    let count = unsafe Int(Self.integer(cell[12..<16]))
    guard count <= Int(Int32.max), cell.count == header + count * 12 else {
      throw .malformed("column \(column) has nulls or the wrong length")
    }
    var values: [Int64] = []
    values.reserveCapacity(count)
    for index in 0..<count {
      let start = header + index * 12 + 4
      values.append(unsafe Int64(bitPattern: Self.integer(cell[start..<start + 8])))
    }
    return values
  }

  private func integer(_ row: Int, _ column: Int, bytes: Int) throws(PostgresError) -> UInt64 {
    guard let cell = unsafe cell(row, column), cell.count == bytes else {
      throw .malformed("column \(column) is not \(bytes) bytes long")
    }
    switch bytes {
    case 8: return unsafe UInt64(bigEndian: cell.loadUnaligned(as: UInt64.self))
    case 4: return unsafe UInt64(UInt32(bigEndian: cell.loadUnaligned(as: UInt32.self)))
    default: return unsafe Self.integer(cell[...])
    }
  }

  private static func integer(_ bytes: Slice<UnsafeRawBufferPointer>) -> UInt64 {
    var value: UInt64 = 0
    for index in unsafe bytes.indices { value = unsafe value << 8 | UInt64(bytes[index]) }
    return value
  }

  /// Points into the result: valid while `self` lives, so nothing here lets it escape.
  @unsafe
  private func cell(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? {
    guard !isNull(row: row, column: column) else { return nil }
    let start = unsafe PQgetvalue(raw, Int32(row), Int32(column))
    let count = unsafe Int(PQgetlength(raw, Int32(row), Int32(column)))
    return unsafe UnsafeRawBufferPointer(start: start, count: count)
  }
}
