public import EventLog
import Postgres

extension PostgresEventLog: LeaseStore {
  public func renewLease(
    _ name: String, epoch: UInt64, holder: String, ttl: Duration
  ) async throws(ReadError) -> LeaseRenewal {
    try LeaseRules.validate(name: name, epoch: epoch, holder: holder, ttl: ttl)
    let (seconds, attoseconds) = ttl.components
    var parameters = ParameterList()
    parameters.append(text: name)
    parameters.append(int8: Int64(bitPattern: epoch))
    parameters.append(text: holder)
    parameters.append(int8: seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    do {
      return try await side.query(Self.renewStatement, parameters) {
        (result) throws(PostgresError) -> LeaseRenewal in
        if try result.bool(row: 0, column: 0) { return .renewed }
        return .superseded(
          epoch: UInt64(bitPattern: try result.int8(row: 0, column: 1)),
          holder: result.text(row: 0, column: 2) ?? "")
      }
    } catch { throw ReadError(error) }
  }

  public func endLease(
    _ name: String, epoch: UInt64, holder: String
  ) async throws(ReadError) {
    try LeaseRules.validate(text: name, field: "lease name")
    try LeaseRules.validate(text: holder, field: "lease holder")
    guard epoch <= UInt64(Int64.max) else { return }
    var parameters = ParameterList()
    parameters.append(text: name)
    parameters.append(int8: Int64(bitPattern: epoch))
    parameters.append(text: holder)
    do { try await side.execute(Self.endStatement, parameters) } catch { throw ReadError(error) }
  }

  public func lease(_ name: String) async throws(ReadError) -> LeaseReading? {
    try LeaseRules.validate(text: name, field: "lease name")
    var parameters = ParameterList()
    parameters.append(text: name)
    do {
      return try await side.query(Self.readStatement, parameters) {
        (result) throws(PostgresError) -> LeaseReading? in
        guard result.rowCount == 1 else { return nil }
        return LeaseReading(
          epoch: UInt64(bitPattern: try result.int8(row: 0, column: 0)),
          holder: result.text(row: 0, column: 1) ?? "",
          remaining: .microseconds(try result.int8(row: 0, column: 2)))
      }
    } catch { throw ReadError(error) }
  }

  private static let renewStatement = Statement(
    "renew_lease",
    "select renewed, epoch, holder from windlass_log.renew_lease(0, $1, $2, $3, $4)")
  private static let endStatement = Statement(
    "end_lease", "select windlass_log.end_lease(0, $1, $2, $3)")
  private static let readStatement = Statement(
    "lease",
    """
    select epoch, holder, greatest(
      expires_at - (extract(epoch from clock_timestamp()) * 1000000)::bigint, 0)
    from windlass_log.lease where log_id = 0 and name = $1 collate "C"
    """)
}
