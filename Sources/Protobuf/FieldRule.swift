/// What a field may hold, beyond its type.
public struct FieldRule: Equatable, Sendable {
  /// Elements of a repeated field.
  public var countMax: Int?
  /// Bytes of a string or `bytes`; of each element when repeated.
  public var bytesMin = 0
  public var bytesMax: Int?
  public var text = Text.noNUL

  public enum Text: UInt8, Sendable {
    /// UTF-8 without NUL: the least that C strings ask for.
    case noNUL
    /// No control character but newline and tab.
    case free
    /// No control character.
    case line
    /// Space to tilde.
    case printableASCII
  }

  public init(
    countMax: Int? = nil, bytesMin: Int = 0, bytesMax: Int? = nil, text: Text = .noNUL
  ) {
    self.countMax = countMax
    self.bytesMin = bytesMin
    self.bytesMax = bytesMax
    self.text = text
  }

  /// At most `countMax` elements.
  public static func count(_ countMax: Int) -> Self { Self(countMax: countMax) }

  /// Text without control characters.
  public static func line(_ bytes: ClosedRange<Int>, count: Int? = nil) -> Self {
    Self(countMax: count, bytesMin: bytes.lowerBound, bytesMax: bytes.upperBound, text: .line)
  }

  /// Text of a person or program, several lines perhaps.
  public static func free(_ bytes: ClosedRange<Int>, count: Int? = nil) -> Self {
    Self(countMax: count, bytesMin: bytes.lowerBound, bytesMax: bytes.upperBound, text: .free)
  }

  /// An opaque token.
  public static func printableASCII(_ bytes: ClosedRange<Int>) -> Self {
    Self(bytesMin: bytes.lowerBound, bytesMax: bytes.upperBound, text: .printableASCII)
  }

  /// The rule as a sentence for the sender.
  var sentence: String {
    guard let bytesMax else { return "must be UTF-8 without NUL" }
    let size = bytesMin > 0 ? "\(bytesMin) to \(bytesMax)" : "at most \(bytesMax)"
    switch text {
    case .noNUL: return "must be \(size) bytes of UTF-8 without NUL"
    case .free: return "must be \(size) bytes without control characters but newline and tab"
    case .line: return "must be \(size) bytes without control characters"
    case .printableASCII: return "must be \(size) printable ASCII characters"
    }
  }
}
