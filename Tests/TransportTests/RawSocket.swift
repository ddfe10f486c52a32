import Glibc

/// A TCP connection that sends whatever a test wants, whole frames or not.
final class RawSocket {
  private let descriptor: Int32
  private(set) var received: [UInt8] = []
  /// The server has closed or reset the connection.
  private(set) var isEnded = false

  /// - Parameter receiveBufferBytes: of the kernel; small ones make a reader slow.
  init(_ address: String, receiveBufferBytes: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(call: "socket") }
    if var bytes = receiveBufferBytes {
      unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(4))
    }
    var time = timeval(tv_sec: 0, tv_usec: 50_000)
    let size = socklen_t(MemoryLayout<timeval>.size)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
    time.tv_sec = 5
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
    let port = UInt16(address.split(separator: ":").last ?? "") ?? 0
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = port.bigEndian
    target.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = unsafe withUnsafePointer(to: &target) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failure(call: "connect") }
  }

  deinit { close(descriptor) }

  struct Failure: Error {
    let call: String
  }

  /// Sends it all, or as much as the server takes before it closes.
  func send(_ bytes: [UInt8]) {
    var start = 0
    while start < bytes.count, !isEnded {
      let sent = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.send(
          descriptor, buffer.baseAddress.map { unsafe $0 + start }, bytes.count - start,
          Int32(MSG_NOSIGNAL))
      }
      guard sent > 0 else {
        isEnded = true
        return
      }
      start += sent
    }
  }

  /// Reads what has come, waiting for a moment at most. False when nothing did.
  @discardableResult
  func read() -> Bool {
    guard !isEnded else { return false }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe buffer.withUnsafeMutableBytes {
      unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
    }
    if count > 0 {
      received += buffer[..<count]
      return true
    }
    if count == 0 || (errno != EAGAIN && errno != EINTR) { isEnded = true }
    return false
  }

  /// Reads until the condition holds or the connection has ended; a test that waits in vain is
  /// stopped by its time limit.
  func read(until condition: (RawSocket) -> Bool) async {
    while !condition(self), !isEnded {
      if !read() { await Task.yield() }
    }
  }

  /// The frames received so far: type, flags, stream, payload.
  var frames: [(type: UInt8, flags: UInt8, stream: UInt8, payload: ArraySlice<UInt8>)] {
    var frames: [(type: UInt8, flags: UInt8, stream: UInt8, payload: ArraySlice<UInt8>)] = []
    var rest = received[...]
    while rest.count >= 9 {
      let head = Array(rest.prefix(9))
      let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
      guard rest.count >= 9 + length else { break }
      rest = rest.dropFirst(9)
      frames.append((head[3], head[4], head[8], rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return frames
  }

  func text() -> String { String(decoding: received, as: UTF8.self) }
}
