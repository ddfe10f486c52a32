/// The oldest version of TLS that is spoken.
public enum TLSVersionMin: String, Sendable {
  /// TLS 1.2 with forward secrecy and authenticated encryption only, and TLS 1.3.
  case tls12 = "1.2"
  case tls13 = "1.3"
}
