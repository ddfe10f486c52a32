/// Runs checked code on one result, within budgets.
struct Evaluator {
  let result: Value
  let now: Moment
  private var variables: [Value]
  private var scopes: [Scope] = []
  private var steps = ConditionLimits.steps
  private var elements = ConditionLimits.elements
  private var textBytes = ConditionLimits.textBytes

  private struct Scope {
    var item: Value
    var index: Int
    var accumulator: Value
  }

  init(_ program: Program, result: Value, now: Moment) {
    self.result = result
    self.now = now
    variables = program.slots == 0 ? [] : Array(repeating: .null, count: program.slots)
  }

  func failure(_ message: String, _ at: Int) -> ConditionError {
    ConditionError(.evaluation, message, at: at)
  }

  // MARK: Budgets

  mutating func spend(_ count: Int, _ at: Int) throws(ConditionError) {
    steps -= count
    guard steps >= 0 else {
      throw ConditionError(
        .limit, "evaluation takes more than \(ConditionLimits.steps) steps", at: at)
    }
  }

  mutating func spend(elements count: Int, _ at: Int) throws(ConditionError) {
    try spend(count / 16, at)
    guard count < elements else {
      throw ConditionError(.limit, "memory budget exceeded", at: at)
    }
    elements -= count
  }

  mutating func spend(text count: Int, _ at: Int) throws(ConditionError) {
    try spend(count / 64, at)
    guard count <= textBytes else {
      throw ConditionError(.limit, "memory budget exceeded", at: at)
    }
    textBytes -= count
  }

  // MARK: Expressions

  mutating func run(_ code: Code) throws(ConditionError) -> Value {
    steps -= 1
    switch code {
    case .constant(let value): return value
    case .result: return result
    case .environment: return environment
    case .variable(let slot): return slot < variables.count ? variables[slot] : .null
    case .item: return scopes.last?.item ?? .null
    case .index: return .int(Int64(scopes.last?.index ?? 0))
    case .accumulator: return scopes.last?.accumulator ?? .null
    case .not(let operand, let at): return .bool(!(try truth(of: operand, at)))
    case .negate(let operand, let at):
      switch try run(operand) {
      case .int(let number): return .int(0 &- number)
      case .integer(let number, .int64): return .integer(0 &- number, .int64)
      case .integer(let number, .byte): return .integer((0 &- number) & 0xff, .byte)
      case .float(let number): return .float(-number)
      case let other: throw failure("invalid operation: - \(other.typeName)", at)
      }
    case .and(let left, let right, let at):
      return try truth(of: left, at) ? try run(right) : .bool(false)
    case .or(let left, let right, let at):
      return try truth(of: left, at) ? .bool(true) : try run(right)
    case .coalesce(let left, let right):
      let value = try run(left)
      return value.isNull ? try run(right) : value
    case .arithmetic(let operation, let left, let right, let at):
      return try arithmetic(operation, try run(left), try run(right), at)
    case .order(let order, let left, let right, let at):
      return .bool(try compare(order, try run(left), try run(right), at))
    case .equal(let left, let right, let negated, let strict, let at):
      let (l, r) = (try run(left), try run(right))
      if let strict { try demand(strict, l, r, at) }
      return .bool(try equal(l, r, at) != negated)
    case .membership(let left, let right, let at):
      return .bool(try isMember(try run(left), of: try run(right), at))
    case .membershipOfText(let left, let texts, let at):
      switch try run(left) {
      case .string(let text): return .bool(texts.contains { $0.bytesEqual(text) })
      // Nil is looked up as the empty text.
      case .null: return .bool(texts.contains(""))
      case let other:
        throw failure(
          "reflect.Value.MapIndex: value of type \(other.typeName) is not assignable to type string",
          at)
      }
    case .text(let test, let left, let right, let at):
      return .bool(try textTest(test, try run(left), try run(right), at))
    case .matches(let left, let pattern, let at):
      switch try run(left) {
      case .null: return .bool(false)
      case .string(let text): return .bool(try matches(text, pattern, at))
      case .bytes(let bytes):
        return .bool(try matches(String(decoding: bytes, as: UTF8.self), pattern, at))
      case let other:
        throw failure(
          "interface conversion: interface {} is \(other.conversionName), not []uint8", at)
      }
    case .matchesAny(let left, let right, let at):
      let (value, pattern) = (try run(left), try run(right))
      if value.isNull || pattern.isNull { return .bool(false) }
      let text = try text(value, at)
      let source = try self.text(pattern, at)
      try spend(source.utf8.count, at)
      return .bool(try matches(text, try Pattern(source, at: at), at))
    case .range(let low, let high, let at):
      return try range(try run(low), try run(high), at)
    case .conditional(let condition, let yes, let no, let at):
      return try truth(of: condition, at) ? try run(yes) : try run(no)
    case .member, .field, .method, .chain:
      return try link(code) ?? .null
    case .slice(let base, let from, let to, let at):
      let target = try run(base)
      return try slice(target, try runIfAny(from), try runIfAny(to), at)
    case .list(let codes):
      try spend(elements: codes.count, 0)
      var values: [Value] = []
      values.reserveCapacity(codes.count)
      for code in codes { values.append(try run(code)) }
      return .list(values)
    case .map(let pairs, let at): return try map(pairs, at)
    case .declare(let slot, let value, let body):
      let value = try run(value)
      if slot < variables.count { variables[slot] = value }
      return try run(body)
    case .sequence(let codes):
      var last = Value.null
      for code in codes { last = try run(code) }
      return last
    case .builtin(let builtin, let codes, let at):
      var values: [Value] = []
      values.reserveCapacity(codes.count)
      for code in codes { values.append(try run(code)) }
      try spend(1, at)
      return try call(builtin, values, at)
    case .loop(let loop, let list, let body, let extra, let at):
      return try self.loop(loop, try run(list), body, extra, at)
    case .callOfNonFunction(let callee, let codes, let at):
      let value = try run(callee)
      for code in codes { _ = try run(code) }
      throw notCallable(value, at)
    case .asFloat(let inner):
      let value = try run(inner)
      guard case .int(let number) = value else { return value }
      return .float(Double(number))
    }
  }

