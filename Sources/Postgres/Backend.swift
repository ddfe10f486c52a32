/// The server's end of one connection, told apart from a later one with the same process id.
struct Backend: Equatable, Sendable {
  var pid: Int32
  /// Microseconds since 1970.
  var startedAt: Int64

  /// Asks the server who serves this connection.
  static func ofConnection(
    _ connection: Connection, _ deadline: Deadline
  ) throws(PostgresError) -> Backend {
    let result = try connection.query(own, ParameterList(), deadline)
    guard result.rowCount == 1 else { throw .malformed("no row about this connection") }
    return Backend(
      pid: try result.int4(row: 0, column: 0), startedAt: try result.int8(row: 0, column: 1))
  }

  /// Ends this backend if it waits for bytes of a connection that was given up.
  ///
  /// Where the network fell silent in the middle of a message, the server waits for the rest of it
  /// with everything locked that the statement has locked. One that works is left alone: it may be
  /// waiting for a standby, and ending it then would let a commit pass for replicated that is not.
  ///
  /// - Returns: whether it is gone for good, or still has to be looked at.
  func endIfSilent(
    through connection: Connection, _ deadline: Deadline
  ) throws(PostgresError) -> Bool {
    var parameters = ParameterList()
    parameters.append(int4: pid)
    parameters.append(int8: startedAt)
    let result = try connection.query(Self.end, parameters, deadline)
    return result.rowCount == 0
  }

  private static let own = Statement(
    "own_backend",
    """
    select pid, (extract(epoch from backend_start) * 1000000)::bigint
    from pg_stat_activity where pid = pg_backend_pid()
    """)
  private static let end = Statement(
    "end_silent_backend",
    """
    select case when wait_event = 'ClientRead' then pg_terminate_backend(pid) end
    from pg_stat_activity
    where pid = $1 and (extract(epoch from backend_start) * 1000000)::bigint = $2
    """)
}
