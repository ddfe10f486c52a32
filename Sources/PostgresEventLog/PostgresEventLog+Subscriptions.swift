public import EventLog
import Postgres

extension PostgresEventLog: SubscriptionStore {
  public func openSubscription(
    _ name: String, filter: [UInt8], from start: GlobalPosition, consumer: String
  ) async throws(ReadError) -> SubscriptionOpening {
    try SubscriptionRules.validate(name: name, filter: filter, start: start, consumer: consumer)
    var parameters = ParameterList()
    parameters.append(text: name)
    parameters.append(bytes: filter)
    parameters.append(int8: Int64(bitPattern: start.index))
    parameters.append(text: consumer)
    parameters.append(int4: Int32(SubscriptionRules.countMax))
    return try await keep(Self.openStatement, parameters) {
      (result) throws(PostgresError) -> SubscriptionOpening in
      let status = try result.int4(row: 0, column: 0)
      if status == 2 { return .tooMany }
      let reading = try Self.reading(result, row: 0, name: name, column: 1)
      return status == 0 ? .opened(reading) : .otherFilter(reading)
    }
  }

  public func acknowledge(
    _ name: String, epoch: UInt64, before position: GlobalPosition
  ) async throws(ReadError) -> Acknowledgement {
    try SubscriptionRules.validate(name: name)
    try SubscriptionRules.validate(position)
    var parameters = ParameterList()
    parameters.append(text: name)
    // An epoch no subscription has: fenced, like any other.
    parameters.append(int8: epoch > UInt64(Int64.max) ? -1 : Int64(bitPattern: epoch))
    parameters.append(int8: Int64(bitPattern: position.index))
    return try await keep(Self.acknowledgeStatement, parameters) {
      (result) throws(PostgresError) in try Self.acknowledgement(result)
    }
  }

  public func moveSubscription(
    _ name: String, to position: GlobalPosition
  ) async throws(ReadError) -> Acknowledgement {
    try SubscriptionRules.validate(name: name)
    try SubscriptionRules.validate(position)
    var parameters = ParameterList()
    parameters.append(text: name)
    parameters.append(int8: Int64(bitPattern: position.index))
    return try await keep(Self.moveStatement, parameters) {
      (result) throws(PostgresError) in try Self.acknowledgement(result)
    }
  }

  public func subscriptions() async throws(ReadError) -> [SubscriptionReading] {
    try await keep(Self.listStatement, ParameterList()) {
      (result) throws(PostgresError) -> [SubscriptionReading] in
      var readings: [SubscriptionReading] = []
      for row in 0..<result.rowCount {
        readings.append(
          try Self.reading(
            result, row: row, name: result.text(row: row, column: 0) ?? "", column: 1))
      }
      return readings
    }
  }

  public func deleteSubscription(_ name: String) async throws(ReadError) -> Bool {
    try SubscriptionRules.validate(name: name)
    var parameters = ParameterList()
    parameters.append(text: name)
    return try await keep(Self.deleteStatement, parameters) {
      (result) throws(PostgresError) in try result.bool(row: 0, column: 0)
    }
  }

  private static func reading(
    _ result: borrowing QueryResult, row: Int, name: String, column: Int
  ) throws(PostgresError) -> SubscriptionReading {
    SubscriptionReading(
      name: name, filter: result.bytes(row: row, column: column) ?? [],
      position: GlobalPosition(UInt64(bitPattern: try result.int8(row: row, column: column + 1))),
      epoch: UInt64(bitPattern: try result.int8(row: row, column: column + 2)),
      consumer: result.text(row: row, column: column + 3) ?? "",
      createdAt: try result.int8(row: row, column: column + 4),
      openedAt: try result.int8(row: row, column: column + 5),
      acknowledgedAt: try result.int8(row: row, column: column + 6))
  }

  private static func acknowledgement(
    _ result: borrowing QueryResult
  ) throws(PostgresError) -> Acknowledgement {
    let status = try result.int4(row: 0, column: 0)
    if status == 3 { return .missing }
    let position = GlobalPosition(UInt64(bitPattern: try result.int8(row: 0, column: 1)))
    switch status {
    case 0: return .recorded(position)
    case 1:
      return .fenced(
        epoch: UInt64(bitPattern: try result.int8(row: 0, column: 2)),
        consumer: result.text(row: 0, column: 3) ?? "")
    case 2: return .ahead(next: position)
    default: throw .malformed("acknowledge answered with status \(status)")
    }
  }

  private func keep<R: Sendable>(
    _ statement: Statement, _ parameters: ParameterList,
    _ read: @Sendable (borrowing QueryResult) throws(PostgresError) -> R
  ) async throws(ReadError) -> R {
    do { return try await keeper.query(statement, parameters, within: .seconds(10), read) } catch {
      throw ReadError(error)
    }
  }

  private static let openStatement = Statement(
    "open_subscription",
    """
    select status, filter, place, epoch, consumer, created_at, opened_at, acknowledged_at
    from windlass_log.open_subscription(0, $1, $2, $3, $4, $5)
    """)
  private static let acknowledgeStatement = Statement(
    "acknowledge",
    """
    select status, place, epoch, consumer from windlass_log.acknowledge(0, $1, $2, $3)
    """)
  private static let moveStatement = Statement(
    "move_subscription",
    """
    select status, place, epoch, consumer from windlass_log.acknowledge(0, $1, null, $2)
    """)
  private static let listStatement = Statement(
    "subscriptions",
    """
    select name, filter, position, epoch, consumer, created_at, opened_at, acknowledged_at
    from windlass_log.subscription where log_id = 0 order by name
    """)
  private static let deleteStatement = Statement(
    "delete_subscription", "select windlass_log.delete_subscription(0, $1)")
}
