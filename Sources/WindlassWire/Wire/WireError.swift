/// Why bytes are not the message they should be.
public struct WireError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where, in the words of the proto files: `envelope.idempotency_key`, `reports[3].id`. Empty
  /// when the message as a whole is meant.
  public var field: String
  /// The rule that was broken, with its limit: `must be 1 to 200 printable ASCII characters`.
  public var reason: String

  public init(field: String, reason: String) {
    self.field = field
    self.reason = reason
  }

  /// `field: reason`
  public var description: String { field.isEmpty ? reason : "\(field): \(reason)" }

  /// The same error as seen from the message that holds `parent`.
  func under(_ parent: String) -> Self {
    Self(field: field.isEmpty ? parent : "\(parent).\(field)", reason: reason)
  }
}
