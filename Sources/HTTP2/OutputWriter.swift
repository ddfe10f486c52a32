/// The space for payload in the DATA frame being built. Only valid inside `produce`.
@safe
public struct OutputWriter: ~Copyable {
  private let base: UnsafeMutablePointer<UInt8>
  private let capacity: Int
  /// Bytes written so far.
  public private(set) var count = 0

  init(base: UnsafeMutablePointer<UInt8>, capacity: Int) {
    unsafe self.base = unsafe base
    self.capacity = capacity
  }

  /// Bytes that still fit.
  public var free: Int { capacity - count }

  /// Writes one byte; false when the frame is full.
  @discardableResult
  public mutating func write(_ byte: UInt8) -> Bool {
    guard count < capacity else { return false }
    unsafe base[count] = byte
    count += 1
    return true
  }

  /// Copies as much of the array, from `start`, as fits, and returns how many bytes that was.
  public mutating func write(_ bytes: [UInt8], from start: Int) -> Int {
    precondition(start >= 0 && start <= bytes.count)
    let length = min(bytes.count - start, free)
    guard length > 0 else { return 0 }
    unsafe bytes.withUnsafeBufferPointer { source in
      guard let first = source.baseAddress else { return }
      unsafe (base + count).update(from: first + start, count: length)
    }
    count += length
    return length
  }
}