  private func notCallable(_ value: Value, _ at: Int) -> ConditionError {
    failure(
      value.isNull
        ? "invalid operation: cannot call nil"
        : "invalid operation: cannot call non-function of type \(value.typeName)", at)
  }

  private mutating func runIfAny(_ code: Code?) throws(ConditionError) -> Value? {
    guard let code else { return nil }
    return try run(code)
  }

  private var environment: Value {
    .map(
      Fields([("result", result)] + Builtin.allCases.filter(\.isArgo).map { ($0.rawValue, .null) }))
  }

  private mutating func truth(of code: Code, _ at: Int) throws(ConditionError) -> Bool {
    let value = try run(code)
    guard case .bool(let flag) = value else {
      throw failure("interface conversion: interface {} is \(value.conversionName), not bool", at)
    }
    return flag
  }

  /// One link of a chain of members; `nil` when a `?.` on the way found nothing to look into.
  private mutating func link(_ code: Code) throws(ConditionError) -> Value? {
    switch code {
    case .chain(let inner): return try link(inner) ?? .null
    case .field(let base, let name, let optional, let at):
      guard let target = try link(base) else { return nil }
      if optional && target.isNull { return nil }
      return try fetch(field: name, from: target, at)
    case .member(let base, let key, let optional, let at):
      guard let target = try link(base) else { return nil }
      if optional && target.isNull { return nil }
      return try fetch(try run(key), from: target, at)
    case .method(let base, let name, let codes, let optional, let at):
      guard let target = try link(base) else { return nil }
      if optional && target.isNull { return nil }
      var values: [Value] = []
      for code in codes { values.append(try run(code)) }
      if let answer = try Methods.call(name, on: target, values, at) { return answer }
      throw notCallable(try fetch(field: name, from: target, at), at)
    default: return try run(code)
    }
  }

