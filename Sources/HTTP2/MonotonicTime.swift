/// A point on the machine's monotonic clock, in nanoseconds since an arbitrary origin.
///
/// This module reads no clock: whoever owns the socket passes the time in with the bytes.
public struct MonotonicTime: Comparable, Hashable, Sendable {
  public let nanoseconds: Int64

  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// Later than any other time.
  public static let distantFuture = MonotonicTime(nanoseconds: .max)

  /// This time moved by a duration; stops at the ends of the range instead of wrapping.
  public func advanced(by duration: Duration) -> MonotonicTime {
    advanced(byNanoseconds: duration.clampedNanoseconds)
  }

  /// This time moved by nanoseconds; stops at the ends of the range instead of wrapping.
  public func advanced(byNanoseconds distance: Int64) -> MonotonicTime {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(distance)
    guard overflow else { return MonotonicTime(nanoseconds: sum) }
    return MonotonicTime(nanoseconds: distance < 0 ? .min : .max)
  }

  /// How long it is from `earlier` to this time; negative when this time is the earlier one.
  public func since(_ earlier: MonotonicTime) -> Duration {
    .nanoseconds(nanosecondsSince(earlier))
  }

  /// As ``since(_:)``, as bare nanoseconds, clamped.
  public func nanosecondsSince(_ earlier: MonotonicTime) -> Int64 {
    let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
    guard overflow else { return difference }
    return nanoseconds < earlier.nanoseconds ? .min : .max
  }

  public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

extension Duration {
  /// The duration in whole nanoseconds, clamped to what an `Int64` holds (292 years).
  public var clampedNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    let (sum, overflowed) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    guard !overflowed else { return seconds < 0 ? .min : .max }
    return sum
  }
}
