/// An instant: microseconds since 1970-01-01T00:00:00Z.
///
/// What Kubernetes stores (creation, start of a pause, deadlines) has whole seconds only; the
/// controller's own clock is finer. Keeping both in one type keeps comparisons such as "strictly
/// after start plus duration" exact.
public struct ArgoTime: Comparable, Hashable, Sendable {
  public var microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// Seconds since 1970, clamped to what fits.
  public init(seconds: Int64) {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    microseconds = overflow ? (seconds < 0 ? .min : .max) : product
  }

  /// Whole seconds, rounded down: what is left when Kubernetes stores the instant.
  public var secondsRoundedDown: Int64 {
    let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// The instant as Kubernetes would store it, without its fraction of a second.
  public var storedSecond: ArgoTime { ArgoTime(seconds: secondsRoundedDown) }

  /// The instant that many seconds later (earlier if negative), clamped at the ends of time.
  public func adding(seconds: Int) -> ArgoTime {
    let (step, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000)
    guard !overflow else { return ArgoTime(microseconds: seconds < 0 ? .min : .max) }
    let (sum, far) = microseconds.addingReportingOverflow(step)
    return ArgoTime(microseconds: far ? (seconds < 0 ? .min : .max) : sum)
  }

  /// Whole seconds from `earlier` until here, rounded toward zero and clamped to `int32`.
  public func wholeSeconds(since earlier: ArgoTime) -> Int {
    let (difference, overflow) = microseconds.subtractingReportingOverflow(earlier.microseconds)
    guard !overflow else {
      return microseconds < earlier.microseconds ? Int(Int32.min) : Int(Int32.max)
    }
    return Int(Int32(clamping: difference / 1_000_000))
  }

  public static func < (left: ArgoTime, right: ArgoTime) -> Bool {
    left.microseconds < right.microseconds
  }
}
