/// Why a server could not listen.
public struct ListenError: Error, Equatable, CustomStringConvertible {
  public var address: String
  public var reason: String
  public var description: String { "cannot listen on \(address): \(reason)" }
}
