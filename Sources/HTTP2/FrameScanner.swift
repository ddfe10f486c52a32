/// Walks the frames of a connection by their heads, for what the library does not tell: frames it
/// ignores, how many there are of each kind, and streams used after their end.
struct FrameScanner {
  struct Frame: Equatable {
    /// Where the frame begins in the bytes being read; 0 when it began before them.
    var start = 0
    var length = 0
    var type: UInt8 = 0
    var flags: UInt8 = 0
    var stream: Int32 = 0
    /// Of a PRIORITY frame: the stream it names as its parent.
    var parent: Int32 = 0
  }

  private static let headBytes = 9

  /// Bytes to pass over: the connection preface, then payload after payload.
  private var skip: Int
  private var head: [UInt8] = []

  /// - Parameter prefaceBytes: what comes before the first frame.
  init(prefaceBytes: Int) {
    skip = prefaceBytes
    head.reserveCapacity(16)
  }

  /// The next frame whose head ends in `bytes`, from `index` on, which moves behind that head.
  mutating func next(_ bytes: Span<UInt8>, _ index: inout Int) -> Frame? {
    let passed = min(skip, bytes.count - index)
    skip -= passed
    index += passed
    guard index < bytes.count else { return nil }
    if head.isEmpty, bytes.count - index >= Self.headBytes {
      var frame = Self.frame(bytes.extracting(index..<index + Self.headBytes), start: index)
      guard Self.size(of: frame) > Self.headBytes else {
        index += Self.headBytes
        skip = frame.length
        return frame
      }
      guard bytes.count - index >= Self.size(of: frame) else { return collect(bytes, &index) }
      frame.parent = Self.number(bytes, index + Self.headBytes)
      index += Self.size(of: frame)
      skip = frame.length - 4
      return frame
    }
    return collect(bytes, &index)
  }

  /// As `next`, for a head that comes in pieces.
  private mutating func collect(_ bytes: Span<UInt8>, _ index: inout Int) -> Frame? {
    let start = head.isEmpty ? index : 0
    while index < bytes.count {
      head.append(bytes[index])
      index += 1
      guard head.count >= Self.headBytes else { continue }
      var frame = Self.frame(head.span, start: start)
      let size = Self.size(of: frame)
      guard head.count == size else { continue }
      if size > Self.headBytes { frame.parent = Self.number(head.span, Self.headBytes) }
      skip = frame.length - (size - Self.headBytes)
      head.removeAll(keepingCapacity: true)
      return frame
    }
    return nil
  }

  /// Of what is looked at: the head, and the parent that a PRIORITY frame names.
  private static func size(of frame: Frame) -> Int {
    frame.type == FrameType.priority && frame.length == 5 ? headBytes + 4 : headBytes
  }

  private static func frame(_ head: Span<UInt8>, start: Int) -> Frame {
    Frame(
      start: start, length: Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2]),
      type: head[3], flags: head[4], stream: number(head, 5))
  }

  /// Four bytes without the reserved bit.
  private static func number(_ bytes: Span<UInt8>, _ start: Int) -> Int32 {
    let high = Int32(bytes[start] & 0x7F) << 24 | Int32(bytes[start + 1]) << 16
    return high | Int32(bytes[start + 2]) << 8 | Int32(bytes[start + 3])
  }
}
