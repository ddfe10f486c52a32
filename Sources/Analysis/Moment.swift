/// A point in time, in nanoseconds since 1970 UTC: from the year 1677 to 2262.
///
/// Always a recorded fact that came in as a value; this module reads no clock.
public struct Moment: Hashable, Comparable, Sendable {
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Stays at the first or last moment instead of overflowing.
  public init(microseconds: Int64) {
    nanoseconds = microseconds.multipliedSaturating(by: 1_000)
  }

  /// Stays at the first or last moment instead of overflowing.
  public init(seconds: Int64) {
    nanoseconds = seconds.multipliedSaturating(by: 1_000_000_000)
  }

  public static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }

  /// Later by a span, or earlier if it is negative; stays at the first or last moment instead of
  /// overflowing.
  public static func + (a: Self, span: Span) -> Self {
    Self(nanoseconds: a.nanoseconds.addingSaturating(span.nanoseconds))
  }

  /// How long after `earlier` this is; negative if it is before. Saturates.
  public func since(_ earlier: Self) -> Span {
    let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
    guard overflow else { return Span(nanoseconds: difference) }
    return Span(nanoseconds: nanoseconds < 0 ? .min : .max)
  }

  /// A length of time in nanoseconds, as Go's `time.Duration`: up to 292 years, possibly negative.
  public struct Span: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Saturates.
    public static func seconds(_ seconds: Int64) -> Self {
      Self(nanoseconds: seconds.multipliedSaturating(by: 1_000_000_000))
    }

    /// Whole seconds, cut off towards zero.
    public var wholeSeconds: Int64 { nanoseconds / 1_000_000_000 }

    public static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }
  }
}

extension Int64 {
  func addingSaturating(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    guard overflow else { return sum }
    return other < 0 ? .min : .max
  }

  func multipliedSaturating(by other: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    guard overflow else { return product }
    return (self < 0) == (other < 0) ? .max : .min
  }
}
