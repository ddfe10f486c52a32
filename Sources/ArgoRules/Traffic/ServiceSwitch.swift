/// One change of a service's selector.
public struct ServiceSwitch: Equatable, Sendable {
  public var service: String
  /// Hash selected before; empty for none.
  public var from: String
  public var to: String

  public init(_ service: String, from: String, to: String) {
    self.service = service
    self.from = from
    self.to = to
  }

  /// The event about it.
  public var message: String {
    "Switched selector for service '\(service)' from '\(from)' to '\(to)'"
  }
}
