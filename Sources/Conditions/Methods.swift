/// The methods of times, durations and their parts that an expression may call, as in Go.
enum Methods {
  struct Signature: Sendable {
    var parameters: [StaticType]
    var yields: StaticType
    /// Go's method yields more than two values: refused where its type is known, and its first
    /// value elsewhere.
    var yieldsMany = false

    init(_ parameters: [StaticType], _ yields: StaticType, yieldsMany: Bool = false) {
      self.parameters = parameters
      self.yields = yields
      self.yieldsMany = yieldsMany
    }
  }

  private static var bytes: StaticType { .list(.byte, named: true) }

  private static func ofTime(_ name: String) -> Signature? {
    switch name {
    case "Year": Signature([], .int)
    case "Month": Signature([], .month)
    case "Day": Signature([], .int)
    case "Hour": Signature([], .int)
    case "Minute": Signature([], .int)
    case "Second": Signature([], .int)
    case "Nanosecond": Signature([], .int)
    case "YearDay": Signature([], .int)
    case "Weekday": Signature([], .weekday)
    case "ISOWeek": Signature([], .int)
    case "Date": Signature([], .int, yieldsMany: true)
    case "Clock": Signature([], .int, yieldsMany: true)
    case "Unix": Signature([], .int64)
    case "UnixMilli": Signature([], .int64)
    case "UnixMicro": Signature([], .int64)
    case "UnixNano": Signature([], .int64)
    case "Format": Signature([.text], .text)
    case "AppendFormat": Signature([bytes, .text], bytes)
    case "String": Signature([], .text)
    case "GoString": Signature([], .text)
    case "IsZero": Signature([], .bool)
    case "IsDST": Signature([], .bool)
    case "Zone": Signature([], .text)
    case "Location": Signature([], .zone)
    case "UTC": Signature([], .time)
    case "Local": Signature([], .time)
    case "In": Signature([.zone], .time)
    case "Add": Signature([.duration], .time)
    case "Sub": Signature([.time], .duration)
    case "After": Signature([.time], .bool)
    case "Before": Signature([.time], .bool)
    case "Equal": Signature([.time], .bool)
    case "Compare": Signature([.time], .int)
    case "AddDate": Signature([.int, .int, .int], .time)
    case "Truncate": Signature([.duration], .time)
    case "Round": Signature([.duration], .time)
    case "MarshalJSON": Signature([], bytes)
    case "MarshalText": Signature([], bytes)
    case "MarshalBinary": Signature([], bytes)
    case "GobEncode": Signature([], bytes)
    default: nil
    }
  }

  private static func ofDuration(_ name: String) -> Signature? {
    switch name {
    case "Hours": Signature([], .float)
    case "Minutes": Signature([], .float)
    case "Seconds": Signature([], .float)
    case "Milliseconds": Signature([], .int64)
    case "Microseconds": Signature([], .int64)
    case "Nanoseconds": Signature([], .int64)
    case "String": Signature([], .text)
    case "Abs": Signature([], .duration)
    case "Truncate": Signature([.duration], .duration)
    case "Round": Signature([.duration], .duration)
    default: nil
    }
  }

  private static func ofNamed(_ name: String) -> Signature? {
    switch name {
    case "String": Signature([], .text)
    default: nil
    }
  }

  /// `nil` when the type has no such method, or none at all.
  static func signature(_ name: String, of type: StaticType) -> Signature? {
    switch type {
    case .time: ofTime(name)
    case .duration: ofDuration(name)
    case .month, .weekday, .zone: ofNamed(name)
    case .open, .null, .bool, .int, .int64, .byte, .float, .text, .list, .map, .keyed, .function:
      nil
    }
  }

  /// The method as a value, for messages: `func(time.Time) int`.
  static func shown(_ signature: Signature, of type: StaticType) -> String {
    let parameters = ([type] + signature.parameters).map(shown(parameter:))
    return "func(\(parameters.joined(separator: ", "))) \(signature.yields.shown)"
  }

  static func shown(parameter: StaticType) -> String {
    parameter == .zone ? "*time.Location" : parameter.shown
  }

