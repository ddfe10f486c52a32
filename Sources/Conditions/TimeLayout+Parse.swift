extension TimeLayout {
  /// Why a text is no time of a layout, in Go's words.
  struct Invalid: Error {
    var message: String
  }

  /// Reads a time written in a layout. A time without offset is in `zone`.
  static func read(_ text: String, layout: String, zone: Moment.Zone) -> Result<Moment, Invalid> {
    var reader = Reader(text: text, layout: layout)
    do throws(Invalid) {
      return .success(try reader.read(in: zone))
    } catch {
      return .failure(error)
    }
  }

  private struct Reader {
    private let text: String
    private let layout: String
    private var rest: ArraySlice<UInt8>

    private var year: Int64 = 0
    private var month: Int?
    private var day: Int?
    private var yearDay: Int?
    private var hour = 0
    private var minute = 0
    private var second = 0
    private var nanoseconds: Int64 = 0
    private var afternoon: Bool?
    private var isUTC = false
    private var offset: Int64?
    private var abbreviation: String?

    private enum Trouble: Error {
      /// The field does not begin here; what the layout wanted is told by the caller.
      case mismatch
      case outOfRange(String)
    }

    init(text: String, layout: String) {
      self.text = text
      self.layout = layout
      rest = Array(text.utf8)[...]
    }

    private func failure(_ message: String) -> Invalid {
      Invalid(message: "parsing time \(shown(text))\(message)")
    }

    private func shown(_ text: String) -> String { Text.quoted(String(text.prefix(100))) }

    private func mismatch(_ wanted: String, at place: ArraySlice<UInt8>) -> Invalid {
      let found = String(decoding: place, as: UTF8.self)
      return failure(" as \(shown(layout)): cannot parse \(shown(found)) as \(shown(wanted))")
    }

    mutating func read(in zone: Moment.Zone) throws(Invalid) -> Moment {
      let parts = TimeLayout.parts(layout)
      for (index, part) in parts.enumerated() {
        switch part {
        case .text(let literal): try skip(literal)
        case .field(let field, let word):
          let start = rest
          var next: Part?
          if index + 1 < parts.count { next = parts[index + 1] }
          do throws(Trouble) {
            try take(field, before: next)
          } catch {
            switch error {
            case .mismatch: throw mismatch(word, at: start)
            case .outOfRange(let what): throw failure(": \(what) out of range")
            }
          }
        }
      }
      guard rest.isEmpty else {
        throw failure(": extra text: \(shown(String(decoding: rest, as: UTF8.self)))")
      }
      if afternoon == true, hour < 12 { hour += 12 }
      if afternoon == false, hour == 12 { hour = 0 }
      return moment(on: try days(), in: zone)
    }

    /// A blank of the layout stands for any number of them.
    private mutating func skip(_ literal: String) throws(Invalid) {
      let blank = UInt8(ascii: " ")
      var wanted = Array(literal.utf8)[...]
      while let byte = wanted.first {
        if byte == blank {
          if let found = rest.first, found != blank { throw mismatch(literal, at: rest) }
          wanted = wanted.drop { $0 == blank }
          rest = rest.drop { $0 == blank }
          continue
        }
        guard rest.first == byte else { throw mismatch(literal, at: rest) }
        wanted = wanted.dropFirst()
        rest = rest.dropFirst()
      }
    }

    private func isDigit(_ place: Int) -> Bool {
      guard let byte = rest.dropFirst(place).first else { return false }
      return (48...57).contains(byte)
    }

    /// - exactly: whether all places must be digits; otherwise one is enough.
    private mutating func number(_ places: Int, exactly: Bool) throws(Trouble) -> Int {
      let digits = rest.prefix(places).prefix { (48...57).contains($0) }
      guard digits.count == places || (!exactly && !digits.isEmpty),
        let value = Int(String(decoding: digits, as: UTF8.self))
      else { throw .mismatch }
      rest = rest.dropFirst(digits.count)
      return value
    }

    private mutating func name(_ names: [String], _ length: Int?) throws(Trouble) -> Int {
      for (index, full) in names.enumerated() {
        let word = length.map { String(full.prefix($0)) } ?? full
        let start = rest.prefix(word.utf8.count)
        if String(decoding: start, as: UTF8.self).lowercased() == word.lowercased() {
          rest = rest.dropFirst(start.count)
          return index
        }
      }
      throw .mismatch
    }

    private func beginsFraction() -> Bool {
      (rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ",")) && isDigit(1)
    }

    private mutating func fraction() {
      rest = rest.dropFirst()
      let digits = rest.prefix { (48...57).contains($0) }
      rest = rest.dropFirst(digits.count)
      nanoseconds = 0
      for place in 0..<9 {
        let digit = digits.dropFirst(place).first.map { Int64($0) - 48 } ?? 0
        nanoseconds = nanoseconds * 10 + digit
      }
    }

    private mutating func take(_ field: Field, before next: Part?) throws(Trouble) {
      switch field {
      case .longMonth, .month:
        month = try name(Moment.months, field == .month ? 3 : nil) + 1
      case .numericMonth, .zeroMonth:
        let number = try number(2, exactly: field == .zeroMonth)
        guard (1...12).contains(number) else { throw .outOfRange("month") }
        month = number
      case .longWeekday, .weekday:
        _ = try name(Moment.weekdays, field == .weekday ? 3 : nil)
      case .day, .spaceDay, .zeroDay:
        if field == .spaceDay, rest.first == UInt8(ascii: " ") { rest = rest.dropFirst() }
        day = try number(2, exactly: field == .zeroDay)
      case .zeroYearDay, .spaceYearDay:
        var blanks = 0
        while field == .spaceYearDay, blanks < 2, rest.first == UInt8(ascii: " ") {
          rest = rest.dropFirst()
          blanks += 1
        }
        yearDay = try number(3, exactly: field == .zeroYearDay)
      case .hour24:
        hour = try number(2, exactly: false)
        guard hour < 24 else { throw .outOfRange("hour") }
      case .hour12, .zeroHour12:
        hour = try number(2, exactly: field == .zeroHour12)
        guard hour <= 12 else { throw .outOfRange("hour") }
      case .minute, .zeroMinute:
        minute = try number(2, exactly: field == .zeroMinute)
        guard minute < 60 else { throw .outOfRange("minute") }
      case .second, .zeroSecond:
        second = try number(2, exactly: field == .zeroSecond)
        guard second < 60 else { throw .outOfRange("second") }
        // A fraction may follow the seconds though the layout has none.
        if case .field(.fraction, _)? = next { return }
        if beginsFraction() { fraction() }
      case .longYear: year = Int64(try number(4, exactly: true))
      case .year:
        let number = try number(2, exactly: true)
        year = Int64(number >= 69 ? 1900 + number : 2000 + number)
      case .upperHalf, .lowerHalf:
        let half = String(decoding: rest.prefix(2), as: UTF8.self)
        let words = field == .upperHalf ? ("AM", "PM") : ("am", "pm")
        guard half == words.0 || half == words.1 else { throw .mismatch }
        afternoon = half == words.1
        rest = rest.dropFirst(2)
      case .zoneName: try takeZoneName()
      case .offset(let precision, let colon, let zulu):
        try takeOffset(precision, colon: colon, zulu: zulu)
      case .fraction(let digits, _, let trims):
        if trims {
          if beginsFraction() { fraction() }
          return
        }
        let found = rest.dropFirst().prefix(digits).prefix { (48...57).contains($0) }
        guard rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ","),
          found.count == digits
        else { throw .mismatch }
        let after = rest.dropFirst(1 + digits)
        rest = rest.prefix(1 + digits)
        fraction()
        rest = after
      }
    }

    private mutating func takeZoneName() throws(Trouble) {
      if rest.starts(with: "UTC".utf8) {
        isUTC = true
        rest = rest.dropFirst(3)
        return
      }
      let length: Int
      if rest.starts(with: "ChST".utf8) || rest.starts(with: "MeST".utf8) {
        length = 4
      } else if rest.starts(with: "GMT".utf8) {
        length = 3 + signedHours(rest.dropFirst(3))
      } else if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
        length = signedHours(rest)
      } else {
        let letters = rest.prefix(6).prefix { (65...90).contains($0) }
        let last = String(decoding: letters.suffix(1), as: UTF8.self)
        switch letters.count {
        case 3: length = 3
        case 4: length = last == "T" || letters.elementsEqual("WITA".utf8) ? 4 : 0
        case 5: length = last == "T" ? 5 : 0
        default: length = 0
        }
      }
      guard length > 0, rest.count >= length else { throw .mismatch }
      abbreviation = String(decoding: rest.prefix(length), as: UTF8.self)
      rest = rest.dropFirst(length)
    }

    /// The length of `+3` or `-11`, 0 when there is no such thing.
    private func signedHours(_ text: ArraySlice<UInt8>) -> Int {
      guard text.first == UInt8(ascii: "+") || text.first == UInt8(ascii: "-") else { return 0 }
      let digits = text.dropFirst().prefix { (48...57).contains($0) }
      guard let hours = Int(String(decoding: digits, as: UTF8.self)), hours <= 23 else { return 0 }
      return 1 + digits.count
    }

    private mutating func takeOffset(_ precision: Precision, colon: Bool, zulu: Bool)
      throws(Trouble)
    {
      if zulu, rest.first == UInt8(ascii: "Z") {
        rest = rest.dropFirst()
        isUTC = true
        return
      }
      guard let sign = rest.popFirst() else { throw .mismatch }
      let hours = try number(2, exactly: true)
      var parts = [0, 0]
      let count = precision == .hours ? 0 : precision == .minutes ? 1 : 2
      for place in 0..<count {
        if colon, rest.popFirst() != UInt8(ascii: ":") { throw .mismatch }
        parts[place] = try number(2, exactly: true)
      }
      guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { throw .mismatch }
      guard hours <= 24 else { throw .outOfRange("time zone offset hour") }
      guard parts[0] <= 60 else { throw .outOfRange("time zone offset minute") }
      guard parts[1] <= 60 else { throw .outOfRange("time zone offset second") }
      let seconds = Int64((hours * 60 + parts[0]) * 60 + parts[1])
      offset = sign == UInt8(ascii: "-") ? -seconds : seconds
    }

    /// Days since 1970 of the date that was read.
    private func days() throws(Invalid) -> Int64 {
      if let yearDay {
        let length = Moment.daysIn(month: 2, year: year) == 29 ? 366 : 365
        guard (1...length).contains(yearDay) else {
          throw failure(": day-of-year out of range")
        }
        let days = Moment.days(year: year, month: 1, day: 1) + Int64(yearDay) - 1
        let found = Moment(seconds: days * 86_400).fields
        guard month ?? found.month == found.month, day ?? found.day == found.day else {
          throw failure(": day-of-year does not match \(month == found.month ? "day" : "month")")
        }
        return days
      }
      let (month, day) = (month ?? 1, day ?? 1)
      guard day >= 1, day <= Moment.daysIn(month: month, year: year) else {
        throw failure(": day out of range")
      }
      return Moment.days(year: year, month: month, day: day)
    }

    private func moment(on days: Int64, in zone: Moment.Zone) -> Moment {
      let local = days * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
      func at(_ seconds: Int64, _ zone: Moment.Zone) -> Moment {
        Moment(seconds: seconds, nanoseconds: nanoseconds, zone: zone)
      }
      if isUTC { return at(local, .utc) }
      if let offset {
        let seconds = local - offset
        // The place's own offset is the place, not a bare offset.
        let isHome =
          zone.offset(at: seconds) == offset
          && abbreviation.map { zone.abbreviation(at: seconds) == $0 } != false
        let bare = Moment.Zone(
          offsetSeconds: Int32(truncatingIfNeeded: offset), name: abbreviation ?? "")
        return at(seconds, isHome ? zone : bare)
      }
      if let abbreviation {
        if let offset = zone.offset(named: abbreviation, at: local) {
          return at(local - offset, zone)
        }
        // A name nobody knows keeps its name and is taken for UTC; `GMT+3` says more.
        let hours = abbreviation.hasPrefix("GMT") ? Int64(abbreviation.dropFirst(3)) ?? 0 : 0
        let place = Moment.Zone(
          offsetSeconds: Int32(truncatingIfNeeded: hours * 3_600), name: abbreviation)
        return at(local - hours * 3_600, place)
      }
      return at(zone.instant(ofLocal: local), zone)
    }
  }
}
