/// A point in time with the zone it is shown in, as `now()` and `date()` yield it.
public struct Moment: Equatable, Sendable {
  /// Whole seconds since 1970-01-01T00:00:00Z; negative before it.
  public var seconds: Int64
  /// 0..<1_000_000_000, counted forward from `seconds`.
  public var nanoseconds: Int32
  /// Where the moment is shown; does not change which moment it is.
  public var zone: Zone

  /// Where clocks agree: a fixed offset from UTC, or a place with a rule.
  public struct Zone: Equatable, Sendable {
    /// Seconds east of UTC; of a place the one it kept at the start of 1970 by today's rule.
    public var offsetSeconds: Int32
    /// `UTC`, an abbreviation such as `CET`, a place such as `Europe/Berlin`, or empty for a bare
    /// offset.
    public var name: String
    /// How a place changes its offset over the year.
    let rule: ZoneRule?

    public static let utc = Zone(offsetSeconds: 0, name: "UTC")

    public init(offsetSeconds: Int32, name: String) {
      self.offsetSeconds = offsetSeconds
      self.name = name
      rule = nil
    }

    init(name: String, rule: ZoneRule) {
      self.name = name
      self.rule = rule
      offsetSeconds = Int32(truncatingIfNeeded: rule.period(at: 0).offsetSeconds)
    }

    public static func == (left: Zone, right: Zone) -> Bool {
      left.offsetSeconds == right.offsetSeconds && left.name == right.name
        && left.rule === right.rule
    }

    func offset(at seconds: Int64) -> Int64 {
      rule?.period(at: seconds).offsetSeconds ?? Int64(offsetSeconds)
    }

    func abbreviation(at seconds: Int64) -> String {
      rule?.period(at: seconds).abbreviation ?? name
    }

    /// The offset a place keeps under an abbreviation; `nil` for one it does not use.
    func offset(named abbreviation: String, at local: Int64) -> Int64? {
      guard let rule else { return name == abbreviation ? Int64(offsetSeconds) : nil }
      return rule.periods.first { $0.abbreviation == abbreviation }?.offsetSeconds
    }

    /// The moment at which clocks here show a local time, given as if it were UTC. Of a time shown
    /// twice, or skipped, the one that Go takes: the offset kept at the local reading decides.
    func instant(ofLocal local: Int64) -> Int64 {
      let first = offset(at: local)
      return local &- offset(at: local &- first)
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
