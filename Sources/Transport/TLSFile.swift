#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// One file of certificates or keys: its content within bounds, and how to see that it changed.
struct TLSFile: Equatable, Sendable {
  /// What tells one version of a file from the next without reading it.
  struct Stamp: Equatable, Sendable {
    var device: UInt64
    var inode: UInt64
    var bytes: Int64
    var modifiedSeconds: Int64
    var modifiedNanoseconds: Int64
  }

  private static let bytesMax = 1 << 20

  let path: String

  /// `nil` when there is no such file, which is a version too.
  var stamp: Stamp? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    #if canImport(Darwin)
      let modified = status.st_mtimespec
    #else
      let modified = status.st_mtim
    #endif
    return Stamp(
      device: UInt64(clamping: status.st_dev), inode: UInt64(clamping: status.st_ino),
      bytes: Int64(status.st_size), modifiedSeconds: Int64(modified.tv_sec),
      modifiedNanoseconds: Int64(modified.tv_nsec))
  }

  /// The whole content; at most 1 MiB.
  func read() throws(TLSError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw refuse(Self.reason(errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw refuse(Self.reason(errno)) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw refuse("is not a regular file") }
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { buffer in
        #if canImport(Darwin)
          unsafe Darwin.read(descriptor, buffer.baseAddress, buffer.count)
        #else
          unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw refuse(Self.reason(errno)) }
      guard count > 0 else { return content }
      content.append(contentsOf: chunk[..<count])
      guard content.count <= Self.bytesMax else {
        throw refuse("is larger than \(Self.bytesMax) bytes")
      }
    }
  }

  func refuse(_ reason: String) -> TLSError { TLSError(file: path, reason: reason) }

  private static func reason(_ code: Int32) -> String {
    guard let text = unsafe strerror(code) else { return "cannot be read (error \(code))" }
    return "cannot be read: \(unsafe String(cString: text))"
  }
}
