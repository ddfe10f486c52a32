extension Moment {
  /// Year, month and so on in a moment's own zone, by the Gregorian calendar.
  struct Fields: Equatable {
    var year: Int64
    /// 1...12
    var month: Int
    /// 1...31
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int
    /// 0 is Sunday.
    var weekday: Int
    /// 1...366
    var yearDay: Int
  }

  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  func adding(_ span: Int64) -> Moment {
    let (whole, part) = span.quotientAndRemainder(dividingBy: 1_000_000_000)
    return Moment(
      seconds: seconds &+ whole, nanoseconds: Int64(nanoseconds) + part, zone: zone)
  }

  /// Saturates at the ends of what 64 bits of nanoseconds hold, some 292 years.
  func nanoseconds(since other: Moment) -> Int64 {
    let (whole, over) = seconds.subtractingReportingOverflow(other.seconds)
    let edge = isBefore(other) ? Int64.min : .max
    guard !over else { return edge }
    let (scaled, more) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, most) = scaled.addingReportingOverflow(Int64(nanoseconds) - Int64(other.nanoseconds))
    return more || most ? edge : sum
  }

  var fields: Fields {
    let local = seconds &+ zone.offset(at: seconds)
    var days = local / 86_400
    var rest = local % 86_400
    if rest < 0 {
      rest += 86_400
      days -= 1
    }
    // Days since 0000-03-01, so that the leap day is the last of its year.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let weekday = ((days % 7) + 11) % 7
    return Fields(
      year: year, month: Int(month), day: Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1),
      hour: Int(rest / 3_600), minute: Int(rest / 60 % 60), second: Int(rest % 60),
      weekday: Int(weekday), yearDay: Int(days - Self.days(year: year, month: 1, day: 1)) + 1)
  }

  /// Days from 1970-01-01 to a date; months and days beyond their range carry over.
  static func days(year: Int64, month: Int, day: Int) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func daysIn(month: Int, year: Int64) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// The ISO 8601 year and the week in it, 1...53.
  var isoWeek: (year: Int64, week: Int) {
    let fields = fields
    // The week's Thursday tells its year.
    let thursday = Int64(fields.yearDay + 3 - (fields.weekday + 6) % 7)
    let days = Moment.days(year: fields.year, month: 1, day: 1) + thursday - 1
    let other = Moment(seconds: days * 86_400).fields
    return (other.year, (other.yearDay - 1) / 7 + 1)
  }

  /// As Go prints a time: `2024-01-02 03:04:05.5 +0000 UTC`.
  var description: String {
    format("2006-01-02 15:04:05.999999999 -0700 MST")
  }

  var rfc3339: String { format("2006-01-02T15:04:05.999999999Z07:00") }

  /// By Go's layouts, which spell out one reference time.
  func format(_ layout: String) -> String {
    let fields = fields
    var text = ""
    for part in TimeLayout.parts(layout) {
      switch part {
      case .text(let literal): text += literal
      case .field(let field, _): text += shown(field, fields)
      }
    }
    return text
  }

  private func shown(_ field: TimeLayout.Field, _ fields: Fields) -> String {
    switch field {
    case .longMonth: return Self.months[(fields.month - 1) % 12]
    case .month: return String(Self.months[(fields.month - 1) % 12].prefix(3))
    case .numericMonth: return "\(fields.month)"
    case .zeroMonth: return padded(fields.month, 2)
    case .longWeekday: return Self.weekdays[fields.weekday % 7]
    case .weekday: return String(Self.weekdays[fields.weekday % 7].prefix(3))
    case .day: return "\(fields.day)"
    case .spaceDay: return fields.day < 10 ? " \(fields.day)" : "\(fields.day)"
    case .zeroDay: return padded(fields.day, 2)
    case .zeroYearDay: return padded(fields.yearDay, 3)
    case .spaceYearDay:
      let digits = String(fields.yearDay)
      return String(repeating: " ", count: max(0, 3 - digits.utf8.count)) + digits
    case .hour24: return padded(fields.hour, 2)
    case .hour12: return "\(fields.hour % 12 == 0 ? 12 : fields.hour % 12)"
    case .zeroHour12: return padded(fields.hour % 12 == 0 ? 12 : fields.hour % 12, 2)
    case .minute: return "\(fields.minute)"
    case .zeroMinute: return padded(fields.minute, 2)
    case .second: return "\(fields.second)"
    case .zeroSecond: return padded(fields.second, 2)
    case .longYear:
      return fields.year < 0 ? "-" + padded(Int(-fields.year), 4) : padded(Int(fields.year), 4)
    case .year: return padded(Int(((fields.year % 100) + 100) % 100), 2)
    case .upperHalf: return fields.hour < 12 ? "AM" : "PM"
    case .lowerHalf: return fields.hour < 12 ? "am" : "pm"
    case .zoneName:
      let name = zone.abbreviation(at: seconds)
      return name.isEmpty ? offset(.minutes, colon: false) : name
    case .offset(let precision, let colon, let zulu):
      if zulu, zone.offset(at: seconds) == 0 { return "Z" }
      return offset(precision, colon: colon)
    case .fraction(let digits, let separator, let trims):
      var fraction = padded(Int(nanoseconds), 9).prefix(min(digits, 9))
      if trims {
        while fraction.last == "0" { fraction.removeLast() }
        if fraction.isEmpty { return "" }
      }
      return separator + fraction
    }
  }

  private func offset(_ precision: TimeLayout.Precision, colon: Bool) -> String {
    let east = zone.offset(at: seconds)
    let size = Int(east.magnitude)
    let mark = colon ? ":" : ""
    var text = (east < 0 ? "-" : "+") + padded(size / 3_600, 2)
    if precision != .hours { text += mark + padded(size / 60 % 60, 2) }
    if precision == .seconds { text += mark + padded(size % 60, 2) }
    return text
  }

  private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
