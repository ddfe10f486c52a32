/// The newest measurements of a metric, oldest first; older ones are forgotten.
///
/// Adding one and reading the last take the same time however many there were.
public struct MeasurementHistory: Equatable, Sendable, RandomAccessCollection {
  /// How many stay, at least 1.
  public let limit: Int
  private var ring: [Measurement] = []
  /// Where the oldest is.
  private var head = 0

  init(limit: Int) {
    self.limit = Swift.max(1, limit)
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { ring.count }

  public subscript(position: Int) -> Measurement {
    precondition(indices.contains(position), "no such measurement")
    return ring[place(of: position)]
  }

  public var last: Measurement? { ring.isEmpty ? nil : ring[place(of: ring.count - 1)] }

  mutating func append(_ measurement: Measurement) {
    if ring.count < limit {
      ring.append(measurement)
    } else {
      ring[head] = measurement
      head = (head + 1) % limit
    }
  }

  /// Puts a measurement in place of the newest, which it continues.
  mutating func replaceLast(with measurement: Measurement) {
    guard !ring.isEmpty else { return append(measurement) }
    ring[place(of: ring.count - 1)] = measurement
  }

  /// Never overflows: both are smaller than an array's count.
  private func place(of position: Int) -> Int { (head + position) % ring.count }

  /// What counts is what is kept, not where in the ring it lies.
  public static func == (a: Self, b: Self) -> Bool {
    a.limit == b.limit && a.count == b.count && a.elementsEqual(b)
  }
}
