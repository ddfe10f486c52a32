extension Evaluator {
  mutating func call(_ builtin: Builtin, _ arguments: [Value], _ at: Int)
    throws(ConditionError) -> Value
  {
    let first = arguments.first ?? .null
    let second = arguments.count > 1 ? arguments[1] : .null
    let name = builtin.rawValue
    switch builtin {
    case .len:
      if case .string(let text) = first {
        try spend(text.utf8.count / 64, at)
        return .int(Int64(text.unicodeScalars.count))
      }
      guard let size = first.size else {
        throw failure("invalid argument for len (type \(first.typeName))", at)
      }
      return .int(Int64(size))
    case .type: return .string(first.languageType)
    case .abs:
      switch first {
      case .int(let number): return .int(number < 0 ? 0 &- number : number)
      case .integer(let number, let type) where type.isNumber:
        return .integer(number < 0 ? 0 &- number : number, type)
      case .float(let number): return .float(number < 0 ? -number : number)
      default: throw failure("invalid argument for abs (type \(first.typeName))", at)
      }
    case .ceil, .floor, .round:
      let number: Double
      switch first.plainNumber {
      case .int(let whole): number = Double(whole)
      case .float(let float): number = float
      default: throw failure("invalid argument for \(name) (type \(first.typeName))", at)
      }
      let rule: FloatingPointRoundingRule =
        builtin == .ceil ? .up : builtin == .floor ? .down : .toNearestOrAwayFromZero
      return .float(number.rounded(rule))
    case .int:
      switch first {
      case .int: return first
      case .integer(let number, _): return .int(number)
      case .float(let number): return .int(Numbers.truncated(number))
      case .null: throw failure("reflect: call of reflect.Value.Type on zero Value", at)
      case .duration(let nanoseconds): return .int(nanoseconds)
      case .string(let text):
        guard let number = Numbers.int(text) else {
          throw failure("invalid operation: int(\(text.prefix(100)))", at)
        }
        return .int(number)
      default: throw failure("invalid operation: int(\(first.typeName))", at)
      }
    case .float:
      switch first.plainNumber {
      case .int(let number): return .float(Double(number))
      case .float: return first
      case .string(let text):
        guard let number = Numbers.float(text) else {
          throw failure("invalid operation: float(\(text.prefix(100)))", at)
        }
        return .float(number)
      default: throw failure("invalid operation: float(\(first.typeName))", at)
      }
    case .string:
      if case .string = first { return first }
      try spend(text: try weight(first, at), at)
      return .string(first.text)
    case .trim, .trimPrefix, .trimSuffix, .upper, .lower, .split, .splitAfter, .replace, .repeat,
      .join, .indexOf, .lastIndexOf, .hasPrefix, .hasSuffix, .toBase64, .fromBase64:
      return try textFunction(builtin, arguments, at)
    case .max, .min:
      guard arguments.count != 1 || first.isListValue else { return first }
      return try extreme(builtin, arguments, at)
    case .mean, .median:
      var numbers: [Double] = []
      try collect(name, arguments, &numbers, at)
      guard !numbers.isEmpty else { return .float(0) }
      if builtin == .mean {
        return .float(numbers.reduce(0, +) / Double(numbers.count))
      }
      // NaN sorts first.
      numbers.sort { $0 < $1 || ($0.isNaN && !$1.isNaN) }
      let middle = numbers.count / 2
      return .float(
        numbers.count % 2 == 1 ? numbers[middle] : (numbers[middle - 1] + numbers[middle]) / 2)
    case .toJSON:
      try spend(text: try weight(first, at), at)
      guard let text = JSONText.write(first, indented: true) else {
        throw failure("json: unsupported value", at)
      }
      return .string(text)
    case .fromJSON:
      let text = try self.text(first, at)
      try spend(elements: text.utf8.count / 2, at)
      do throws(JSONText.Invalid) {
        return try JSONText.parse(text)
      } catch {
        throw failure(error.message, at)
      }
    case .now:
      guard case .zone(let zone) = first else { return .time(now) }
      return .time(try now.shown(in: zone, at))
    case .duration:
      switch Durations.parse(try text(first, at)) {
      case .success(let nanoseconds): return .duration(nanoseconds)
      case .failure(let invalid): throw failure(invalid.message, at)
      }
    case .date: return try date(arguments, at)
    case .timezone: return .zone(try zone(try text(first, at), at))
    case .first, .last:
      switch first {
      case .list(let values): return (builtin == .first ? values.first : values.last) ?? .null
      case .floats(let values):
        return (builtin == .first ? values.first : values.last).map { .float($0) } ?? .null
      case .string(let text):
        return (builtin == .first ? text.utf8.first : Array(text.utf8).last)
          .map { .integer(Int64($0), .byte) } ?? .null
      case .bytes:
        return (builtin == .first ? first.elements.first : first.elements.last) ?? .null
      default: return .null
      }
    case .get:
      switch first {
      case .list, .floats, .bytes, .string:
        let place = try integer(second, at)
        let count =
          switch first {
          case .string(let text): text.utf8.count
          default: first.size ?? 0
          }
        guard place < Int64(count), place >= 0 - Int64(count) else { return .null }
        return try fetch(.int(place), from: first, at)
      case .map, .keyed: return try fetch(second, from: first, at)
      case .null, .bool, .int, .integer, .float, .time, .duration, .zone: return .null
      }
    case .take, .keys, .values, .toPairs, .fromPairs, .reverse, .uniq, .concat, .flatten, .sort:
      return try listFunction(builtin, arguments, at)
    case .bitand, .bitor, .bitxor, .bitnand, .bitnot, .bitshl, .bitshr, .bitushr:
      return .int(try bits(builtin, arguments, at))
    case .asInt:
      switch first {
      case .int(let number): return .integer(number, .int64)
      case .integer(let number, let type) where type.isNumber: return .integer(number, .int64)
      case .float(let number): return .integer(Numbers.truncated(number), .int64)
      case .string(let text):
        guard let number = Numbers.int(text) else {
          throw failure(
            "strconv.ParseInt: parsing \(brief(text)): "
              + (Numbers.isInteger(text) ? "value out of range" : "invalid syntax"), at)
        }
        return .integer(number, .int64)
      default: throw failure("asInt() not supported on \(first.typeName) \(brief(first))", at)
      }
    case .asFloat:
      switch first.plainNumber {
      case .int(let number): return .float(Double(number))
      case .float: return first
      case .string(let text):
        guard let number = Numbers.float(text) else {
          throw failure(
            "strconv.ParseFloat: parsing \(brief(text)): "
              + (Numbers.isFloat(text) ? "value out of range" : "invalid syntax"), at)
        }
        return .float(number)
      default: throw failure("asFloat() not supported on \(first.typeName) \(brief(first))", at)
      }
    case .isNaN, .isInf:
      guard case .float(let number) = first else {
        throw failure(
          "cannot use \(first.typeName) as argument (type float64) to call \(name)", at)
      }
      return .bool(builtin == .isNaN ? number.isNaN : number.isInfinite)
    // Argo binds both to the metric's result; what they are called with does not matter.
    case .isNil: return .bool(result.isNull)
    case .default: return result.isNull ? second : result
    case .all, .none, .any, .one, .filter, .map, .find, .findIndex, .findLast, .findLastIndex,
      .count, .sum, .groupBy, .sortBy, .reduce:
      throw failure("\(name) needs a predicate", at)
    }
  }

  private func brief(_ text: String) -> String { Text.quoted(String(text.prefix(100))) }

  private func brief(_ value: Value) -> String {
    value.size == nil ? value.text : "of \(value.size ?? 0) elements"
  }

  /// Roughly the bytes a value prints as; paid for while it is counted.
  private mutating func weight(_ value: Value, _ at: Int) throws(ConditionError) -> Int {
    switch value {
    case .string(let text): return text.utf8.count + 2
    case .list, .floats:
      var sum = 2
      for element in value.elements {
        try spend(1, at)
        sum += try weight(element, at) + 8
      }
      return sum
    case .map(let fields):
      var sum = 2
      for entry in fields.entries {
        try spend(1, at)
        sum += entry.key.utf8.count + 8 + (try weight(entry.value, at))
      }
      return sum
    case .keyed(let values):
      var sum = 2
      for entry in values.entries {
        try spend(1, at)
        sum += try weight(entry.key, at) + 8 + (try weight(entry.value, at))
      }
      return sum
    case .bytes(let bytes): return bytes.count * 4 + 2
    case .null, .bool, .int, .integer, .float, .time, .duration, .zone: return 24
    }
  }

  // MARK: Numbers

  private mutating func extreme(_ builtin: Builtin, _ arguments: [Value], _ at: Int)
    throws(ConditionError) -> Value
  {
    var best = Value.null
    for argument in arguments {
      try spend(1, at)
      let candidate: Value
      switch argument {
      case .list, .floats, .bytes:
        candidate = try extreme(builtin, argument.elements, at)
        if candidate.isNull { continue }
      case .int, .integer, .float, .duration: candidate = argument
      default:
        throw failure(
          "invalid argument for \(builtin.rawValue) (type \(argument.typeName))", at)
      }
      if best.isNull {
        best = candidate
      } else if try compare(builtin == .max ? .less : .more, best, candidate, at) {
        best = candidate
      }
    }
    return best
  }

  private mutating func collect(
    _ name: String, _ values: [Value], _ numbers: inout [Double], _ at: Int
  ) throws(ConditionError) {
    for value in values {
      try spend(1, at)
      switch value {
      case .int(let number): numbers.append(Double(number))
      case .integer(let number, _), .duration(let number): numbers.append(Double(number))
      case .float(let number): numbers.append(number)
      case .list, .floats, .bytes:
        try spend(elements: value.size ?? 0, at)
        try collect(name, value.elements, &numbers, at)
      default: throw failure("invalid argument for \(name) (type \(value.typeName))", at)
      }
    }
  }

  private func bits(_ builtin: Builtin, _ arguments: [Value], _ at: Int)
    throws(ConditionError) -> Int64
  {
    var numbers: [Int64] = []
    for argument in arguments {
      guard let number = argument.anyInteger else {
        throw failure(
          "cannot use \(argument.typeName) as argument (type int) to call \(builtin.rawValue)", at)
      }
      numbers.append(number)
    }
    let left = numbers.first ?? 0
    let right = numbers.count > 1 ? numbers[1] : 0
    switch builtin {
    case .bitand: return left & right
    case .bitor: return left | right
    case .bitxor: return left ^ right
    case .bitnand: return left & ~right
    case .bitnot: return ~left
    default: break
    }
    guard right >= 0 else {
      throw failure("invalid operation: negative shift count \(right) (type int)", at)
    }
    // Swift's shifts are smart: what is shifted out is gone, whatever the count.
    switch builtin {
    case .bitshl: return left << right
    case .bitshr: return left >> right
    default: return Int64(truncatingIfNeeded: UInt64(truncatingIfNeeded: left) >> right)
    }
  }

  // MARK: Time

  private func zone(_ name: String, _ at: Int) throws(ConditionError) -> Moment.Zone {
    if let zone = ZoneTable.zone(named: name) { return zone }
    guard !name.contains(".."), !name.hasPrefix("/"), !name.contains("\\") else {
      throw failure("time: invalid location name", at)
    }
    throw failure("unknown time zone \(name.prefix(100))", at)
  }

  private func date(_ arguments: [Value], _ at: Int) throws(ConditionError) -> Value {
    var rest = arguments[...]
    var place = Moment.Zone.utc
    if case .zone(let zone)? = rest.first {
      place = zone
      rest.removeFirst()
    }
    guard let written = rest.popFirst() else {
      throw failure("index out of range: 0 (array length is 0)", at)
    }
    let text = try self.text(written, at)
    guard let layout = rest.popFirst() else {
      for layout in TimeLayout.known {
        if case .success(let moment) = TimeLayout.read(text, layout: layout, zone: place) {
          return .time(try moment.known(at))
        }
      }
      throw failure("invalid date \(text.prefix(100))", at)
    }
    let form = try self.text(layout, at)
    if let name = rest.popFirst() { place = try zone(try self.text(name, at), at) }
    switch TimeLayout.read(text, layout: form, zone: place) {
    case .success(let moment): return .time(try moment.known(at))
    case .failure(let invalid): throw failure(invalid.message, at)
    }
  }
}
