/// Why a connection must end. The session can still send what it has queued; nothing more is read.
public enum HTTP2Error: Error, Equatable, Sendable {
  /// The first bytes were not the HTTP/2 connection preface, for example an HTTP/1.1 request.
  case notHTTP2
  /// The peer goes past a limit of ``HTTP2Limits``; names it.
  case limitExceeded(String)
  /// The peer used a stream that it had ended, or an id that is no longer to be had.
  case streamViolation(HTTP2ErrorCode)
  /// The library cannot go on; its own error number.
  case protocolViolation(code: Int32)
}
