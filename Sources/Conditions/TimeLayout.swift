/// Go's way of describing a time's form: the reference time `Mon Jan 2 15:04:05 MST 2006` written
/// out as wished.
enum TimeLayout {
  /// How fine an offset from UTC is written.
  enum Precision { case hours, minutes, seconds }

  enum Field: Equatable {
    case longMonth, month, numericMonth, zeroMonth
    case longWeekday, weekday
    case day, spaceDay, zeroDay, zeroYearDay, spaceYearDay
    case hour24, hour12, zeroHour12
    case minute, zeroMinute, second, zeroSecond
    case longYear, year
    case upperHalf, lowerHalf
    case zoneName
    case offset(Precision, colon: Bool, zulu: Bool)
    case fraction(Int, separator: String, trims: Bool)
  }

  enum Part: Equatable {
    case text(String)
    /// With the layout's own words for it.
    case field(Field, String)
  }

  /// Longest first where one begins with another.
  private static let words: [(String, Field)] = [
    ("January", .longMonth), ("Jan", .month), ("Monday", .longWeekday), ("Mon", .weekday),
    ("MST", .zoneName), ("2006", .longYear), ("002", .zeroYearDay), ("01", .zeroMonth),
    ("02", .zeroDay), ("03", .zeroHour12), ("04", .zeroMinute), ("05", .zeroSecond),
    ("06", .year), ("15", .hour24), ("__2", .spaceYearDay), ("_2", .spaceDay), ("PM", .upperHalf),
    ("pm", .lowerHalf),
    ("-070000", .offset(.seconds, colon: false, zulu: false)),
    ("-07:00:00", .offset(.seconds, colon: true, zulu: false)),
    ("-0700", .offset(.minutes, colon: false, zulu: false)),
    ("-07:00", .offset(.minutes, colon: true, zulu: false)),
    ("-07", .offset(.hours, colon: false, zulu: false)),
    ("Z070000", .offset(.seconds, colon: false, zulu: true)),
    ("Z07:00:00", .offset(.seconds, colon: true, zulu: true)),
    ("Z0700", .offset(.minutes, colon: false, zulu: true)),
    ("Z07:00", .offset(.minutes, colon: true, zulu: true)),
    ("Z07", .offset(.hours, colon: false, zulu: true)),
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
        if !(after.map { (48...57).contains($0) } ?? false) {
          flush(&literal, &parts)
          parts.append(
            .field(
              .fraction(run.count, separator: byte == 46 ? "." : ",", trims: digit == 57),
              String(decoding: rest.prefix(1 + run.count), as: UTF8.self)))
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
        if word == "_2", rest.dropFirst().starts(with: "2006".utf8) { continue }
        flush(&literal, &parts)
        parts.append(.field(field, word))
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
}
