/// The fields of one header block in order, in one piece of memory that is used again.
public struct HeaderBlock {
  private var bytes: [UInt8] = []
  /// Of each field: where its name ends and where its value does.
  private var ends: [(name: Int, value: Int)] = []

  public var count: Int { ends.count }

  mutating func append(_ name: Span<UInt8>, _ value: Span<UInt8>) {
    bytes.append(copying: name)
    let nameEnd = bytes.count
    bytes.append(copying: value)
    ends.append((nameEnd, bytes.count))
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  /// Reads field by field. Pseudo-header fields come first.
  public func visit(_ body: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Void) {
    let all = bytes.span
    var start = 0
    for end in ends {
      body(all.extracting(start..<end.name), all.extracting(end.name..<end.value))
      start = end.value
    }
  }
}
