/// What every lease store demands of its arguments.
public enum LeaseRules {
  /// The longest time to live.
  public static let ttlMax = Duration.seconds(86_400)

  /// - Throws: ``ReadError/invalid(_:)`` naming the field and the limit.
  public static func validate(
    name: String, epoch: UInt64, holder: String, ttl: Duration
  ) throws(ReadError) {
    try validate(text: name, field: "lease name")
    try validate(text: holder, field: "lease holder")
    guard epoch > 0, epoch <= UInt64(Int64.max) else {
      throw .invalid("lease epoch must be 1 or more")
    }
    guard ttl > .zero, ttl <= ttlMax else {
      throw .invalid("lease ttl must be above zero and at most \(ttlMax.components.seconds) s")
    }
  }

  /// - Throws: ``ReadError/invalid(_:)`` naming the field and the limit.
  public static func validate(text: String, field: String) throws(ReadError) {
    guard (1...255).contains(text.utf8.count),
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
      throw .invalid("\(field) must be 1...255 bytes of printable ASCII without space")
    }
  }
}
