extension Moment {
  /// Midnight of January 1 of the year 1, Go's zero time.
  static let zeroSeconds: Int64 = -62_135_596_800

  /// The same moment shown elsewhere, whether or not it is known what clocks showed there.
  func shownAnyway(in zone: Zone) -> Moment {
    var moment = self
    moment.zone = zone
    return moment
  }

  func shown(in zone: Zone, _ at: Int) throws(ConditionError) -> Moment {
    try shownAnyway(in: zone).known(at)
  }

  /// Itself, unless it is before what is known of its zone.
  func known(_ at: Int) throws(ConditionError) -> Moment {
    guard let since = zone.rule?.since, seconds < since else { return self }
    let start = Moment(seconds: since).format("2006-01-02T15:04:05Z07:00")
    throw ConditionError(
      .limit, "times in \(zone.name) are known from \(start) on only", at: at)
  }

  /// What is over a multiple of a span counted from the zero time, in nanoseconds; 0 for a span
  /// that is not positive.
  func remainder(_ span: Int64) -> Int64 {
    guard span > 0 else { return 0 }
    let (whole, over) = seconds.subtractingReportingOverflow(Self.zeroSeconds)
    guard !over else { return 0 }
    let wide = whole.multipliedFullWidth(by: 1_000_000_000)
    let (low, carry) = wide.low.addingReportingOverflow(UInt64(nanoseconds))
    let high = wide.high &+ (carry ? 1 : 0)
    // Before the zero time the quotient goes toward zero, and so does Go's.
    guard high >= 0 else { return remainderBefore(span, -whole) }
    let rest = UInt64(span).dividingFullWidth((UInt64(high) % UInt64(span), low)).remainder
    return Int64(rest)
  }

  private func remainderBefore(_ span: Int64, _ whole: Int64) -> Int64 {
    let wide = whole.multipliedFullWidth(by: 1_000_000_000)
    let (low, borrow) = wide.low.subtractingReportingOverflow(UInt64(nanoseconds))
    let high = wide.high &- (borrow ? 1 : 0)
    let rest = UInt64(span).dividingFullWidth((UInt64(max(high, 0)) % UInt64(span), low)).remainder
    return rest == 0 ? 0 : span - Int64(rest)
  }

  /// Go's binary form: version, seconds since the zero time, nanoseconds, minutes east of UTC.
  var binary: [UInt8] {
    func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
      var bytes: [UInt8] = []
      var shift = value.bitWidth - 8
      while shift >= 0 {
        bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        shift -= 8
      }
      return bytes
    }
    let minutes: Int16 =
      zone == .utc ? -1 : Int16(truncatingIfNeeded: zone.offset(at: seconds) / 60)
    return [1] + bytes(seconds &- Self.zeroSeconds) + bytes(nanoseconds) + bytes(minutes)
  }
}
