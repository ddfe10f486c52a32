public import GRPC
public import HTTP2

/// All limits of a server.
public struct ServerLimits: Sendable {
  public var http2 = HTTP2Limits()
  public var grpc = GRPCLimits()
  /// Connections open at once; further ones are closed at once.
  public var connectionsMax: Int = 20_000

  public init() {}
}
