/// Why a log could not be opened. The text says what to do.
public enum OpenError: Error, Equatable, CustomStringConvertible {
  /// PostgreSQL does not answer; trying again may help.
  case unavailable(String)
  /// The database or its settings do not fit this version; trying again does not help.
  case refused(String)

  public var description: String {
    switch self {
    case .unavailable(let detail), .refused(let detail): detail
    }
  }
}
