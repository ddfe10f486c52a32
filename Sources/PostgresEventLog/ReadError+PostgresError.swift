import EventLog
import Postgres

extension ReadError {
  init(_ error: PostgresError) {
    switch error {
    case .malformed(let detail): self = .corrupt(detail)
    case .notConnected, .lost, .warned, .refused, .invalidSettings: self = .unavailable("\(error)")
    }
  }
}
