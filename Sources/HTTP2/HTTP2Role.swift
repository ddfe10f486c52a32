/// Which end of a connection a session is.
public enum HTTP2Role: Sendable {
  case server, client
}
