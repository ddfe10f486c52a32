internal import GRPC
internal import HTTP2
internal import NIOCore

/// An event loop as the thread of a connection.
struct NIOConnectionLoop: ConnectionLoop {
  let eventLoop: any EventLoop

  var isCurrent: Bool { eventLoop.inEventLoop }

  func execute(_ work: @escaping @Sendable () -> Void) { eventLoop.execute(work) }

  func now() -> MonotonicTime {
    MonotonicTime(nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds))
  }
}

extension NIODeadline {
  init(_ time: MonotonicTime) {
    self = .uptimeNanoseconds(UInt64(clamping: time.nanoseconds))
  }
}
