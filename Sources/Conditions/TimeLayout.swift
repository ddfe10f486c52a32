/// Go's way of describing a time's form: the reference time `Mon Jan 2 15:04:05 MST 2006` written
/// out as wished.
enum TimeLayout {
  enum Field: Equatable {
    case longMonth, month, numericMonth, zeroMonth
    case longWeekday, weekday
    case day, spaceDay, zeroDay, zeroYearDay
    case hour24, hour12, zeroHour12
    case minute, zeroMinute, second, zeroSecond
    case longYear, year
    case upperHalf, lowerHalf
    case zoneName
    case offset(colon: Bool, zulu: Bool, short: Bool)
    case fraction(Int, separator: String, trims: Bool)
  }

  enum Part: Equatable {
    case text(String)
    case field(Field)
  }

  /// Longest first where one begins with another.
  private static let words: [(String, Field)] = [
    ("January", .longMonth), ("Jan", .month), ("Monday", .longWeekday), ("Mon", .weekday),
    ("MST", .zoneName), ("2006", .longYear), ("002", .zeroYearDay), ("01", .zeroMonth),
    ("02", .zeroDay), ("03", .zeroHour12), ("04", .zeroMinute), ("05", .zeroSecond),
    ("06", .year), ("15", .hour24), ("_2", .spaceDay), ("PM", .upperHalf), ("pm", .lowerHalf),
    ("-07:00", .offset(colon: true, zulu: false, short: false)),
    ("-0700", .offset(colon: false, zulu: false, short: false)),
    ("-07", .offset(colon: false, zulu: false, short: true)),
    ("Z07:00", .offset(colon: true, zulu: true, short: false)),
    ("Z0700", .offset(colon: false, zulu: true, short: false)),
    ("Z07", .offset(colon: false, zulu: true, short: true)),
    ("1", .numericMonth), ("2", .day), ("3", .hour12), ("4", .minute), ("5", .second),
  ]

  static func parts(_ layout: String) -> [Part] {
    var rest = Array(layout.utf8)[...]
    var parts: [Part] = []
    var literal: [UInt8] = []
    scan: while let byte = rest.first {
      if byte == 46 || byte == 44, let digit = rest.dropFirst().first, digit == 48 || digit == 57 {
        let run = rest.dropFirst().prefix { $0 == digit }
        let after = rest.dropFirst(1 + run.count).first
        if run.count <= 9, !(after.map { (48...57).contains($0) } ?? false) {
          flush(&literal, &parts)
          parts.append(
            .field(.fraction(run.count, separator: byte == 46 ? "." : ",", trims: digit == 57)))
          rest.removeFirst(1 + run.count)
          continue
        }
      }
      for (word, field) in words where rest.starts(with: word.utf8) {
        // `Jan` and `Mon` stand for themselves inside longer words.
        if word == "Jan" || word == "Mon", let next = rest.dropFirst(3).first,
          (97...122).contains(next)
        {
          continue
        }
        flush(&literal, &parts)
        parts.append(.field(field))
        rest.removeFirst(word.utf8.count)
        continue scan
      }
      literal.append(byte)
      rest.removeFirst()
    }
    flush(&literal, &parts)
    return parts
  }

  private static func flush(_ literal: inout [UInt8], _ parts: inout [Part]) {
    guard !literal.isEmpty else { return }
    parts.append(.text(String(decoding: literal, as: UTF8.self)))
    literal.removeAll()
  }

  /// The layouts `date()` tries on a text without one.
  static let known = [
    "2006-01-02", "15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04:05Z07:00",
    "02 Jan 06 15:04 MST", "Monday, 02-Jan-06 15:04:05 MST", "Mon, 02 Jan 2006 15:04:05 MST",
  ]

