import Glibc

/// A TCP connection to this machine or another, by blocking-free calls of one thread.
@safe
final class LoadSocket {
  let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: 256 * 1024)

  /// - Throws: ``BenchError`` when nobody listens there.
  init(endpoint: String) throws {
    let parts = endpoint.split(separator: ":")
    guard parts.count == 2, let port = UInt16(parts[1]) else {
      throw BenchError("\(endpoint) is no HOST:PORT")
    }
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    guard unsafe inet_pton(AF_INET, String(parts[0]), &address.sin_addr) == 1 else {
      throw BenchError("\(parts[0]) is no IPv4 address")
    }
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let connected = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, size)
      }
    }
    guard connected == 0 else { throw BenchError("\(endpoint): connect failed (\(errno))") }
    var on: Int32 = 1
    _ = unsafe setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(descriptor) }

  /// Sends everything; the other side reads as fast as we write.
  func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { raw in
        unsafe Glibc.send(
          descriptor, raw.baseAddress.map { unsafe $0 + sent }, raw.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      guard count > 0 || errno == EINTR else { throw BenchError("send failed (\(errno))") }
      sent += max(count, 0)
    }
  }

  /// What has arrived, handed to `body`. For a socket that is ready.
  func receive(_ body: (Span<UInt8>) throws -> Void) throws {
    let count = unsafe buffer.withUnsafeMutableBytes { raw in
      unsafe recv(descriptor, raw.baseAddress, raw.count, 0)
    }
    guard count > 0 else { throw BenchError("the service closed the connection") }
    let bytes = Array(buffer[..<count])
    try body(bytes.span)
  }

  /// Waits until one of them can be read, and says which can.
  static func wait(for sockets: [LoadSocket]) -> [Int] {
    var entries = sockets.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    guard unsafe poll(&entries, nfds_t(entries.count), 1000) > 0 else { return [] }
    return entries.indices.filter { entries[$0].revents != 0 }
  }
}
