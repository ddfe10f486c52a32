/// What the functions of plain arguments accept and yield.
enum Signatures {
  static func check(_ builtin: Builtin, _ types: [StaticType], _ at: Int)
    throws(ConditionError) -> StaticType
  {
    let name = builtin.rawValue
    func failure(_ message: String) -> ConditionError { ConditionError(.type, message, at: at) }

    func exactly(_ count: Int) throws(ConditionError) {
      guard types.count == count else {
        throw failure("invalid number of arguments (expected \(count), got \(types.count))")
      }
    }
    /// Parameters with types; the last ones may be left out.
    func parameters(_ parameters: [StaticType], optional: Int = 0) throws(ConditionError) {
      guard types.count >= parameters.count - optional else {
        throw failure("not enough arguments to call \(name)")
      }
      guard types.count <= parameters.count else {
        throw failure("too many arguments to call \(name)")
      }
      for (type, parameter) in zip(types, parameters) where type != .any && parameter != .any {
        if type == .null {
          throw failure("cannot use nil as argument (type \(parameter.shown)) to call \(name)")
        }
        if parameter.isList && type.isList { continue }
        guard type == parameter else {
          throw failure(
            "cannot use \(type.shown) as argument (type \(parameter.shown)) to call \(name) ")
        }
      }
    }
    func list(_ wrong: String) throws(ConditionError) -> StaticType {
      try exactly(1)
      switch types[0] {
      case .any: return .any
      case .list(let element): return element
      case .null, .bool, .int, .float, .text, .map, .keyed, .time, .duration, .zone, .function:
        throw failure("\(wrong) \(types[0].shown)")
      }
    }
    func number(orText: Bool = false) throws(ConditionError) {
      try exactly(1)
      guard types[0].isNumber || types[0] == .any || (orText && types[0] == .text) else {
        throw failure("invalid argument for \(name) (type \(types[0].shown))")
      }
    }

    switch builtin {
    case .len:
      try exactly(1)
      switch types[0] {
      case .any, .text, .list, .map, .keyed: return .int
      case .null, .bool, .int, .float, .time, .duration, .zone, .function:
        throw failure("invalid argument for len (type \(types[0].shown))")
      }
    case .type, .string:
      try parameters([.any])
      return .text
    case .toJSON:
      try parameters([.any])
      return .text
    case .abs:
      if types == [.duration] { return .duration }
      try number()
      return types[0]
    case .ceil, .floor, .round:
      try number()
      return .float
    case .int:
      if types == [.duration] { return .int }
      try number(orText: true)
      return .int
    case .float:
      if types == [.duration] { return .float }
      try number(orText: true)
      return .float
    case .trim, .trimPrefix, .trimSuffix:
      try parameters([.text, .text], optional: 1)
      return .text
    case .upper, .lower, .toBase64, .fromBase64:
      try parameters([.text])
      return .text
    case .split, .splitAfter:
      try parameters([.text, .text, .int], optional: 1)
      return .list(.text)
    case .replace:
      try parameters([.text, .text, .text, .int], optional: 1)
      return .text
    case .repeat:
      try parameters([.text, .int])
      return .text
    case .join:
      try parameters([.list(.any), .text], optional: 1)
      return .text
    case .indexOf, .lastIndexOf:
      try parameters([.text, .text])
      return .int
    case .hasPrefix, .hasSuffix:
      try parameters([.text, .text])
      return .bool
    case .max, .min, .mean, .median:
      guard !types.isEmpty else { throw failure("not enough arguments to call \(name)") }
      // The first list or unknown leaves the answer open; of plain numbers the first one's type is
      // promised, whatever comes out.
      for type in types {
        switch type {
        case .any, .list: return .any
        case .int, .float, .duration: continue
        case .null, .bool, .text, .map, .keyed, .time, .zone, .function:
          throw failure("invalid argument for \(name) (type \(type.shown))")
        }
      }
      return types[0]
    case .fromJSON:
      try parameters([.text])
      return .any
    case .now:
      guard types.isEmpty || types == [.zone] else {
        throw failure("invalid number of arguments (expected 0, got \(types.count))")
      }
      return .time
    case .duration:
      try parameters([.text])
      return .duration
    case .date:
      guard !types.isEmpty else {
        throw failure("invalid number of arguments (expected at least 1, got 0)")
      }
      guard types.count - (types[0] == .zone ? 1 : 0) <= 3 else {
        throw failure("invalid number of arguments (expected at most 3, got \(types.count))")
      }
      return .time
    case .timezone:
      try parameters([.text])
      return .zone
    case .first, .last:
      _ = try list("cannot get \(name) element from")
      return .any
    case .get:
      try exactly(2)
      switch types[0] {
      case .any: return .any
      case .list(let element):
        guard types[1] == .int || types[1] == .any else {
          throw failure("non-integer slice index \(types[1].shown)")
        }
        return element
      case .map:
        guard types[1] == .text || types[1] == .any else {
          throw failure(
            "cannot use \(types[1].shown) to get an element from \(types[0].shown)")
        }
        return .any
      case .keyed(let element): return element
      case .null, .bool, .int, .float, .text, .time, .duration, .zone, .function:
        throw failure("type \(types[0].shown) does not support indexing")
      }
    case .take:
      try exactly(2)
      guard types[0] == .any || types[0].isList else {
        throw failure("cannot take from \(types[0].shown)")
      }
      guard types[1] == .any || types[1] == .int else {
        throw failure("cannot take \(types[1].shown) elements")
      }
      return .list(.any)
    case .keys, .values:
      try exactly(1)
      switch types[0] {
      case .any, .map, .keyed: return .list(.any)
      case .null, .bool, .int, .float, .text, .list, .time, .duration, .zone, .function:
        throw failure("cannot get \(name) from \(types[0].shown)")
      }
    case .toPairs:
      try exactly(1)
      switch types[0] {
      case .any, .map, .keyed: return .list(.any)
      case .null, .bool, .int, .float, .text, .list, .time, .duration, .zone, .function:
        throw failure("cannot transform \(types[0].shown) to pairs")
      }
    case .fromPairs:
      try exactly(1)
      guard types[0] == .any || types[0].isList else {
        throw failure("cannot transform \(types[0].shown) from pairs")
      }
      return .keyed(.any)
    case .reverse, .uniq, .flatten:
      _ = try list("cannot \(name)")
      return .list(.any)
    case .concat:
      guard !types.isEmpty else {
        throw failure("invalid number of arguments (expected at least 1, got 0)")
      }
      for type in types where type != .any && !type.isList {
        throw failure("cannot concat \(type.shown)")
      }
      return .list(.any)
    case .sort:
      try parameters([.list(.any), .text], optional: 1)
      return .list(.any)
    case .bitand, .bitor, .bitxor, .bitnand, .bitshl, .bitshr, .bitushr:
      try parameters([.int, .int])
      return .int
    case .bitnot:
      try parameters([.int])
      return .int
    case .asInt:
      try parameters([.any])
      return .int
    case .asFloat:
      try parameters([.any])
      return .float
    case .isNaN, .isInf:
      try parameters([.float])
      return .bool
    case .isNil:
      try parameters([.any])
      return .bool
    case .default:
      try parameters([.any, .any])
      return .any
    case .all, .none, .any, .one, .filter, .map, .find, .findIndex, .findLast, .findLastIndex,
      .count, .sum, .groupBy, .sortBy, .reduce:
      throw failure("\(name) needs a predicate")
    }
  }
}