  /// Reads a time written in a layout; `nil` when it is not. A time without offset is in `zone`.
  static func parse(_ text: String, layout: String, zone: Moment.Zone) -> Moment? {
    var input = Array(text.utf8)[...]
    var year: Int64 = 0
    var month = 1
    var day = 1
    var yearDay: Int?
    var (hour, minute, second) = (0, 0, 0)
    var nanoseconds = 0
    var afternoon: Bool?
    var isHalfDay = false
    var zone = zone

    func number(_ least: Int, _ most: Int) -> Int? {
      let digits = input.prefix(most).prefix { (48...57).contains($0) }
      guard digits.count >= least, let value = Int(String(decoding: digits, as: UTF8.self)) else {
        return nil
      }
      input.removeFirst(digits.count)
      return value
    }
    func name(_ names: [String], _ length: Int?) -> Int? {
      for (index, full) in names.enumerated() {
        let word = length.map { String(full.prefix($0)) } ?? full
        let start = input.prefix(word.utf8.count)
        if String(decoding: start, as: UTF8.self).lowercased() == word.lowercased() {
          input.removeFirst(start.count)
          return index
        }
      }
      return nil
    }
    func fraction() -> Bool {
      guard let first = input.first, first == 46 || first == 44,
        let digit = input.dropFirst().first, (48...57).contains(digit)
      else { return true }
      input.removeFirst()
      let digits = input.prefix { (48...57).contains($0) }
      input.removeFirst(digits.count)
      let shown = String(decoding: digits.prefix(9), as: UTF8.self)
      let padded = shown + String(repeating: "0", count: 9 - shown.utf8.count)
      guard let value = Int(padded) else { return false }
      nanoseconds = value
      return true
    }

    let parts = TimeLayout.parts(layout)
    for (index, part) in parts.enumerated() {
      switch part {
      case .text(let literal):
        guard input.starts(with: literal.utf8) else { return nil }
        input.removeFirst(literal.utf8.count)
      case .field(let field):
        var value: Int? = 0
        switch field {
        case .longMonth, .month:
          value = name(Moment.months, field == .month ? 3 : nil)
          month = (value ?? 0) + 1
        case .numericMonth, .zeroMonth:
          value = number(field == .numericMonth ? 1 : 2, 2)
          month = value ?? 0
          guard (1...12).contains(month) else { return nil }
        case .longWeekday, .weekday:
          value = name(Moment.weekdays, field == .weekday ? 3 : nil)
        case .day, .spaceDay, .zeroDay:
          if field == .spaceDay, input.first == 32 { input.removeFirst() }
          value = number(field == .zeroDay ? 2 : 1, 2)
          day = value ?? 0
        case .zeroYearDay:
          value = number(3, 3)
          yearDay = value
        case .hour24:
          value = number(1, 2)
          hour = value ?? 0
        case .hour12, .zeroHour12:
          value = number(field == .hour12 ? 1 : 2, 2)
          hour = value ?? 0
          isHalfDay = true
          guard hour <= 12 else { return nil }
        case .minute, .zeroMinute:
          value = number(field == .minute ? 1 : 2, 2)
          minute = value ?? 0
        case .second, .zeroSecond:
          value = number(field == .second ? 1 : 2, 2)
          second = value ?? 0
          // A fraction may follow the seconds though the layout has none.
          var next: Part?
          if index + 1 < parts.count { next = parts[index + 1] }
          if case .field(.fraction)? = next { break }
          guard fraction() else { return nil }
        case .longYear:
          value = number(4, 4)
          year = Int64(value ?? 0)
        case .year:
          value = number(2, 2)
          year = Int64((value ?? 0) >= 69 ? 1900 + (value ?? 0) : 2000 + (value ?? 0))
        case .upperHalf, .lowerHalf:
          let half = String(decoding: input.prefix(2), as: UTF8.self).lowercased()
          guard half == "am" || half == "pm" else { return nil }
          afternoon = half == "pm"
          input.removeFirst(2)
        case .zoneName:
          let letters = input.prefix { (65...90).contains($0) }
          guard (3...5).contains(letters.count) else { return nil }
          let word = String(decoding: letters, as: UTF8.self)
          input.removeFirst(letters.count)
          zone = Moment.Zone(offsetSeconds: 0, name: word)
        case .offset(let colon, let zulu, let short):
          if zulu, input.first == 90 {
            input.removeFirst()
            zone = .utc
            continue
          }
          guard let sign = input.first, sign == 43 || sign == 45 else { return nil }
          input.removeFirst()
          guard let hours = number(2, 2), hours <= 24 else { return nil }
          var minutes = 0
          if !short {
            if colon {
              guard input.first == 58 else { return nil }
              input.removeFirst()
            }
            guard let read = number(2, 2), read < 60 else { return nil }
            minutes = read
          }
          let seconds = Int32((hours * 60 + minutes) * 60)
          zone = Moment.Zone(offsetSeconds: sign == 45 ? -seconds : seconds, name: "")
          if seconds == 0 { zone = .utc }
        case .fraction: guard fraction() else { return nil }
        }
        guard value != nil else { return nil }
      }
    }
    guard input.isEmpty, hour < 24, minute < 60, second < 60 else { return nil }
    if isHalfDay || afternoon != nil {
      if afternoon == true, hour < 12 { hour += 12 }
      if afternoon == false, hour == 12 { hour = 0 }
    }
    let days: Int64
    if let yearDay {
      guard (1...366).contains(yearDay) else { return nil }
      days = Moment.days(year: year, month: 1, day: 1) + Int64(yearDay) - 1
    } else {
      guard day >= 1, day <= Moment.daysIn(month: month, year: year) else { return nil }
      days = Moment.days(year: year, month: month, day: day)
    }
    let local = days * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
    return Moment(
      seconds: local - Int64(zone.offsetSeconds), nanoseconds: Int64(nanoseconds), zone: zone)
  }
}
