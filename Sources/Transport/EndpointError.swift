/// An endpoint that cannot be read.
public struct EndpointError: Error, Equatable, CustomStringConvertible {
  public var endpoint: String
  public var reason: String
  public var description: String { "endpoint \(endpoint): \(reason)" }
}
