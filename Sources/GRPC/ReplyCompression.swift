/// Which replies of a method are compressed with gzip, for clients that accept it.
public enum ReplyCompression: Equatable, Sendable {
  /// Those that the handler marks. Most messages are small, and compressing costs more than it
  /// saves.
  case whenAsked
  /// Those that the handler marks, and all of at least so many bytes that get smaller by it.
  case from(bytes: Int)

  func applies(to bytes: Int, isAsked: Bool) -> Bool {
    switch self {
    case .whenAsked: isAsked
    case .from(let bytesMin): isAsked || bytes >= bytesMin
    }
  }
}
