/// How a server proves who it is and what it asks of its clients. The protocol is `h2` by ALPN; a
/// client that does not offer it is disconnected.
public struct ServerTLS: Sendable {
  /// Whether clients show certificates.
  public enum ClientCertificates: Equatable, Sendable {
    case notAsked
    /// Asked for; a client without one is served, one with a bad one is not.
    case requested
    /// A client without one is not served.
    case required
  }

  /// PEM: the server's certificate first, then its intermediates.
  public var certificateFile: String
  /// PEM, not encrypted; belongs to the first certificate.
  public var privateKeyFile: String
  public var clientCertificates = ClientCertificates.notAsked
  /// PEM: the authorities that may vouch for clients; the system's when `nil`.
  public var trustFile: String?
  public var versionMin = TLSVersionMin.tls12
  /// Judges the chain a client presents (DER, leaf first) in place of the built-in verification;
  /// returns why it is refused, or `nil` to let it in. Runs on the connection's loop and must not
  /// block. Without it the chain must lead to `trustFile`.
  public var judgeChain: (@Sendable ([[UInt8]]) -> String?)?
  /// Time for a handshake, from the first byte of the connection.
  public var handshakeTimeout = Duration.seconds(5)
  /// Handshakes under way at once, in all and from one address (a loopback address counts in all
  /// only). Connections over it are closed: a storm of clients comes back with its back-off.
  public var handshakesMax = 200
  public var handshakesPerSourceMax = 50
  /// How often the files are looked at for a change.
  public var reloadInterval = Duration.seconds(10)

  public init(certificateFile: String, privateKeyFile: String) {
    self.certificateFile = certificateFile
    self.privateKeyFile = privateKeyFile
  }
}