  static func check(
    _ name: String, on type: StaticType, _ arguments: [(type: StaticType, at: Int)], _ at: Int
  ) throws(ConditionError) -> StaticType {
    guard let signature = signature(name, of: type) else {
      throw ConditionError(.type, "type \(type.shown) has no method \(name)", at: at)
    }
    if signature.yieldsMany {
      throw ConditionError(.type, "func \(name) returns more then two values", at: at)
    }
    try Signatures.match(name, signature.parameters, arguments, at)
    return signature.yields
  }

  /// - Returns: `nil` when the value has no such method.
  static func call(_ name: String, on target: Value, _ arguments: [Value], _ at: Int)
    throws(ConditionError) -> Value?
  {
    guard let signature = signature(name, of: StaticType(of: target)) else { return nil }
    func failure(_ message: String) -> ConditionError {
      ConditionError(.evaluation, message, at: at)
    }
    let wanted = signature.parameters.count
    guard arguments.count == wanted else {
      throw failure("invalid number of arguments: expected \(wanted), got \(arguments.count)")
    }
    for (argument, parameter) in zip(arguments, signature.parameters) {
      let type = StaticType(of: argument)
      guard type == parameter || (type.isInteger && parameter == .int) else {
        throw failure(
          "reflect: Call using \(argument.typeName) as type \(shown(parameter: parameter))")
      }
    }
    switch target {
    case .time(let moment): return try ofTime(name, moment, arguments, at)
    case .duration(let nanoseconds): return ofDuration(name, nanoseconds, arguments)
    case .integer, .zone: return .string(target.text)
    default: return nil
    }
  }

  // MARK: Times

  private static func ofTime(_ name: String, _ moment: Moment, _ arguments: [Value], _ at: Int)
    throws(ConditionError) -> Value
  {
    if let part = part(name, of: moment) { return part }
    switch (name, arguments.first) {
    case ("Format", .string(let layout)?): return .string(moment.format(layout))
    case ("AppendFormat", .bytes(let bytes)?):
      guard arguments.count == 2, case .string(let layout) = arguments[1] else { return .null }
      return .bytes(bytes + Array(moment.format(layout).utf8))
    case ("In", .zone(let zone)?): return .time(try moment.shown(in: zone, at))
    case ("Add", .duration(let span)?): return .time(try moment.adding(span).known(at))
    case ("Sub", .time(let other)?): return .duration(moment.nanoseconds(since: other))
    case ("After", .time(let other)?): return .bool(other.isBefore(moment))
    case ("Before", .time(let other)?): return .bool(moment.isBefore(other))
    case ("Equal", .time(let other)?): return .bool(moment.isSameInstant(as: other))
    case ("Compare", .time(let other)?):
      return .int(moment.isBefore(other) ? -1 : other.isBefore(moment) ? 1 : 0)
    case ("AddDate", _): return try addDate(moment, arguments, at)
    case ("Truncate", .duration(let span)?):
      return .time(try moment.adding(0 &- moment.remainder(span)).known(at))
    case ("Round", .duration(let span)?):
      guard span > 0 else { return .time(moment) }
      let rest = moment.remainder(span)
      let up = rest >= span - rest
      return .time(try moment.adding(up ? span - rest : 0 - rest).known(at))
    default: return .null
    }
  }

