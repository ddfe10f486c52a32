/// Why a read has no answer.
public enum ReadError: Error, Equatable, CustomStringConvertible {
  /// The log cannot be reached; try again later.
  case unavailable(String)
  /// The reader's head is not on this log: stop serving, forget everything, rebuild from the log.
  case diverged
  /// The log contradicts itself: a hole, or a chain that does not fit its events. Stop reading it.
  case corrupt(String)
  /// An argument breaks a rule of the log, named with its limit.
  case invalid(String)

  public var description: String {
    switch self {
    case .unavailable(let detail): "the log is unavailable: \(detail)"
    case .diverged: "the log is not the one this reader has applied"
    case .corrupt(let detail): "the log is corrupt: \(detail)"
    case .invalid(let detail): "the read is invalid: \(detail)"
    }
  }
}
