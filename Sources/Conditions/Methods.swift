/// The methods of times and durations an expression may call, as in Go.
enum Methods {
  private static let ofTime: [String: (parameters: [StaticType], yields: StaticType)] = [
    "Year": ([], .int), "Day": ([], .int), "Hour": ([], .int), "Minute": ([], .int),
    "Second": ([], .int), "Nanosecond": ([], .int), "YearDay": ([], .int), "Unix": ([], .int),
    "UnixMilli": ([], .int), "UnixMicro": ([], .int), "UnixNano": ([], .int),
    "Format": ([.text], .text), "String": ([], .text), "IsZero": ([], .bool), "UTC": ([], .time),
    "Add": ([.duration], .time), "Sub": ([.time], .duration), "After": ([.time], .bool),
    "Before": ([.time], .bool), "Equal": ([.time], .bool), "Compare": ([.time], .int),
    "AddDate": ([.int, .int, .int], .time), "In": ([.zone], .time),
    "Truncate": ([.duration], .time),
  ]

  private static let ofDuration: [String: (parameters: [StaticType], yields: StaticType)] = [
    "Hours": ([], .float), "Minutes": ([], .float), "Seconds": ([], .float),
    "Milliseconds": ([], .int), "Microseconds": ([], .int), "Nanoseconds": ([], .int),
    "String": ([], .text), "Abs": ([], .duration), "Truncate": ([.duration], .duration),
  ]

  static func check(_ name: String, on type: StaticType, _ types: [StaticType], _ at: Int)
    throws(ConditionError) -> StaticType
  {
    guard let method = type == .time ? ofTime[name] : ofDuration[name] else {
      throw ConditionError(.type, "type \(type.shown) has no method \(name)", at: at)
    }
    guard types.count == method.parameters.count else {
      let trouble = types.count < method.parameters.count ? "not enough" : "too many"
      throw ConditionError(.type, "\(trouble) arguments to call \(name)", at: at)
    }
    for (given, wanted) in zip(types, method.parameters) where given != .any && given != wanted {
      throw ConditionError(
        .type, "cannot use \(given.shown) as argument (type \(wanted.shown)) to call \(name) ",
        at: at)
    }
    return method.yields
  }

  static func call(_ name: String, on target: Value, _ arguments: [Value], _ at: Int)
    throws(ConditionError) -> Value
  {
    let type = StaticType(of: target)
    _ = try check(name, on: type, arguments.map(StaticType.init(of:)), at)
    switch target {
    case .time(let moment): return ofTime(name, moment, arguments)
    case .duration(let nanoseconds): return ofDuration(name, nanoseconds, arguments)
    default:
      throw ConditionError(.evaluation, "cannot fetch \(name) from \(target.typeName)", at: at)
    }
  }

  private static func ofTime(_ name: String, _ moment: Moment, _ arguments: [Value]) -> Value {
    let fields = moment.fields
    switch (name, arguments.first) {
    case ("Year", _): return .int(fields.year)
    case ("Day", _): return .int(Int64(fields.day))
    case ("Hour", _): return .int(Int64(fields.hour))
    case ("Minute", _): return .int(Int64(fields.minute))
    case ("Second", _): return .int(Int64(fields.second))
    case ("Nanosecond", _): return .int(Int64(moment.nanoseconds))
    case ("YearDay", _): return .int(Int64(fields.yearDay))
    case ("Unix", _): return .int(moment.seconds)
    case ("UnixMilli", _):
      return .int(moment.seconds &* 1_000 &+ Int64(moment.nanoseconds / 1_000_000))
    case ("UnixMicro", _):
      return .int(moment.seconds &* 1_000_000 &+ Int64(moment.nanoseconds / 1_000))
    case ("UnixNano", _):
      return .int(moment.seconds &* 1_000_000_000 &+ Int64(moment.nanoseconds))
    case ("Format", .string(let layout)?): return .string(moment.format(layout))
    case ("String", _): return .string(moment.description)
    case ("IsZero", _):
      return .bool(moment.seconds == -62_135_596_800 && moment.nanoseconds == 0)
    case ("UTC", _): return .time(shown(moment, in: .utc))
    case ("In", .zone(let zone)?): return .time(shown(moment, in: zone))
    case ("Add", .duration(let span)?): return .time(moment.adding(span))
    case ("Sub", .time(let other)?): return .duration(moment.nanoseconds(since: other))
    case ("After", .time(let other)?): return .bool(other.isBefore(moment))
    case ("Before", .time(let other)?): return .bool(moment.isBefore(other))
    case ("Equal", .time(let other)?): return .bool(moment.isSameInstant(as: other))
    case ("Compare", .time(let other)?):
      return .int(moment.isBefore(other) ? -1 : other.isBefore(moment) ? 1 : 0)
    case ("AddDate", .int(let years)?): return addDate(moment, fields, years, arguments)
    case ("Truncate", .duration(let span)?):
      guard span > 0 else { return .time(moment) }
      let zero = Moment(seconds: -62_135_596_800)
      let (whole, _) = moment.seconds.subtractingReportingOverflow(zero.seconds)
      // Spans of whole seconds are exact for all times; finer ones are taken from the second.
      let part = Int64(moment.nanoseconds)
      if span % 1_000_000_000 == 0 {
        return .time(
          moment.adding(0 &- ((whole % (span / 1_000_000_000)) &* 1_000_000_000 &+ part)))
      }
      return .time(moment.adding(0 &- (part % span)))
    default: return .null
    }
  }

  private static func shown(_ moment: Moment, in zone: Moment.Zone) -> Moment {
    var moment = moment
    moment.zone = zone
    return moment
  }

  private static func addDate(
    _ moment: Moment, _ fields: Moment.Fields, _ years: Int64, _ arguments: [Value]
  ) -> Value {
    guard arguments.count == 3, case .int(let months) = arguments[1],
      case .int(let days) = arguments[2]
    else { return .null }
    // Beyond some hundred thousand years nothing sensible is meant; keep the arithmetic in range.
    let bound: Int64 = 4_000_000
    func clamped(_ value: Int64) -> Int64 { min(max(value, -bound), bound) }
    let month = Int64(fields.month - 1) + clamped(months)
    let carried = month >= 0 ? month / 12 : (month - 11) / 12
    let date = Moment.days(
      year: fields.year + clamped(years) + carried, month: Int(month - carried * 12) + 1, day: 1)
    let shift =
      date + Int64(fields.day - 1) + clamped(days)
      - Moment.days(year: fields.year, month: fields.month, day: fields.day)
    return .time(
      Moment(
        seconds: moment.seconds &+ shift &* 86_400, nanoseconds: Int64(moment.nanoseconds),
        zone: moment.zone))
  }

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
    case ("Milliseconds", _): return .int(nanoseconds / 1_000_000)
    case ("Microseconds", _): return .int(nanoseconds / 1_000)
    case ("Nanoseconds", _): return .int(nanoseconds)
    case ("String", _): return .string(Durations.text(nanoseconds))
    case ("Abs", _):
      return .duration(nanoseconds == .min ? .max : nanoseconds < 0 ? -nanoseconds : nanoseconds)
    case ("Truncate", .duration(let span)?):
      return .duration(span > 0 ? nanoseconds - nanoseconds % span : nanoseconds)
    default: return .null
    }
  }
}