  func fetch(field name: String, from target: Value, _ at: Int) throws(ConditionError) -> Value {
    if case .map(let fields) = target { return fields[name] ?? .null }
    return try fetch(.string(name), from: target, at)
  }

  func fetch(_ key: Value, from target: Value, _ at: Int) throws(ConditionError) -> Value {
    switch target {
    case .list(let values):
      return values[try position(key, count: values.count, at)]
    case .floats(let values):
      return .float(values[try position(key, count: values.count, at)])
    case .string(let text):
      let bytes = Array(text.utf8)
      return .integer(Int64(bytes[try position(key, count: bytes.count, at)]), .byte)
    case .bytes(let bytes):
      return .integer(Int64(bytes[try position(key, count: bytes.count, at)]), .byte)
    case .map(let fields):
      switch key {
      case .string(let name): return fields[name] ?? .null
      case .null: return fields[""] ?? .null
      default:
        throw failure(
          "reflect.Value.MapIndex: value of type \(key.typeName) is not assignable to type string",
          at)
      }
    case .keyed(let values):
      guard let key = KeyedValues.Key(key) else {
        throw failure("runtime error: hash of unhashable type \(key.typeName)", at)
      }
      return values.value(of: key) ?? .null
    case .time, .zone:
      _ = try text(key, at)
      throw failure("cannot fetch \(key.text) from \(target.typeName)", at)
    case .null, .bool, .int, .integer, .float, .duration:
      throw failure("cannot fetch \(key.text) from \(target.typeName)", at)
    }
  }

  /// A place in a list; negative places count from the end.
  private func position(_ key: Value, count: Int, _ at: Int) throws(ConditionError) -> Int {
    let wanted = try integer(key, at)
    let place = wanted < 0 ? wanted &+ Int64(count) : wanted
    guard place >= 0, place < Int64(count) else {
      throw failure("index out of range: \(place) (array length is \(count))", at)
    }
    return Int(place)
  }

  private mutating func slice(_ target: Value, _ from: Value?, _ to: Value?, _ at: Int)
    throws(ConditionError) -> Value
  {
    let count: Int
    switch target {
    case .list(let values): count = values.count
    case .floats(let values): count = values.count
    case .string(let text): count = text.utf8.count
    case .bytes(let bytes): count = bytes.count
    default:
      guard let only = from ?? (to == nil ? .int(0) : nil), to != nil || target.size != nil else {
        if to != nil { throw failure("cannot slice 0", at) }
        throw failure("invalid argument for len (type \(target.typeName))", at)
      }
      throw failure("cannot slice \(only.text)", at)
    }
    func bound(_ value: Value?, _ fallback: Int) throws(ConditionError) -> Int {
      guard let value else { return fallback }
      var place = try integer(value, at)
      if place < 0 { place = place &+ Int64(count) }
      return Int(min(max(place, 0), Int64(count)))
    }
    let end = try bound(to, count)
    let start = min(try bound(from, 0), end)
    try spend((end - start) / 16, at)
    switch target {
    case .list(let values): return .list(Array(values[start..<end]))
    case .floats(let values): return .floats(Array(values[start..<end]))
    case .bytes(let bytes): return .bytes(Array(bytes[start..<end]))
    case .string(let text):
      try spend(text: end - start, at)
      return .string(String(decoding: Array(text.utf8)[start..<end], as: UTF8.self))
    default: return .null
    }
  }

  private mutating func map(_ pairs: [(key: Code, value: Code)], _ at: Int)
    throws(ConditionError) -> Value
  {
    try spend(elements: pairs.count, at)
    var fields: [(String, Value)] = []
    for pair in pairs {
      let key = try run(pair.key)
      let value = try run(pair.value)
      guard case .string(let name) = key else {
        throw failure(
          "interface conversion: interface {} is \(key.conversionName), not string", at)
      }
      fields.append((name, value))
    }
    // Of a repeated key the first one counts.
    return .map(Fields(fields.reversed()))
  }

