import GRPC
import WindlassWire

extension Session {
  /// The request, asking for at least what was seen.
  func bounded<Request: WireMessage>(_ request: Request) -> Request {
    guard var bounded = request as? any BoundedRequest else { return request }
    bounded.atLeastPosition = max(bounded.atLeastPosition, seen.value)
    return bounded as? Request ?? request
  }

  /// Remembers how much of the log an answer rested on.
  func remember(_ reply: some WireMessage) {
    if let reply = reply as? any PositionedReply { seen.raise(to: reply.logPosition) }
  }
}

extension RPCError {
  /// The replica that was asked has not seen as much of the log as was asked for.
  var isStale: Bool {
    status.code == .failedPrecondition && status.readDetails?.reason?.reason == "STALE"
  }

  /// Somebody else opened the same subscription.
  var isTakenOver: Bool {
    status.code == .aborted && status.readDetails?.reason?.reason == "TAKEN_OVER"
  }
}
