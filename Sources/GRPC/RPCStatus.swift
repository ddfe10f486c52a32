/// How a call ended: a code, a text for people and, optionally, details for programs.
public struct RPCStatus: Error, Equatable, Sendable {
  public var code: RPCCode
  /// Free text; percent-encoded on the wire, so any characters may appear.
  public var message: String
  /// A serialised `google.rpc.Status`, sent as `grpc-status-details-bin`; empty for none.
  public var details: [UInt8]

  public init(_ code: RPCCode, _ message: String = "", details: [UInt8] = []) {
    self.code = code
    self.message = message
    self.details = details
  }

  public static let ok = RPCStatus(.ok)
}

extension RPCStatus: CustomStringConvertible {
  public var description: String {
    message.isEmpty ? code.name : "\(code.name): \(message)"
  }
}