  private mutating func range(_ low: Value, _ high: Value, _ at: Int) throws(ConditionError)
    -> Value
  {
    let (low, high) = (try integer(low, at), try integer(high, at))
    guard low <= high else { return .list([]) }
    let (size, overflow) = high.subtractingReportingOverflow(low)
    guard !overflow, size < Int64(ConditionLimits.elements) else {
      throw ConditionError(.limit, "memory budget exceeded", at: at)
    }
    try spend(elements: Int(size) + 1, at)
    return .list((low...high).map { .int($0) })
  }

  mutating func matches(_ text: String, _ pattern: Pattern, _ at: Int) throws(ConditionError)
    -> Bool
  {
    let bytes = text.utf8.count
    let (work, overflow) = bytes.multipliedReportingOverflow(by: pattern.size)
    try spend(overflow ? .max : work / 16, at)
    return pattern.matches(text)
  }

  // MARK: Conversions

  func integer(_ value: Value, _ at: Int) throws(ConditionError) -> Int64 {
    switch value {
    case .int(let number): return number
    case .integer(let number, let type) where type.isNumber: return number
    case .float(let number): return Numbers.truncated(number)
    default: throw failure("invalid operation: int(\(value.typeName))", at)
    }
  }

  func text(_ value: Value, _ at: Int) throws(ConditionError) -> String {
    guard case .string(let text) = value else {
      throw failure(
        "interface conversion: interface {} is \(value.conversionName), not string", at)
    }
    return text
  }

  private func demand(_ type: StaticType, _ left: Value, _ right: Value, _ at: Int)
    throws(ConditionError)
  {
    for value in [left, right] {
      switch (type, value) {
      case (.int, .int), (.text, .string): continue
      default:
        throw failure(
          "interface conversion: interface {} is \(value.conversionName), not \(type.shown)", at)
      }
    }
  }

  // MARK: Predicates

  private mutating func answer(
    _ body: Code?, _ item: Value, _ index: Int, _ at: Int
  ) throws(ConditionError) -> Bool {
    let value = try apply(body, item, index)
    guard case .bool(let flag) = value else {
      throw failure("interface conversion: interface {} is \(value.conversionName), not bool", at)
    }
    return flag
  }

  /// The body's value with `#` being the item; without a body, the item.
  private mutating func apply(
    _ body: Code?, _ item: Value, _ index: Int, accumulator: Value = .null
  ) throws(ConditionError) -> Value {
    steps -= 1
    guard steps >= 0 else {
      try spend(0, 0)
      return .null
    }
    guard let body else { return item }
    scopes.append(Scope(item: item, index: index, accumulator: accumulator))
    defer { scopes.removeLast() }
    return try run(body)
  }

  private func noElements(_ at: Int) -> ConditionError {
    failure("reflect: call of reflect.Value.Index on map Value", at)
  }

  private func items(_ list: Value, _ body: Code?, _ at: Int) throws(ConditionError) -> [Value] {
    switch list {
    case .list(let values): return values
    case .floats(let values): return values.map { .float($0) }
    case .string(let text): return text.utf8.map { .integer(Int64($0), .byte) }
    case .bytes: return list.elements
    case .map, .keyed:
      // Go walks a map by number without complaint as long as nobody looks at the element.
      let count: Int
      if case .map(let fields) = list { count = fields.count } else { count = list.size ?? 0 }
      guard count == 0 || !(body?.usesItem ?? true) else {
        throw noElements(at)
      }
      return Array(repeating: .null, count: count)
    case .null: throw failure("reflect: call of reflect.Value.Len on zero Value", at)
    case .bool, .int, .integer, .float, .time, .duration, .zone:
      throw failure("reflect: call of reflect.Value.Len on \(list.kindName) Value", at)
    }
  }

