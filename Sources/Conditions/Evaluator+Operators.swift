extension Evaluator {
  mutating func arithmetic(
    _ operation: Code.Arithmetic, _ left: Value, _ right: Value, _ at: Int
  ) throws(ConditionError) -> Value {
    switch (left.plainNumber, right.plainNumber) {
    case (.int(let l), .int(let r)):
      switch operation {
      case .add: return .int(l &+ r)
      case .subtract: return .int(l &- r)
      case .multiply: return .int(l &* r)
      case .divide: return .float(Double(l) / Double(r))
      case .remainder:
        guard r != 0 else { throw failure("runtime error: integer divide by zero", at) }
        return .int(r == -1 ? 0 : l % r)
      case .power: return .float(Powers.power(Double(l), Double(r)))
      }
    case (.int(let l), .float(let r)): return try floats(operation, Double(l), r, left, right, at)
    case (.float(let l), .int(let r)): return try floats(operation, l, Double(r), left, right, at)
    case (.float(let l), .float(let r)): return try floats(operation, l, r, left, right, at)
    case (.string(let l), .string(let r)) where operation == .add:
      try spend(text: l.utf8.count + r.utf8.count, at)
      return .string(l + r)
    case (.time(let l), .duration(let r)) where operation == .add: return .time(l.adding(r))
    case (.duration(let l), .time(let r)) where operation == .add: return .time(r.adding(l))
    case (.time(let l), .duration(let r)) where operation == .subtract:
      return .time(l.adding(0 &- r))
    case (.time(let l), .time(let r)) where operation == .subtract:
      return .duration(l.nanoseconds(since: r))
    case (.duration(let l), .duration(let r)):
      switch operation {
      case .add: return .duration(l &+ r)
      case .subtract: return .duration(l &- r)
      case .multiply: return .duration(l &* r)
      case .divide, .remainder, .power: break
      }
    case (.duration(let l), .int(let r)) where operation == .multiply: return .duration(l &* r)
    case (.int(let l), .duration(let r)) where operation == .multiply: return .duration(l &* r)
    case (.duration(let l), .float(let r)) where operation == .multiply:
      return .float(Double(l) * r)
    case (.float(let l), .duration(let r)) where operation == .multiply:
      return .float(l * Double(r))
    default: break
    }
    if operation == .power {
      for side in [left, right] {
        switch side.plainNumber {
        case .int, .float: continue
        default: throw failure("invalid operation: float(\(side.typeName))", at)
        }
      }
    }
    throw mismatch(operation.rawValue, left, right, at)
  }

  private func floats(
    _ operation: Code.Arithmetic, _ l: Double, _ r: Double, _ left: Value, _ right: Value, _ at: Int
  ) throws(ConditionError) -> Value {
    switch operation {
    case .add: return .float(l + r)
    case .subtract: return .float(l - r)
    case .multiply: return .float(l * r)
    case .divide: return .float(l / r)
    case .power: return .float(Powers.power(l, r))
    case .remainder: throw mismatch("%", left, right, at)
    }
  }

  private func mismatch(_ sign: String, _ left: Value, _ right: Value, _ at: Int) -> ConditionError
  {
    failure("invalid operation: \(left.typeName) \(sign) \(right.typeName)", at)
  }

  mutating func compare(_ order: Code.Order, _ left: Value, _ right: Value, _ at: Int)
    throws(ConditionError) -> Bool
  {
    func holds<T: Comparable>(_ l: T, _ r: T) -> Bool {
      switch order {
      case .less: l < r
      case .more: l > r
      case .lessOrEqual: l <= r
      case .moreOrEqual: l >= r
      }
    }
    switch (left.plainNumber, right.plainNumber) {
    case (.float(let l), .float(let r)): return holds(l, r)
    case (.int(let l), .int(let r)): return holds(l, r)
    case (.int(let l), .float(let r)): return holds(Double(l), r)
    case (.float(let l), .int(let r)): return holds(l, Double(r))
    case (.string(let l), .string(let r)):
      try spend(min(l.utf8.count, r.utf8.count) / 64, at)
      switch order {
      case .less: return l.bytesLess(r)
      case .more: return r.bytesLess(l)
      case .lessOrEqual: return !r.bytesLess(l)
      case .moreOrEqual: return !l.bytesLess(r)
      }
    case (.duration(let l), .duration(let r)): return holds(l, r)
    case (.time(let l), .time(let r)):
      switch order {
      case .less: return l.isBefore(r)
      case .more: return r.isBefore(l)
      case .lessOrEqual: return !r.isBefore(l)
      case .moreOrEqual: return !l.isBefore(r)
      }
    default: throw mismatch(order.rawValue, left, right, at)
    }
  }

  /// Numbers compare across int and float, lists element by element; maps demand the same types.
  mutating func equal(_ left: Value, _ right: Value, _ at: Int) throws(ConditionError) -> Bool {
    switch (left.plainNumber, right.plainNumber) {
    case (.int(let l), .int(let r)): return l == r
    case (.int(let l), .float(let r)): return Double(l) == r
    case (.float(let l), .int(let r)): return l == Double(r)
    case (.list, .list), (.list, .floats), (.floats, .list), (.floats, .floats), (.bytes, .list),
      (.list, .bytes), (.bytes, .floats), (.floats, .bytes):
      let (l, r) = (left.elements, right.elements)
      guard l.count == r.count else { return false }
      try spend(l.count / 4 + 1, at)
      for (one, other) in zip(l, r) where !(try equal(one, other, at)) { return false }
      return true
    default: return try identical(left, right, at)
    }
  }

  /// Equal in type and value, all the way down.
  mutating func identical(_ left: Value, _ right: Value, _ at: Int) throws(ConditionError) -> Bool {
    switch (left, right) {
    case (.null, .null): return true
    case (.bool(let l), .bool(let r)): return l == r
    case (.int(let l), .int(let r)): return l == r
    case (.integer(let l, let lType), .integer(let r, let rType)): return l == r && lType == rType
    case (.bytes(let l), .bytes(let r)): return l == r
    case (.float(let l), .float(let r)): return l == r
    case (.string(let l), .string(let r)):
      try spend(min(l.utf8.count, r.utf8.count) / 64, at)
      return l.bytesEqual(r)
    case (.time(let l), .time(let r)): return l.isSameInstant(as: r)
    case (.duration(let l), .duration(let r)): return l == r
    case (.zone(let l), .zone(let r)): return l == r
    case (.list, .list), (.floats, .floats):
      let (l, r) = (left.elements, right.elements)
      guard l.count == r.count else { return false }
      try spend(l.count / 4 + 1, at)
      for (one, other) in zip(l, r) where !(try identical(one, other, at)) { return false }
      return true
    case (.map(let l), .map(let r)):
      guard l.count == r.count else { return false }
      try spend(l.count / 4 + 1, at)
      for (one, other) in zip(l.entries, r.entries) {
        guard one.key.bytesEqual(other.key), try identical(one.value, other.value, at) else {
          return false
        }
      }
      return true
    case (.keyed(let l), .keyed(let r)):
      guard l.count == r.count else { return false }
      try spend(l.count / 4 + 1, at)
      for entry in l.entries {
        guard let key = KeyedValues.Key(entry.key), let other = r.value(of: key),
          try identical(entry.value, other, at)
        else { return false }
      }
      return true
    default: return false
    }
  }

  mutating func isMember(_ needle: Value, of container: Value, _ at: Int) throws(ConditionError)
    -> Bool
  {
    switch container {
    case .null: return false
    case .list, .floats, .bytes:
      let elements = container.elements
      try spend(elements.count / 4, at)
      for element in elements where try equal(element, needle, at) { return true }
      return false
    case .map(let fields):
      switch needle {
      case .string(let name): return fields[name] != nil
      case .null: return fields[""] != nil
      default:
        throw failure(
          "reflect.Value.MapIndex: value of type \(needle.typeName) is not assignable to type string",
          at)
      }
    case .keyed(let values):
      guard let key = KeyedValues.Key(needle) else {
        throw failure("runtime error: hash of unhashable type \(needle.typeName)", at)
      }
      return values.value(of: key) != nil
    case .time, .zone:
      switch needle {
      // A struct is asked for a field by name; Go's have none that show.
      case .null, .string: return false
      default:
        throw failure(
          "interface conversion: interface {} is \(needle.conversionName), not string", at)
      }
    case .bool, .int, .integer, .float, .string, .duration:
      throw failure("operator \"in\" not defined on \(container.typeName)", at)
    }
  }

  mutating func textTest(_ test: Code.TextTest, _ left: Value, _ right: Value, _ at: Int)
    throws(ConditionError) -> Bool
  {
    if left.isNull || right.isNull { return false }
    let text = Array(try self.text(left, at).utf8)
    let part = Array(try self.text(right, at).utf8)
    try spend((text.count + part.count) / 64, at)
    switch test {
    case .contains: return Text.find(part, in: text) != nil
    case .startsWith: return text.starts(with: part)
    case .endsWith: return text.count >= part.count && text.suffix(part.count).elementsEqual(part)
    }
  }
}
