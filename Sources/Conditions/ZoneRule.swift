/// When a time zone keeps which offset, as POSIX writes it: `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// Source: POSIX.1-2017 §8.3, with hours beyond a day as RFC 9636 §3.3.1 allows them.
///
/// Kept by reference: values are many and moments in places are few.
final class ZoneRule: Sendable {
  struct Period: Equatable, Sendable {
    /// East of UTC.
    var offsetSeconds: Int64
    var abbreviation: String
    var isSummer: Bool
  }

  private enum Day: Sendable {
    /// Of the week (0 is Sunday), in a week of a month; the fifth week is the last.
    case weekday(Int, week: Int, month: Int)
    /// 1...365 without leap days, or 0...365 with them.
    case ofYear(Int, countsLeapDay: Bool)
  }

  private struct Edge: Sendable {
    var day: Day
    /// Seconds after midnight, in the time kept until then.
    var time: Int64
  }

  /// Seconds since 1970 from which on it holds; what was before is not known.
  let since: Int64
  private let standard: Period
  private let summer: Period?
  private let begin: Edge?
  private let end: Edge?

  var periods: [Period] { [standard] + (summer.map { [$0] } ?? []) }

  /// `nil` for what is no rule.
  init?(_ text: String, since: Int64) {
    var rest = Array(text.utf8)[...]
    guard let name = Self.name(&rest), let west = Self.time(&rest) else { return nil }
    self.since = since
    standard = Period(offsetSeconds: -west, abbreviation: name, isSummer: false)
    guard !rest.isEmpty else {
      (summer, begin, end) = (nil, nil, nil)
      return
    }
    guard let other = Self.name(&rest) else { return nil }
    let offset = Self.time(&rest).map { -$0 } ?? standard.offsetSeconds + 3_600
    summer = Period(offsetSeconds: offset, abbreviation: other, isSummer: true)
    guard let begin = Self.edge(&rest), let end = Self.edge(&rest), rest.isEmpty else { return nil }
    self.begin = begin
    self.end = end
  }

  /// What is kept at a moment, given in seconds since 1970.
  func period(at seconds: Int64) -> Period {
    guard let summer, let begin, let end else { return standard }
    let year = Moment(seconds: seconds &+ standard.offsetSeconds).fields.year
    let from = Self.instant(of: begin, year, standard.offsetSeconds)
    let to = Self.instant(of: end, year, summer.offsetSeconds)
    let isSummer =
      from < to ? from <= seconds && seconds < to : seconds < to || from <= seconds
    return isSummer ? summer : standard
  }

  private static func instant(of edge: Edge, _ year: Int64, _ offset: Int64) -> Int64 {
    let days: Int64
    switch edge.day {
    case .weekday(let weekday, let week, let month):
      let first = Moment.days(year: year, month: month, day: 1)
      let ahead = (Int64(weekday) - (first + 4) % 7 + 14) % 7
      var day = Int(ahead) + 7 * (week - 1)
      if day >= Moment.daysIn(month: month, year: year) { day -= 7 }
      days = first + Int64(day)
    case .ofYear(let day, let countsLeapDay):
      let leaps = Moment.daysIn(month: 2, year: year) == 29
      let shift = countsLeapDay ? 0 : leaps && day >= 60 ? 0 : -1
      days = Moment.days(year: year, month: 1, day: 1) + Int64(day + shift)
    }
    return days * 86_400 + edge.time - offset
  }

  // MARK: Reading

  private static func name(_ rest: inout ArraySlice<UInt8>) -> String? {
    let word: ArraySlice<UInt8>
    if rest.first == UInt8(ascii: "<") {
      word = rest.dropFirst().prefix { $0 != UInt8(ascii: ">") }
      rest = rest.dropFirst(word.count + 2)
    } else {
      word = rest.prefix { (65...90).contains($0) || (97...122).contains($0) }
      rest = rest.dropFirst(word.count)
    }
    return word.isEmpty ? nil : String(decoding: word, as: UTF8.self)
  }

  private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
    let digits = rest.prefix { (48...57).contains($0) }
    rest = rest.dropFirst(digits.count)
    return digits.count <= 4 ? Int(String(decoding: digits, as: UTF8.self)) : nil
  }

  /// `-3:30` in seconds.
  private static func time(_ rest: inout ArraySlice<UInt8>) -> Int64? {
    var sign: Int64 = 1
    if let mark = rest.first, mark == UInt8(ascii: "-") || mark == UInt8(ascii: "+") {
      sign = mark == UInt8(ascii: "-") ? -1 : 1
      rest = rest.dropFirst()
    }
    var seconds: Int64 = 0
    for unit in [3_600, 60, 1] as [Int64] {
      guard let part = number(&rest) else { return nil }
      seconds += Int64(part) * unit
      guard rest.first == UInt8(ascii: ":") else { break }
      rest = rest.dropFirst()
    }
    return sign * seconds
  }

  /// `,M3.5.0/3`
  private static func edge(_ rest: inout ArraySlice<UInt8>) -> Edge? {
    guard rest.popFirst() == UInt8(ascii: ",") else { return nil }
    let day: Day
    switch rest.first {
    case UInt8(ascii: "M"):
      rest = rest.dropFirst()
      guard let month = number(&rest), (1...12).contains(month), rest.popFirst() == 46,
        let week = number(&rest), (1...5).contains(week), rest.popFirst() == 46,
        let weekday = number(&rest), (0...6).contains(weekday)
      else { return nil }
      day = .weekday(weekday, week: week, month: month)
    case UInt8(ascii: "J"):
      rest = rest.dropFirst()
      guard let number = number(&rest), (1...365).contains(number) else { return nil }
      day = .ofYear(number, countsLeapDay: false)
    default:
      guard let number = number(&rest), number <= 365 else { return nil }
      day = .ofYear(number, countsLeapDay: true)
    }
    guard rest.first == UInt8(ascii: "/") else { return Edge(day: day, time: 7_200) }
    rest = rest.dropFirst()
    return time(&rest).map { Edge(day: day, time: $0) }
  }
}
