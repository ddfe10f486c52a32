/// Why a text is not a ``StreamName``.
public struct InvalidStreamName: Error, Equatable, CustomStringConvertible {
  public var reason: String

  public init(reason: String) { self.reason = reason }

  public var description: String { reason }
}
