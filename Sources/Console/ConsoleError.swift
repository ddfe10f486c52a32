/// Why the Console did not start. The description is for the person who started the service.
public enum ConsoleError: Error, Equatable, CustomStringConvertible {
  /// Another process listens there already.
  case addressInUse(host: String, port: UInt16)
  /// The host is unknown, not of this machine, or the port is not ours to take.
  case cannotListen(host: String, port: UInt16, reason: String)

  public var description: String {
    switch self {
    case .addressInUse(let host, let port):
      "the Console cannot listen on \(host):\(port): the port is in use; "
        + "choose another with --console HOST:PORT"
    case .cannotListen(let host, let port, let reason):
      "the Console cannot listen on \(host):\(port): \(reason); "
        + "choose another with --console HOST:PORT"
    }
  }
}
