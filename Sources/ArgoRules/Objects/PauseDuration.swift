/// How long a `pause` step lasts: a number of seconds, or text such as `"90"`, `"10m"`, `"1h30m"`.
public enum PauseDuration: Equatable, Hashable, Sendable {
  case seconds(Int)
  case text(String)

  /// Whole seconds, fraction dropped; -1 for text that is neither a number nor a Go duration (spec
  /// validation refuses such a step).
  public var wholeSeconds: Int {
    switch self {
    case .seconds(let seconds):
      return Int(Int32(clamping: seconds))
    case .text(let text):
      if let number = Int32(text) { return Int(number) }
      guard let nanoseconds = GoDuration.nanoseconds(text) else { return -1 }
      return Int(Int32(truncatingIfNeeded: nanoseconds / 1_000_000_000))
    }
  }
}
