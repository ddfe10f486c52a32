import Postgres

extension OpenError {
  init(_ error: PostgresError) {
    switch error {
    case .notConnected, .lost, .warned: self = .unavailable("\(error)")
    case .refused, .malformed, .invalidSettings: self = .refused("\(error)")
    }
  }
}