  private static func part(_ name: String, of moment: Moment) -> Value? {
    let fields = moment.fields
    func count(_ number: Int64) -> Value { .integer(number, .int64) }
    switch name {
    case "Year", "Date": return .int(fields.year)
    case "Month": return .integer(Int64(fields.month), .month)
    case "Day": return .int(Int64(fields.day))
    case "Hour", "Clock": return .int(Int64(fields.hour))
    case "Minute": return .int(Int64(fields.minute))
    case "Second": return .int(Int64(fields.second))
    case "Nanosecond": return .int(Int64(moment.nanoseconds))
    case "YearDay": return .int(Int64(fields.yearDay))
    case "Weekday": return .integer(Int64(fields.weekday), .weekday)
    case "ISOWeek": return .int(moment.isoWeek.year)
    case "Unix": return count(moment.seconds)
    case "UnixMilli":
      return count(moment.seconds &* 1_000 &+ Int64(moment.nanoseconds / 1_000_000))
    case "UnixMicro":
      return count(moment.seconds &* 1_000_000 &+ Int64(moment.nanoseconds / 1_000))
    case "UnixNano": return count(moment.seconds &* 1_000_000_000 &+ Int64(moment.nanoseconds))
    case "String": return .string(moment.description)
    case "GoString":
      let month = Moment.months[(fields.month - 1) % 12]
      return .string(
        "time.Date(\(fields.year), time.\(month), \(fields.day), \(fields.hour), "
          + "\(fields.minute), \(fields.second), \(moment.nanoseconds), "
          + (moment.zone == .utc ? "time.UTC" : "time.Location(\(Text.quoted(moment.zone.name)))")
          + ")")
    case "IsZero":
      return .bool(moment.seconds == Moment.zeroSeconds && moment.nanoseconds == 0)
    case "IsDST": return .bool(moment.zone.rule?.period(at: moment.seconds).isSummer ?? false)
    case "Zone": return .string(moment.zone.abbreviation(at: moment.seconds))
    case "Location": return .zone(moment.zone)
    // The controller's own zone is UTC.
    case "UTC", "Local": return .time(moment.shownAnyway(in: .utc))
    case "MarshalJSON": return .bytes(Array("\"\(moment.rfc3339)\"".utf8))
    case "MarshalText": return .bytes(Array(moment.rfc3339.utf8))
    case "MarshalBinary", "GobEncode": return .bytes(moment.binary)
    default: return nil
    }
  }

  private static func addDate(_ moment: Moment, _ arguments: [Value], _ at: Int)
    throws(ConditionError) -> Value
  {
    let parts = arguments.compactMap(\.anyInteger)
    guard parts.count == 3 else { return .null }
    // Beyond some hundred thousand years nothing sensible is meant; keep the arithmetic in range.
    let bound: Int64 = 4_000_000
    func clamped(_ value: Int64) -> Int64 { min(max(value, -bound), bound) }
    let fields = moment.fields
    let month = Int64(fields.month - 1) + clamped(parts[1])
    let carried = month >= 0 ? month / 12 : (month - 11) / 12
    let date = Moment.days(
      year: fields.year + clamped(parts[0]) + carried, month: Int(month - carried * 12) + 1, day: 1)
    let days = date + Int64(fields.day - 1) + clamped(parts[2])
    let clock = Int64(fields.hour * 3_600 + fields.minute * 60 + fields.second)
    return .time(
      try Moment(
        seconds: moment.zone.instant(ofLocal: days &* 86_400 &+ clock),
        nanoseconds: Int64(moment.nanoseconds), zone: moment.zone
      ).known(at))
  }

  // MARK: Durations

  private static func ofDuration(_ name: String, _ nanoseconds: Int64, _ arguments: [Value])
    -> Value
  {
    func parts(_ unit: Int64) -> Value {
      .float(Double(nanoseconds / unit) + Double(nanoseconds % unit) / Double(unit))
    }
    switch (name, arguments.first) {
    case ("Hours", _): return parts(3_600_000_000_000)
    case ("Minutes", _): return parts(60_000_000_000)
    case ("Seconds", _): return parts(1_000_000_000)
    case ("Milliseconds", _): return .integer(nanoseconds / 1_000_000, .int64)
    case ("Microseconds", _): return .integer(nanoseconds / 1_000, .int64)
    case ("Nanoseconds", _): return .integer(nanoseconds, .int64)
    case ("String", _): return .string(Durations.text(nanoseconds))
    case ("Abs", _):
      return .duration(nanoseconds == .min ? .max : nanoseconds < 0 ? -nanoseconds : nanoseconds)
    case ("Truncate", .duration(let span)?):
      return .duration(span > 0 ? nanoseconds - nanoseconds % span : nanoseconds)
    case ("Round", .duration(let span)?):
      return .duration(Durations.rounded(nanoseconds, to: span))
    default: return .null
    }
  }
}
