/// How a client checks a server and, for mutual TLS, proves who it is. Files are looked at again
/// for every new connection, so a renewed certificate needs no restart.
public struct ClientTLS: Sendable {
  /// PEM: the authorities that may vouch for the server; the system's when `nil`.
  public var trustFile: String?
  /// PEM: the client's certificate first, then its intermediates; for mutual TLS only.
  public var certificateFile: String?
  /// PEM, not encrypted. Needed exactly when there is a certificate.
  public var privateKeyFile: String?
  /// The name the server's certificate must carry, where it is not the endpoint's host. A
  /// certificate for the IP address that is connected to is taken as well.
  public var serverName: String?
  public var versionMin = TLSVersionMin.tls12

  public init() {}
}
