internal import CZlib

/// Gzip within a byte budget.
enum Gzip {
  enum Failure: Error, Equatable {
    /// The bytes are not one complete gzip member.
    case malformed
    /// The content would be larger than the budget.
    case overBudget
  }

  /// Decompresses a message; never holds more than `bytesMax` bytes of output.
  static func decompress(_ bytes: Span<UInt8>, bytesMax: Int) throws(Failure) -> [UInt8] {
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    // 15 + 16: the largest window, gzip framing only.
    guard unsafe inflateInit2_(&stream, 31, ZLIB_VERSION, size) == Z_OK else { throw .malformed }
    defer { unsafe inflateEnd(&stream) }
    var output: [UInt8] = []
    var result = Z_OK
    unsafe bytes.withUnsafeBufferPointer { input in
      unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      unsafe stream.avail_in = UInt32(clamping: input.count)
      while result == Z_OK {
        // One byte past the budget shows that it is not enough.
        let room = min(max(output.count, 4_096), bytesMax + 1 - output.count)
        guard room > 0 else { return }
        let chunk = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
          unsafe stream.next_out = buffer.baseAddress
          unsafe stream.avail_out = UInt32(clamping: room)
          result = unsafe inflate(&stream, Z_NO_FLUSH)
          count = room - Int(unsafe stream.avail_out)
        }
        output.append(contentsOf: chunk)
        if chunk.isEmpty, result == Z_OK { return }
      }
    }
    guard output.count <= bytesMax else { throw .overBudget }
    guard result == Z_STREAM_END, unsafe stream.avail_in == 0 else { throw .malformed }
    return output
  }

  /// Compresses a message as one gzip member.
  ///
  /// - Parameter mustShrink: whether a message that gets no smaller is given up on.
  static func compress(_ bytes: [UInt8], mustShrink: Bool) -> [UInt8]? {
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    // The fastest level with a small window: 64 KiB of memory and little time on the loop.
    guard
      unsafe deflateInit2_(
        &stream, 1, Z_DEFLATED, 13 + 16, 6, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
    else { return nil }
    defer { unsafe deflateEnd(&stream) }
    let room =
      mustShrink ? bytes.count : Int(clamping: unsafe deflateBound(&stream, UInt(bytes.count)))
    var isDone = false
    let output = unsafe bytes.withUnsafeBufferPointer { input in
      unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      unsafe stream.avail_in = UInt32(clamping: input.count)
      return unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        unsafe stream.next_out = buffer.baseAddress
        unsafe stream.avail_out = UInt32(clamping: buffer.count)
        isDone = unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END
        count = buffer.count - Int(unsafe stream.avail_out)
      }
    }
    return isDone ? output : nil
  }
}
