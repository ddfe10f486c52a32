/// The fields of one header block in order, in one piece of memory that is used again.
public struct HeaderBlock {
  /// The first `used` bytes are names and values, one after another.
  private var bytes: [UInt8] = []
  private var used = 0
  /// Of each field: where its name ends and where its value does.
  private var ends: [(name: Int, value: Int)] = []

  public var count: Int { ends.count }

  mutating func append(_ name: Span<UInt8>, _ value: Span<UInt8>) {
    let start = used
    let nameEnd = start + name.count
    let end = nameEnd + value.count
    if end > bytes.count {
      bytes.append(contentsOf: repeatElement(0, count: max(end, 512) * 2 - bytes.count))
    }
    var free = bytes.mutableSpan
    for index in name.indices { free[start + index] = name[index] }
    for index in value.indices { free[nameEnd + index] = value[index] }
    used = end
    ends.append((nameEnd, end))
  }

  mutating func removeAll() {
    used = 0
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
