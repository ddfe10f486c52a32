/// A point in time with the zone it is shown in, as `now()` and `date()` yield it.
public struct Moment: Equatable, Sendable {
  /// Whole seconds since 1970-01-01T00:00:00Z; negative before it.
  public var seconds: Int64
  /// 0..<1_000_000_000, counted forward from `seconds`.
  public var nanoseconds: Int32
  /// Where the moment is shown; does not change which moment it is.
  public var zone: Zone

  /// An offset from UTC with the name it prints under.
  public struct Zone: Equatable, Sendable {
    /// Seconds east of UTC.
    public var offsetSeconds: Int32
    /// `UTC`, an abbreviation such as `CET`, or empty for a bare offset.
    public var name: String

    public static let utc = Zone(offsetSeconds: 0, name: "UTC")

    public init(offsetSeconds: Int32, name: String) {
      self.offsetSeconds = offsetSeconds
      self.name = name
    }
  }

  /// - Parameter nanoseconds: any value; what exceeds a second is carried into `seconds`.
  public init(seconds: Int64, nanoseconds: Int64 = 0, zone: Zone = .utc) {
    let carry =
      nanoseconds >= 0 ? nanoseconds / 1_000_000_000 : (nanoseconds - 999_999_999) / 1_000_000_000
    self.seconds = seconds &+ carry
    self.nanoseconds = Int32(truncatingIfNeeded: nanoseconds &- carry &* 1_000_000_000)
    self.zone = zone
  }

  public init(microsecondsSince1970 microseconds: Int64) {
    let (whole, part) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    self.init(seconds: whole, nanoseconds: part * 1000)
  }

  /// Order in time; zones do not matter.
  func isBefore(_ other: Moment) -> Bool {
    (seconds, nanoseconds) < (other.seconds, other.nanoseconds)
  }

  func isSameInstant(as other: Moment) -> Bool {
    seconds == other.seconds && nanoseconds == other.nanoseconds
  }
}
