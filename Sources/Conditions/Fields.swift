/// The entries of a map with string keys, ordered by the bytes of their keys.
public struct Fields: Sendable {
  public typealias Element = (key: String, value: Value)

  /// Sorted by key, without repetition.
  public private(set) var entries: [Element]

  public var count: Int { entries.count }

  /// Of entries with the same key the last one stays.
  public init(_ pairs: some Sequence<(String, Value)>) {
    var sorted: [Element] = []
    for (offset, pair) in pairs.enumerated().sorted(by: { left, right in
      left.element.0.bytesEqual(right.element.0)
        ? left.offset < right.offset : left.element.0.bytesLess(right.element.0)
    }) {
      _ = offset
      if let last = sorted.last, last.key.bytesEqual(pair.0) {
        sorted[sorted.count - 1] = (pair.0, pair.1)
      } else {
        sorted.append((pair.0, pair.1))
      }
    }
    entries = sorted
  }

  /// The value under a key, or `nil` when there is none.
  public subscript(key: String) -> Value? {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].key.bytesLess(key) { low = middle + 1 } else { high = middle }
    }
    guard low < entries.count, entries[low].key.bytesEqual(key) else { return nil }
    return entries[low].value
  }
}

extension String {
  /// Equality of the bytes; Swift's own `==` also accepts canonically equivalent text.
  func bytesEqual(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }
  func bytesLess(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
