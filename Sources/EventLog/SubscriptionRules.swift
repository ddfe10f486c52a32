/// What every subscription store demands of its arguments.
public enum SubscriptionRules {
  /// The most subscriptions of one log.
  public static let countMax = 1_000
  /// The longest name, in bytes.
  public static let nameBytesMax = 100
  /// The longest name of a consumer, in bytes.
  public static let consumerBytesMax = 128
  /// The largest filter, in bytes.
  public static let filterBytesMax = 16 * 1024

  /// Whether the text can name a subscription: 1...100 bytes of `A-Z a-z 0-9 . _ -`, the first a
  /// letter or a digit.
  public static func isName(_ text: String) -> Bool {
    guard (1...nameBytesMax).contains(text.utf8.count), let first = text.utf8.first,
      isAlphanumeric(first)
    else { return false }
    return text.utf8.allSatisfy { byte in
      isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: "-")
    }
  }

  /// - Throws: ``ReadError/invalid(_:)`` naming the field and the limit.
  public static func validate(name: String) throws(ReadError) {
    guard isName(name) else {
      throw .invalid(
        "subscription name must be 1...\(nameBytesMax) of A-Z, a-z, 0-9 and . _ -, beginning with "
          + "a letter or digit")
    }
  }

  /// - Throws: ``ReadError/invalid(_:)`` naming the field and the limit.
  public static func validate(
    name: String, filter: [UInt8], start: GlobalPosition, consumer: String
  ) throws(ReadError) {
    try validate(name: name)
    try validate(start)
    guard filter.count <= filterBytesMax else {
      throw .invalid(
        "subscription filter has \(filter.count) bytes; the limit is \(filterBytesMax)")
    }
    guard consumer.utf8.count <= consumerBytesMax, !consumer.utf8.contains(0) else {
      throw .invalid("subscription consumer must be at most \(consumerBytesMax) bytes, no NUL")
    }
  }

  /// - Throws: ``ReadError/invalid(_:)``
  public static func validate(_ position: GlobalPosition) throws(ReadError) {
    guard position.index <= UInt64(Int64.max) else {
      throw .invalid("subscription position must be at most \(Int64.max)")
    }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
