/// What the functions of plain arguments accept and yield.
enum Signatures {
  /// An argument as its place in the source has it.
  typealias Argument = (type: StaticType, at: Int)

  /// Functions with fixed lists of parameters, in the order they are tried; when none fits, what
  /// is wrong with the last one is told.
  static func overloads(_ builtin: Builtin) -> [Methods.Signature]? {
    typealias Signature = Methods.Signature
    let texts = StaticType.list(.text, named: true)
    let integers = StaticType.list(.int, named: true)
    let anything = StaticType.list(.declared, named: true)
    switch builtin {
    case .type, .string, .toJSON: return [Signature([.declared], .text)]
    case .trim: return [Signature([.text], .text), Signature([.text, .text], .text)]
    case .trimPrefix, .trimSuffix:
      return [Signature([.text, .text], .text), Signature([.text], .text)]
    case .upper, .lower, .toBase64, .fromBase64: return [Signature([.text], .text)]
    case .split, .splitAfter:
      return [Signature([.text, .text], texts), Signature([.text, .text, .int], texts)]
    case .replace:
      return [
        Signature([.text, .text, .text, .int], .text), Signature([.text, .text, .text], .text),
      ]
    case .repeat: return [Signature([.text, .int], .text)]
    case .join:
      return [
        Signature([texts, .text], .text), Signature([anything, .text], .text),
        Signature([anything], .text), Signature([texts], .text),
      ]
    case .indexOf, .lastIndexOf: return [Signature([.text, .text], .int)]
    case .hasPrefix, .hasSuffix: return [Signature([.text, .text], .bool)]
    case .fromJSON: return [Signature([.text], .declared)]
    case .duration: return [Signature([.text], .duration)]
    case .timezone: return [Signature([.text], .zone)]
    case .sort:
      return [
        Signature([anything, .text], anything), Signature([integers, .text], integers),
        Signature([anything], anything), Signature([integers], integers),
      ]
    case .bitand, .bitor, .bitxor, .bitnand, .bitshl, .bitshr, .bitushr:
      return [Signature([.int, .int], .int)]
    case .bitnot: return [Signature([.int], .int)]
    case .asInt: return [Signature([.declared], .int64)]
    case .asFloat: return [Signature([.declared], .float)]
    case .isNaN, .isInf: return [Signature([.float], .bool)]
    case .isNil: return [Signature([.declared], .bool)]
    case .default: return [Signature([.declared, .declared], .declared)]
    default: return nil
    }
  }

  /// The function as a value, for messages.
  static func shown(_ builtin: Builtin) -> String {
    if let signature = overloads(builtin)?.first {
      let parameters = signature.parameters.map(Methods.shown(parameter:))
      let yields: String
      switch builtin {
      case .duration: yields = "(time.Duration, error)"
      case .timezone: yields = "(*time.Location, error)"
      default: yields = signature.yields.shown
      }
      return "func(\(parameters.joined(separator: ", "))) \(yields)"
    }
    let list = "[]interface {}"
    let test = "func(interface {}) bool"
    switch builtin {
    case .all, .none, .any, .one: return "func(\(list), \(test)) bool"
    case .filter: return "func(\(list), \(test)) \(list)"
    case .map: return "func(\(list), func(interface {}) interface {}) \(list)"
    case .find, .findLast: return "func(\(list), \(test)) interface {}"
    case .findIndex, .findLastIndex, .count, .sum: return "func(\(list), \(test)) int"
    case .groupBy:
      return "func(\(list), func(interface {}) interface {}) map[interface {}]\(list)"
    case .sortBy: return "func(\(list), \(test), string) \(list)"
    case .reduce:
      return
        "func(\(list), func(interface {}, interface {}) interface {}, interface {}) interface {}"
    default: return "func(...interface {}) (interface {}, error)"
    }
  }

  /// Whether arguments fit parameters: their number first, then one by one.
  static func match(
    _ name: String, _ parameters: [StaticType], _ arguments: [Argument], _ at: Int
  ) throws(ConditionError) {
    guard arguments.count == parameters.count else {
      let trouble = arguments.count < parameters.count ? "not enough" : "too many"
      throw ConditionError(.type, "\(trouble) arguments to call \(name)", at: at)
    }
    for (argument, parameter) in zip(arguments, parameters) {
      if argument.type.isOpen || parameter.isOpen { continue }
      let wanted = Methods.shown(parameter: parameter)
      if argument.type == .null {
        if parameter == .zone { continue }
        throw ConditionError(
          .type, "cannot use nil as argument (type \(wanted)) to call \(name)", at: argument.at)
      }
      if argument.type == parameter { continue }
      if argument.type.isInteger, parameter == .int { continue }
      // A list whose elements' type goes unnamed is one of anything.
      if case .list(_, let named) = argument.type, case .list(let element, _) = parameter {
        if !named && element.isOpen { continue }
      }
      throw ConditionError(
        .type,
        "cannot use \(Methods.shown(parameter: argument.type)) as argument (type \(wanted)) to call \(name) ",
        at: argument.at)
    }
  }

