/// A moment as the log recorded it: microseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Hashable, Comparable, Sendable {
  public var microseconds: Int64
  public init(microseconds: Int64) { self.microseconds = microseconds }
  public static func < (a: Self, b: Self) -> Bool { a.microseconds < b.microseconds }

  /// Later by `interval`; stays at the largest moment instead of overflowing.
  public static func + (a: Self, interval: Interval) -> Self {
    let (sum, overflow) = a.microseconds.addingReportingOverflow(interval.microseconds)
    return Self(microseconds: overflow ? .max : sum)
  }

  /// How long after `earlier` this is; negative if it is before. Saturates.
  public func since(_ earlier: Self) -> Interval {
    let (difference, overflow) = microseconds.subtractingReportingOverflow(earlier.microseconds)
    guard overflow else { return Interval(microseconds: difference) }
    return Interval(microseconds: microseconds < 0 ? .min : .max)
  }
}

/// A length of time in microseconds. Positive wherever it comes from outside.
public struct Interval: Hashable, Comparable, Sendable {
  public var microseconds: Int64
  public init(microseconds: Int64) { self.microseconds = microseconds }
  public static func seconds(_ seconds: Int64) -> Self {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    return Self(microseconds: overflow ? (seconds < 0 ? .min : .max) : product)
  }
  public static func < (a: Self, b: Self) -> Bool { a.microseconds < b.microseconds }
}
