/// The name of a stream: `<category>-<id>`, for example `rollout-shop/web@eu-1`.
///
/// 1...255 bytes of printable ASCII without space; the category ends at the first hyphen, and neither
/// part is empty. ASCII only, because Swift and PostgreSQL disagree about when other text is equal.
public struct StreamName: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The longest name, in bytes.
  public static let bytesMax = 255

  public let text: String

  /// - Throws: ``InvalidStreamName``, which says what is wrong with the text.
  public init(validating text: String) throws(InvalidStreamName) {
    let utf8 = text.utf8
    guard !utf8.isEmpty else { throw InvalidStreamName(reason: "stream name is empty") }
    guard utf8.count <= Self.bytesMax else {
      throw InvalidStreamName(
        reason: "stream name has \(utf8.count) bytes; the limit is \(Self.bytesMax)")
    }
    guard utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw InvalidStreamName(reason: "stream name must be printable ASCII without space")
    }
    guard let hyphen = utf8.firstIndex(of: UInt8(ascii: "-")),
      hyphen != utf8.startIndex, utf8.index(after: hyphen) != utf8.endIndex
    else {
      throw InvalidStreamName(reason: "stream name must be <category>-<id>")
    }
    self.text = text
  }

  /// What stands before the first hyphen: the kind of thing the stream is about.
  public var category: Substring { text.prefix { $0 != "-" } }

  /// What stands after the first hyphen.
  public var id: Substring { text.drop { $0 != "-" }.dropFirst() }

  public var description: String { text }

  public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}
