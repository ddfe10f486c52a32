/// Why there is no private PostgreSQL. The text says what to do.
public enum EmbeddedPostgresError: Error, Equatable, CustomStringConvertible {
  /// Something about the machine or the directory must be changed first; trying again does not help.
  case refused(String)
  /// The server did not start or did not answer; trying again may help.
  case failed(String)

  public var description: String {
    switch self {
    case .refused(let detail), .failed(let detail): detail
    }
  }
}