  private mutating func loop(
    _ loop: Code.Loop, _ list: Value, _ body: Code?, _ extra: Code?, _ at: Int
  ) throws(ConditionError) -> Value {
    let items = try items(list, loop.keepsItems(extra) ? nil : body, at)
    let hasElements: Bool
    switch list {
    case .map, .keyed: hasElements = false
    default: hasElements = true
    }
    switch loop {
    case .all:
      for (index, item) in items.enumerated() where !(try answer(body, item, index, at)) {
        return .bool(false)
      }
      return .bool(true)
    case .none:
      for (index, item) in items.enumerated() where try answer(body, item, index, at) {
        return .bool(false)
      }
      return .bool(true)
    case .any:
      for (index, item) in items.enumerated() where try answer(body, item, index, at) {
        return .bool(true)
      }
      return .bool(false)
    case .one:
      var count = 0
      for (index, item) in items.enumerated() where try answer(body, item, index, at) { count += 1 }
      return .bool(count == 1)
    case .count(let most):
      var count: Int64 = 0
      for (index, item) in items.enumerated() where try answer(body, item, index, at) {
        count += 1
        if let most, count >= most { break }
      }
      return .int(count)
    case .filter:
      var kept: [Value] = []
      for (index, item) in items.enumerated() where try answer(body, item, index, at) {
        guard hasElements else { throw noElements(at) }
        try spend(elements: 1, at)
        kept.append(item)
      }
      return .list(kept)
    case .map:
      try spend(elements: items.count, at)
      var mapped: [Value] = []
      mapped.reserveCapacity(items.count)
      for (index, item) in items.enumerated() { mapped.append(try apply(body, item, index)) }
      return .list(mapped)
    case .find, .firstOfFilter, .findIndex:
      for (index, item) in items.enumerated() where try answer(body, item, index, at) {
        if case .findIndex = loop { return .int(Int64(index)) }
        guard hasElements else { throw noElements(at) }
        return item
      }
    case .findLast, .lastOfFilter, .findLastIndex:
      for (index, item) in items.enumerated().reversed() where try answer(body, item, index, at) {
        if case .findLastIndex = loop { return .int(Int64(index)) }
        guard hasElements else { throw noElements(at) }
        return item
      }
    case .sum:
      var total = Value.int(0)
      for (index, item) in items.enumerated() {
        total = try arithmetic(.add, try apply(body, item, index), total, at)
      }
      return total
    case .groupBy:
      try spend(elements: items.count, at)
      var groups = KeyedValues()
      for (index, item) in items.enumerated() {
        let value = try apply(body, item, index)
        guard let key = KeyedValues.Key(value) else {
          throw failure("runtime error: hash of unhashable type \(value.typeName)", at)
        }
        groups.append(item, under: key, as: value)
      }
      return .keyed(groups)
    case .sortBy:
      var descending = false
      if let extra {
        switch try run(extra) {
        case .string("asc"): break
        case .string("desc"): descending = true
        default: throw failure("unknown order, use asc or desc", at)
        }
      }
      var keyed: [(key: Value, item: Value)] = []
      for (index, item) in items.enumerated() { keyed.append((try apply(body, item, index), item)) }
      let order = try sorted(keyed.map(\.key), descending: descending, at)
      return .list(order.map { keyed[$0].item })
    case .reduce:
      var rest = items[...]
      var index = 0
      var accumulator: Value
      if let extra {
        accumulator = try run(extra)
      } else {
        guard let first = rest.popFirst() else {
          throw failure("reduce of empty array with no initial value", at)
        }
        accumulator = first
        index = 1
      }
      for item in rest {
        accumulator = try apply(body, item, index, accumulator: accumulator)
        // The only place where a value can grow a level with every turn.
        guard try isShallow(accumulator, ConditionLimits.valueDepth, at) else {
          throw ConditionError(
            .limit, "value is nested deeper than \(ConditionLimits.valueDepth) levels", at: at)
        }
        index += 1
      }
      return accumulator
    }
    switch loop {
    case .firstOfFilter, .lastOfFilter: throw failure("reflect: slice index out of range", at)
    default: return .null
    }
  }

