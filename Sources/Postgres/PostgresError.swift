/// Why a statement has no result. Each case says whether it may have taken effect.
public enum PostgresError: Error, Equatable, CustomStringConvertible {
  /// No connection, and nothing was sent.
  case notConnected(String)
  /// Sent, but the answer was lost, came too late or the server gave up the connection: it may have
  /// taken effect, or may still.
  case lost(String)
  /// The server answered success with a warning, for example a commit that is not replicated: it took
  /// effect here, and may be taken back by a failover.
  case warned(sqlState: String, message: String)
  /// The server refused the statement; it had no effect.
  case refused(sqlState: String, message: String)
  /// The result does not have the shape the caller asked for.
  case malformed(String)
  /// The connection settings are unusable.
  case invalidSettings(String)

  public var description: String {
    switch self {
    case .notConnected(let detail): "not connected to PostgreSQL: \(detail)"
    case .lost(let detail): "connection to PostgreSQL lost: \(detail)"
    case .warned(let state, let message): "PostgreSQL warned (\(state)): \(message)"
    case .refused(let state, let message): "PostgreSQL refused (\(state)): \(message)"
    case .malformed(let detail): "unexpected result from PostgreSQL: \(detail)"
    case .invalidSettings(let detail): detail
    }
  }
}
