import EventLog
import Postgres

extension AppendError {
  /// After a lost connection, or a warning instead of a plain success, the batch may be in the log.
  init(_ error: PostgresError) {
    switch error {
    case .notConnected, .refused, .invalidSettings: self = .unavailable("\(error)")
    case .lost, .warned, .malformed: self = .unknown("\(error)")
    }
  }
}
