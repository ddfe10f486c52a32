internal import HTTP2

/// Splits received payload into length-prefixed messages.
///
/// A message's size is judged by its prefix, before its bytes are kept.
struct MessageReader {
  enum Step: Equatable {
    /// More bytes are needed.
    case incomplete
    /// A message is ready: its bytes are `range` of `bytes`.
    case message(range: Range<Int>, compressed: Bool)
    /// The prefix announces more than is allowed.
    case tooLarge(Int)
    /// The flag byte is neither 0 nor 1.
    case badFlag(UInt8)
  }

  private(set) var bytes: [UInt8] = []
  private var start = 0

  /// Bytes held and not yet taken.
  var pending: Int { bytes.count - start }

  mutating func append(_ chunk: Span<UInt8>) {
    if start == bytes.count {
      bytes.removeAll(keepingCapacity: true)
      start = 0
    }
    bytes.append(copying: chunk)
  }

  /// Looks at what is next without taking it.
  func peek(bytesMax: Int) -> Step {
    guard pending >= 5 else { return .incomplete }
    let flag = bytes[start]
    guard flag <= 1 else { return .badFlag(flag) }
    let length =
      Int(bytes[start + 1]) << 24 | Int(bytes[start + 2]) << 16 | Int(bytes[start + 3]) << 8
      | Int(bytes[start + 4])
    guard length <= bytesMax else { return .tooLarge(length) }
    guard pending - 5 >= length else { return .incomplete }
    return .message(range: start + 5..<start + 5 + length, compressed: flag == 1)
  }

  /// Takes the message that ends at `end`.
  mutating func take(through end: Int) {
    start = end
    guard start > 65_536, start < bytes.count else { return }
    bytes.removeFirst(start)
    start = 0
  }

  /// Empties the reader; keeps its memory only when that is small.
  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: bytes.capacity <= 16_384)
    start = 0
  }
}
