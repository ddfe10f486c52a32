/// Why a snapshot is not used. The log is folded without it.
public enum SnapshotRefused: Error, Equatable, CustomStringConvertible {
  /// Written by a service that lays states out or folds events otherwise.
  case otherVersion
  /// Its bytes are not those whose digest was recorded.
  case digest
  /// The bytes end too early.
  case cut
  /// The bytes say what cannot be.
  case malformed(String)
  /// It is of another place in the log than its row says.
  case otherPlace

  public var description: String {
    switch self {
    case .otherVersion: "it was written by another version of the service"
    case .digest: "its bytes do not fit their digest"
    case .cut: "its bytes end too early"
    case .malformed(let detail): "its bytes are malformed: \(detail)"
    case .otherPlace: "it is of another place in the log than it claims"
    }
  }
}