  private mutating func isShallow(_ value: Value, _ levels: Int, _ at: Int)
    throws(ConditionError) -> Bool
  {
    guard levels > 0 else { return false }
    switch value {
    case .list(let values):
      try spend(values.count / 8 + 1, at)
      for value in values where !(try isShallow(value, levels - 1, at)) { return false }
    case .map(let fields):
      try spend(fields.count / 8 + 1, at)
      for entry in fields.entries where !(try isShallow(entry.value, levels - 1, at)) {
        return false
      }
    case .keyed(let values):
      try spend(values.count / 8 + 1, at)
      for entry in values.entries where !(try isShallow(entry.value, levels - 1, at)) {
        return false
      }
    default: break
    }
    return true
  }

  /// The order of places that sorts the keys, stably; keys must compare with each other.
  mutating func sorted(_ keys: [Value], descending: Bool, _ at: Int) throws(ConditionError) -> [Int]
  {
    try spend(elements: keys.count, at)
    var order = Array(keys.indices)
    var scratch = order
    var width = 1
    while width < order.count {
      var start = 0
      while start < order.count {
        let middle = min(start + width, order.count)
        let end = min(start + 2 * width, order.count)
        var (left, right, out) = (start, middle, start)
        while left < middle || right < end {
          let takeRight: Bool
          if left == middle {
            takeRight = true
          } else if right == end {
            takeRight = false
          } else {
            try spend(1, at)
            let (l, r) = (keys[order[left]], keys[order[right]])
            takeRight =
              descending ? try compare(.less, l, r, at) : try compare(.less, r, l, at)
          }
          scratch[out] = order[takeRight ? right : left]
          out += 1
          if takeRight { right += 1 } else { left += 1 }
        }
        start = end
      }
      swap(&order, &scratch)
      width *= 2
    }
    return order
  }
}

extension Code.Loop {
  /// Whether it looks at elements even where its predicate does not.
  fileprivate func keepsItems(_ initial: Code?) -> Bool {
    switch self {
    case .groupBy, .sortBy: true
    case .reduce: initial == nil
    case .all, .none, .any, .one, .filter, .map, .find, .findLast, .firstOfFilter, .lastOfFilter,
      .findIndex, .findLastIndex, .count, .sum:
      false
    }
  }
}

extension Code {
  /// Whether it looks at the element it is applied to.
  fileprivate var usesItem: Bool {
    switch self {
    case .item: true
    case .constant, .result, .environment, .variable, .index, .accumulator: false
    case .not(let a, _), .negate(let a, _), .chain(let a), .asFloat(let a),
      .field(let a, _, _, _), .matches(let a, _, _), .membershipOfText(let a, _, _):
      a.usesItem
    case .and(let a, let b, _), .or(let a, let b, _), .coalesce(let a, let b),
      .arithmetic(_, let a, let b, _), .order(_, let a, let b, _), .equal(let a, let b, _, _, _),
      .membership(let a, let b, _), .text(_, let a, let b, _), .matchesAny(let a, let b, _),
      .range(let a, let b, _), .member(let a, let b, _, _), .declare(_, let a, let b):
      a.usesItem || b.usesItem
    case .conditional(let a, let b, let c, _): a.usesItem || b.usesItem || c.usesItem
    case .slice(let a, let b, let c, _):
      a.usesItem || (b?.usesItem ?? false) || (c?.usesItem ?? false)
    case .list(let codes), .sequence(let codes), .builtin(_, let codes, _):
      codes.contains(where: \.usesItem)
    case .map(let pairs, _): pairs.contains { $0.key.usesItem || $0.value.usesItem }
    case .method(let a, _, let codes, _, _), .callOfNonFunction(let a, let codes, _):
      a.usesItem || codes.contains(where: \.usesItem)
    // An inner predicate has an element of its own.
    case .loop(_, let list, _, let extra, _): list.usesItem || (extra?.usesItem ?? false)
    }
  }
}
