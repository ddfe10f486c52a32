/// A certificate, key or trust file that cannot be used.
public struct TLSError: Error, Equatable, CustomStringConvertible {
  /// The path as configured.
  public var file: String
  public var reason: String

  public init(file: String, reason: String) {
    self.file = file
    self.reason = reason
  }

  public var description: String { "TLS file \(file): \(reason)" }
}
