/// Why bytes were refused before anything was made of them.
public struct MalformedMessage: Error, Equatable, Sendable {
  /// Names from the proto file: `reports[3].id`; empty when the message as a whole is meant.
  public var field: String
  /// What is wrong, with the limit.
  public var reason: String

  public init(field: String, reason: String) {
    self.field = field
    self.reason = reason
  }

  func under(_ parent: String) -> Self {
    Self(field: field.isEmpty ? parent : "\(parent).\(field)", reason: reason)
  }
}
