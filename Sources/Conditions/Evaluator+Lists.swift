extension Evaluator {
  mutating func listFunction(_ builtin: Builtin, _ arguments: [Value], _ at: Int)
    throws(ConditionError) -> Value
  {
    let first = arguments.first ?? .null
    switch builtin {
    case .take:
      let values = try list(first, "cannot take from", at)
      let second = arguments.count > 1 ? arguments[1] : .null
      guard let count = second.anyInteger else {
        throw failure("cannot take \(second.typeName) elements", at)
      }
      guard count >= 0 else { throw failure("reflect.Value.Slice: slice index out of bounds", at) }
      return .list(Array(values.prefix(Int(min(count, Int64(values.count))))))
    case .keys, .values, .toPairs:
      return try entries(builtin, first, at)
    case .fromPairs: return try fromPairs(first, at)
    case .reverse:
      return .list(try list(first, "cannot reverse", at).reversed())
    case .uniq:
      let values = try list(first, "cannot uniq", at)
      var kept: [Value] = []
      for value in values {
        var isNew = true
        for earlier in kept {
          try spend(1, at)
          if try equal(earlier, value, at) {
            isNew = false
            break
          }
        }
        if isNew { kept.append(value) }
      }
      return .list(kept)
    case .concat:
      var joined: [Value] = []
      for argument in arguments { joined += try list(argument, "cannot concat", at) }
      return .list(joined)
    case .flatten:
      var flat: [Value] = []
      try flatten(try list(first, "cannot flatten", at), into: &flat, at)
      return .list(flat)
    case .sort:
      var descending = false
      if arguments.count > 1 {
        switch try text(arguments[1], at) {
        case "asc": break
        case "desc": descending = true
        case let order:
          throw failure("invalid order \(order.prefix(100)), expected asc or desc", at)
        }
      }
      guard first.size != nil, first.isListValue else { return .list([]) }
      let values = first.elements
      return .list(try sorted(values, descending: descending, at).map { values[$0] })
    default: throw failure("\(builtin.rawValue) takes no list", at)
    }
  }

  private mutating func list(_ value: Value, _ wrong: String, _ at: Int)
    throws(ConditionError) -> [Value]
  {
    guard value.isListValue else { throw failure("\(wrong) \(value.kindName)", at) }
    try spend(elements: value.size ?? 0, at)
    return value.elements
  }

  private mutating func flatten(_ values: [Value], into flat: inout [Value], _ at: Int)
    throws(ConditionError)
  {
    for value in values {
      try spend(1, at)
      if value.isListValue {
        try flatten(value.elements, into: &flat, at)
      } else {
        try spend(elements: 1, at)
        flat.append(value)
      }
    }
  }

  private mutating func entries(_ builtin: Builtin, _ map: Value, _ at: Int)
    throws(ConditionError) -> Value
  {
    let pairs: [(key: Value, value: Value)]
    switch map {
    case .map(let fields): pairs = fields.entries.map { (.string($0.key), $0.value) }
    case .keyed(let values): pairs = values.entries
    default:
      throw failure(
        builtin == .toPairs
          ? "cannot transform \(map.kindName) to pairs"
          : "cannot get \(builtin.rawValue) from \(map.kindName)", at)
    }
    try spend(elements: pairs.count * 3, at)
    switch builtin {
    case .keys: return .list(pairs.map(\.key))
    case .values: return .list(pairs.map(\.value))
    default: return .list(pairs.map { .list([$0.key, $0.value]) })
    }
  }

  private mutating func fromPairs(_ pairs: Value, _ at: Int) throws(ConditionError) -> Value {
    guard pairs.isListValue else {
      throw failure("cannot transform \(verb(pairs)) from pairs", at)
    }
    try spend(elements: pairs.size ?? 0, at)
    var values = KeyedValues()
    for pair in pairs.elements {
      guard pair.isListValue else { throw failure("invalid pair \(short(pair))", at) }
      let parts = pair.elements
      guard parts.count == 2 else { throw failure("invalid pair length \(short(pair))", at) }
      guard let key = KeyedValues.Key(parts[0]) else {
        throw failure("runtime error: hash of unhashable type \(parts[0].typeName)", at)
      }
      values.set(key, as: parts[0], to: parts[1])
    }
    return .keyed(values)
  }

  /// As Go prints a value where it expects text.
  private func verb(_ value: Value) -> String {
    switch value {
    case .null: "%!s(<nil>)"
    case .string(let text): String(text.prefix(100))
    case .bool, .int, .integer, .float: "%!s(\(value.typeName)=\(value.text))"
    default: value.kindName
    }
  }

  private func short(_ value: Value) -> String {
    (value.size ?? 0) <= 4 && value.elements.allSatisfy { $0.size == nil }
      ? String(value.text.prefix(100)) : "of \(value.size ?? 0) elements"
  }
}

extension Value {
  var isListValue: Bool {
    switch self {
    case .list, .floats, .bytes: true
    case .null, .bool, .int, .integer, .float, .string, .map, .keyed, .time, .duration, .zone: false
    }
  }
}