  static func check(_ builtin: Builtin, _ arguments: [Argument], _ at: Int)
    throws(ConditionError) -> StaticType
  {
    let name = builtin.rawValue
    let types = arguments.map(\.type)
    func failure(_ message: String) -> ConditionError { ConditionError(.type, message, at: at) }

    if let overloads = overloads(builtin) {
      var last: ConditionError?
      for signature in overloads {
        do throws(ConditionError) {
          try match(name, signature.parameters, arguments, at)
          return signature.yields == .list(.declared, named: true)
            ? .list(.declared) : signature.yields
        } catch {
          last = error
        }
      }
      if let last { throw last }
    }
    func exactly(_ count: Int) throws(ConditionError) {
      guard types.count == count else {
        throw failure("invalid number of arguments (expected \(count), got \(types.count))")
      }
    }
    func list(_ wrong: String) throws(ConditionError) -> StaticType {
      try exactly(1)
      switch types[0] {
      case .open: return .any
      case .list(let element, _): return element
      default: throw failure("\(wrong) \(types[0].shownToFunctions)")
      }
    }
    func number(orText: Bool = false) throws(ConditionError) {
      try exactly(1)
      guard types[0].isNumber || types[0].isOpen || (orText && types[0] == .text) else {
        throw failure("invalid argument for \(name) (type \(types[0].shownToFunctions))")
      }
    }

    switch builtin {
    case .len:
      try exactly(1)
      switch types[0] {
      case .open, .text, .list, .map, .keyed: return .int
      default: throw failure("invalid argument for len (type \(types[0].shownToFunctions))")
      }
    case .abs:
      if types == [.duration] { return .duration }
      try number()
      return types[0].isOpen ? .declared : types[0]
    case .ceil, .floor, .round:
      try number()
      return .float
    case .int:
      if types == [.duration] || types == [.month] || types == [.weekday] { return .int }
      try number(orText: true)
      return .int
    case .float:
      if types == [.duration] { return .float }
      try number(orText: true)
      return .float
    case .max, .min, .mean, .median:
      guard !types.isEmpty else { throw failure("not enough arguments to call \(name)") }
      // The first list or unknown leaves the answer open; of plain numbers the first one's type is
      // promised, whatever comes out.
      for type in types {
        switch type {
        case .open, .list: return .declared
        case .int, .int64, .byte, .month, .weekday, .float, .duration: continue
        default:
          throw failure("invalid argument for \(name) (type \(type.shownToFunctions))")
        }
      }
      return types[0]
    case .now:
      guard types.isEmpty || types == [.zone] else {
        throw failure("invalid number of arguments (expected 0, got \(types.count))")
      }
      return .time
    case .date:
      guard !types.isEmpty else {
        throw failure("invalid number of arguments (expected at least 1, got 0)")
      }
      guard types.count - (types[0] == .zone ? 1 : 0) <= 3 else {
        throw failure("invalid number of arguments (expected at most 3, got \(types.count))")
      }
      return .time
    case .first, .last:
      _ = try list("cannot get \(name) element from")
      return .declared
    case .get:
      try exactly(2)
      switch types[0] {
      case .open: return .any
      case .list(let element, _):
        guard types[1].isInteger || types[1].isOpen else {
          throw failure("non-integer slice index \(types[1].shown)")
        }
        return element
      case .map:
        guard types[1] == .text || types[1].isOpen else {
          throw failure(
            "cannot use \(types[1].shown) to get an element from \(types[0].shown)")
        }
        return .declared
      case .keyed(let element): return element
      default: throw failure("type \(types[0].shown) does not support indexing")
      }
    case .take:
      try exactly(2)
      guard types[0].isOpen || types[0].isList else {
        throw failure("cannot take from \(types[0].shownToFunctions)")
      }
      guard types[1].isOpen || types[1].isInteger else {
        throw failure("cannot take \(types[1].shownToFunctions) elements")
      }
      return .list(.declared)
    case .keys, .values:
      try exactly(1)
      switch types[0] {
      case .open, .map, .keyed: return .list(.declared)
      default: throw failure("cannot get \(name) from \(types[0].shownToFunctions)")
      }
    case .toPairs:
      try exactly(1)
      switch types[0] {
      case .open, .map, .keyed: return .list(.declared)
      default: throw failure("cannot transform \(types[0].shownToFunctions) to pairs")
      }
    case .fromPairs:
      try exactly(1)
      guard types[0].isOpen || types[0].isList else {
        throw failure("cannot transform \(types[0].shownToFunctions) from pairs")
      }
      return .keyed(.declared)
    case .reverse, .uniq, .flatten:
      _ = try list("cannot \(name)")
      return .list(.declared)
    case .concat:
      guard !types.isEmpty else {
        throw failure("invalid number of arguments (expected at least 1, got 0)")
      }
      for type in types where !type.isOpen && !type.isList {
        throw failure("cannot concat \(type.shownToFunctions)")
      }
      return .list(.declared)
    default: throw failure("\(name) needs a predicate")
    }
  }
}
