/// Checks an expression against the type of the result it will be applied to, and lowers it.
///
/// The language refuses what can be seen to be wrong before it runs anything: a condition that
/// compares a list with a number is an error even where it would not be reached.
struct Checker {
  private let resultType: StaticType
  private var scopes: [Scope] = []
  private var variables: [(name: String, type: StaticType, slot: Int)] = []
  private(set) var slots = 0

  /// What `#` means inside a predicate.
  private struct Scope {
    var item: StaticType
    var hasIndex: Bool
    var accumulator: StaticType?
  }

  typealias Checked = (code: Code, type: StaticType)

  static func check(_ node: Node, result: StaticType) throws(ConditionError) -> Program {
    var checker = Checker(result)
    let checked = try checker.check(node)
    return Program(code: checked.code, slots: checker.slots)
  }

  private init(_ resultType: StaticType) { self.resultType = resultType }

  private func failure(_ message: String, _ offset: Int) -> ConditionError {
    ConditionError(.type, message, at: offset)
  }

  private mutating func check(_ node: Node) throws(ConditionError) -> Checked {
    let at = node.offset
    switch node.kind {
    case .null: return (.constant(.null), .null)
    case .bool(let flag): return (.constant(.bool(flag)), .bool)
    case .int(let number): return (.constant(.int(number)), .int)
    case .float(let number): return (.constant(.float(number)), .float)
    case .text(let text): return (.constant(.string(text)), .text)
    case .bytes(let bytes):
      return (.constant(.bytes(bytes)), .list(.byte, named: true))
    case .name(let name): return try self.name(name, at)
    case .pointer(let name): return try pointer(name, at)
    case .unary(let prefix, let operand): return try unary(prefix, operand, at)
    case .binary(let infix, let left, let right): return try binary(infix, left, right, at)
    case .chain(let inner):
      let inner = try check(inner)
      return (.chain(inner.code), inner.type)
    case .member(let base, let key, let optional):
      return try member(base, key, optional: optional, at)
    case .slice(let base, let from, let to): return try slice(base, from, to, at)
    case .call(let callee, let arguments): return try call(callee, arguments, at)
    case .builtin(let builtin, let arguments):
      return builtin.loops == nil
        ? try function(builtin, arguments, at) : try loop(builtin, arguments, at)
    case .predicate(let body): return try check(body)
    case .declare(let name, let value, let body):
      return try declare(name, value, body, at)
    case .sequence(let parts):
      var codes: [Code] = []
      var type = StaticType.null
      for part in parts {
        let checked = try check(part)
        codes.append(checked.code)
        type = checked.type
      }
      return (.sequence(codes), type)
    case .conditional(let condition, let yes, let no):
      return try conditional(condition, yes, no, at)
    case .list(let elements):
      var codes: [Code] = []
      var common: StaticType?
      for element in elements {
        let checked = try check(element)
        codes.append(checked.code)
        common = common == nil || common == checked.type ? checked.type : .any
      }
      let type = common ?? .declared
      return (.list(codes), .list(type == .null || type.isOpen ? .declared : type))
    case .map(let pairs):
      var codes: [(key: Code, value: Code)] = []
      for pair in pairs {
        codes.append((try check(pair.key).code, try check(pair.value).code))
      }
      return (.map(codes, at), .map)
    }
  }

  // MARK: Names

  private func name(_ name: String, _ at: Int) throws(ConditionError) -> Checked {
    if let variable = variables.last(where: { $0.name.bytesEqual(name) }) {
      return (.variable(variable.slot), variable.type)
    }
    if name == "result" { return (.result, resultType) }
    if name == "$env" { return (.environment, .map) }
    if let builtin = Builtin(rawValue: name) {
      return (.constant(.null), .function(Signatures.shown(builtin)))
    }
    throw failure("unknown name \(name)", at)
  }

  private func pointer(_ name: String, _ at: Int) throws(ConditionError) -> Checked {
    guard let scope = scopes.last else {
      throw failure("cannot use pointer accessor outside predicate", at)
    }
    switch name {
    case "": return (.item, scope.item)
    case "index" where scope.hasIndex: return (.index, .int)
    case "acc":
      guard let type = scope.accumulator else { break }
      return (.accumulator, type)
    default: break
    }
    throw failure("unknown pointer #\(name)", at)
  }

  private mutating func declare(_ name: String, _ value: Node, _ body: Node, _ at: Int)
    throws(ConditionError) -> Checked
  {
    if name == "result" { throw failure("cannot redeclare \(name)", at) }
    if let builtin = Builtin(rawValue: name) {
      throw failure("cannot redeclare \(builtin.isArgo ? "" : "builtin ")\(name)", at)
    }
    if variables.contains(where: { $0.name.bytesEqual(name) }) {
      throw failure("cannot redeclare variable \(name)", at)
    }
    let value = try check(value)
    let slot = slots
    slots += 1
    variables.append((name, value.type, slot))
    let body = try check(body)
    variables.removeLast()
    return (.declare(slot, value.code, body.code), body.type)
  }

  // MARK: Operators

  private mutating func unary(_ prefix: UnaryOperator, _ operand: Node, _ at: Int)
    throws(ConditionError) -> Checked
  {
    let operand = try check(operand)
    switch prefix {
    case .not, .bang:
      guard operand.type == .bool || operand.type.isOpen else { break }
      if case .constant(.bool(let flag)) = operand.code { return (.constant(.bool(!flag)), .bool) }
      return (.not(operand.code, at), .bool)
    case .minus:
      guard operand.type.isNumber || operand.type.isOpen else { break }
      if case .constant(.int(let number)) = operand.code {
        return (.constant(.int(0 &- number)), .int)
      }
      return (.negate(operand.code, at), operand.type.isOpen ? .any : operand.type)
    case .plus:
      guard operand.type.isNumber || operand.type.isOpen else { break }
      return operand
    }
    throw failure(
      "invalid operation: \(prefix.rawValue) (mismatched type \(operand.type.shown))", at)
  }

  /// Each side is one of these, or unknown, and not both are something else.
  private func either(
    _ left: StaticType, _ right: StaticType, _ types: [StaticType]
  ) -> Bool {
    (left.isOpen && (right.isOpen || types.contains(right)))
      || (right.isOpen && types.contains(left))
  }

  private mutating func binary(
    _ infix: BinaryOperator, _ leftNode: Node, _ rightNode: Node, _ at: Int
  ) throws(ConditionError) -> Checked {
    let left = try check(leftNode)
    let right = try check(rightNode)
    let (l, r) = (left.type, right.type)
    let numbers = l.isNumber && r.isNumber
    if let folded = try fold(infix, left.code, right.code, at) { return folded }
    switch infix {
    case .equal, .notEqual:
      guard l.canEqual(r) else { break }
      let strict = l == r && (l == .int || l == .text) ? l : nil
      return (
        .equal(left.code, right.code, negated: infix == .notEqual, strict: strict, at), .bool
      )
    case .andWord, .andSign, .orWord, .orSign:
      guard (l == .bool && r == .bool) || either(l, r, [.bool]) else { break }
      return logical(infix == .andWord || infix == .andSign, left, right, at)
    case .less, .more, .lessOrEqual, .moreOrEqual:
      guard
        numbers || (l == r && [.text, .time, .duration].contains(l))
          || either(l, r, [.int, .int64, .byte, .float, .text, .time, .duration]),
        let order = Code.Order(rawValue: infix.rawValue)
      else { break }
      return (.order(order, stoppingEarly(left.code, order, right.code), right.code, at), .bool)
    case .add:
      let type: StaticType
      if numbers {
        type = l.isInteger && r.isInteger ? .int : .float
      } else if l == .text && r == .text {
        type = .text
      } else if (l == .time && r == .duration) || (l == .duration && r == .time) {
        type = .time
      } else if l == .duration && r == .duration {
        type = .duration
      } else if either(l, r, [.int, .int64, .byte, .float, .text, .time, .duration]) {
        type = .any
      } else {
        break
      }
      return (.arithmetic(.add, left.code, right.code, at), type)
    case .subtract:
      let type: StaticType
      if numbers {
        type = l.isInteger && r.isInteger ? .int : .float
      } else if (l == .time && r == .time) || (l == .duration && r == .duration) {
        type = .duration
      } else if l == .time && r == .duration {
        type = .time
      } else if either(l, r, [.int, .int64, .byte, .float, .time, .duration]) {
        type = .any
      } else {
        break
      }
      return (.arithmetic(.subtract, left.code, right.code, at), type)
    case .multiply:
      let type: StaticType
      if numbers {
        type = l.isInteger && r.isInteger ? .int : .float
      } else if l == .duration && (r.isNumber || r == .duration) || (l.isNumber && r == .duration) {
        type = .duration
      } else if either(l, r, [.int, .int64, .byte, .float, .duration]) {
        type = .any
      } else {
        break
      }
      return (.arithmetic(.multiply, left.code, right.code, at), type)
    case .divide:
      guard numbers || either(l, r, [.int, .int64, .byte, .float]) else { break }
      return (.arithmetic(.divide, left.code, right.code, at), .float)
    case .power, .caret:
      guard numbers || either(l, r, [.int, .int64, .byte, .float]) else { break }
      return (.arithmetic(.power, left.code, right.code, at), .float)
    case .remainder:
      guard (l.isInteger && r.isInteger) || either(l, r, [.int, .int64, .byte]) else { break }
      return (.arithmetic(.remainder, left.code, right.code, at), .int)
    case .range:
      guard (l.isInteger && r.isInteger) || either(l, r, [.int, .int64, .byte]) else { break }
      return (.range(left.code, right.code, at), .list(.int))
    case .in: return try membership(left, right, rightNode, at)
    case .contains, .startsWith, .endsWith:
      guard (l == .text && r == .text) || either(l, r, [.text]),
        let test = Code.TextTest(rawValue: infix.rawValue)
      else { break }
      return (.text(test, left.code, right.code, at), .bool)
    case .matches:
      // A literal pattern is compiled once, and is wrong whatever it is applied to.
      var pattern: Pattern?
      if case .text(let text) = rightNode.kind { pattern = try Pattern(text, at: at) }
      let isBytes = l == .list(.byte, named: true)
      guard ((l == .text || isBytes) && r == .text) || either(l, r, [.text]) else { break }
      if let pattern { return (.matches(left.code, pattern, at), .bool) }
      return (.matchesAny(left.code, right.code, at), .bool)
    case .coalesce:
      let type: StaticType
      if l == .null {
        type = r
      } else if r == .null || r == l || l.isOpen {
        type = l
      } else {
        type = .any
      }
      return (.coalesce(left.code, right.code), Self.sameList(l, r) ? l : type)
    case .pipe: break
    }
    throw failure(
      "invalid operation: \(infix.rawValue) (mismatched types \(l.shown) and \(r.shown))", at)
  }

  /// What the language computes before it runs: integers, and equality of literals. It shows where
  /// a literal decides an `and` or `or`, and where zero divides.
  private func fold(_ infix: BinaryOperator, _ left: Code, _ right: Code, _ at: Int)
    throws(ConditionError) -> Checked?
  {
    guard case .constant(let left) = left, case .constant(let right) = right else { return nil }
    switch (infix, left, right) {
    case (.add, .int(let l), .int(let r)): return (.constant(.int(l &+ r)), .int)
    case (.subtract, .int(let l), .int(let r)): return (.constant(.int(l &- r)), .int)
    case (.multiply, .int(let l), .int(let r)): return (.constant(.int(l &* r)), .int)
    case (.remainder, .int(let l), .int(let r)):
      guard r != 0 else { throw failure("integer divide by zero", at) }
      return (.constant(.int(r == -1 ? 0 : l % r)), .int)
    case (.equal, .int(let l), .int(let r)): return (.constant(.bool(l == r)), .bool)
    case (.equal, .string(let l), .string(let r)):
      return (.constant(.bool(l.bytesEqual(r))), .bool)
    case (.equal, .bool(let l), .bool(let r)): return (.constant(.bool(l == r)), .bool)
    default: return nil
    }
  }

  /// A literal side decides without the other, as the language's optimizer has it: then the other
  /// is neither evaluated nor asked to be a boolean.
  private func logical(_ isAnd: Bool, _ left: Checked, _ right: Checked, _ at: Int) -> Checked {
    for (side, other) in [(left, right), (right, left)] {
      guard case .constant(.bool(let flag)) = side.code else { continue }
      return flag == isAnd ? other : (.constant(.bool(flag)), .bool)
    }
    return (isAnd ? .and(left.code, right.code, at) : .or(left.code, right.code, at), .bool)
  }

  /// `count(…) > 2` stops counting at the third.
  private func stoppingEarly(_ left: Code, _ order: Code.Order, _ right: Code) -> Code {
    guard case .loop(.count, let list, let body?, let extra, let at) = left,
      case .constant(.int(let bound)) = right
    else { return left }
    switch order {
    case .more where bound >= 0 && bound < .max:
      return .loop(.count(upTo: bound + 1), list, body, extra, at)
    case .moreOrEqual where bound > 0:
      return .loop(.count(upTo: bound), list, body, extra, at)
    case .less, .lessOrEqual, .more, .moreOrEqual: return left
    }
  }

  /// Lists that messages tell apart have no type in common.
  private static func sameList(_ left: StaticType, _ right: StaticType) -> Bool {
    guard case .list(_, let l) = left, case .list(_, let r) = right else { return false }
    return l == r
  }

  private func membership(_ left: Checked, _ right: Checked, _ rightNode: Node, _ at: Int)
    throws(ConditionError) -> Checked
  {
    let (l, r) = (left.type, right.type)
    switch r {
    case .map:
      guard l.isOpen || l == .text else {
        throw failure("cannot use \(l.shown) as type string in map key", at)
      }
    case .keyed: break
    case .list(let element, _):
      guard l.canEqual(element) else {
        throw failure("cannot use \(l.shown) as type \(element.shown) in array", at)
      }
      if case .list(let elements) = rightNode.kind, !elements.isEmpty {
        let texts = elements.compactMap { element -> String? in
          guard case .text(let text) = element.kind else { return nil }
          return text
        }
        if texts.count == elements.count, l != .null {
          return (.membershipOfText(left.code, texts, at), .bool)
        }
      }
    case .open: break
    case .text where l.isOpen: break
    // Go's times and zones are structs, which are asked for fields by name.
    case .time where l.isOpen || l == .text, .zone where l.isOpen || l == .text: break
    default:
      throw failure(
        "invalid operation: in (mismatched types \(l.shown) and \(r.shown))", at)
    }
    return (.membership(left.code, right.code, at), .bool)
  }

  private mutating func conditional(_ condition: Node, _ yes: Node, _ no: Node, _ at: Int)
    throws(ConditionError) -> Checked
  {
    let test = try check(condition)
    guard test.type == .bool || test.type.isOpen else {
      throw failure(
        "non-bool expression (type \(test.type.shown)) used as condition", condition.offset)
    }
    let first = try check(yes)
    let second = try check(no)
    let type: StaticType
    if first.type == .null {
      type = second.type
    } else if second.type == .null || second.type.isOpen || second.type == first.type {
      // The first branch's type is taken for both where the second's value might have it.
      type = first.type.isOpen && second.type != first.type ? .any : first.type
    } else if Self.sameList(first.type, second.type) {
      type = .list(.declared)
    } else {
      type = .any
    }
    return (.conditional(test.code, first.code, second.code, at), type)
  }

  // MARK: Members

  private mutating func member(_ base: Node, _ key: Node, optional: Bool, _ at: Int)
    throws(ConditionError) -> Checked
  {
    let target = try check(base)
    let property = try check(key)
    if case .environment = target.code, case .text(let name) = key.kind {
      return try self.name(name, at)
    }
    let code: Code
    if case .constant(.string(let name)) = property.code {
      code = .field(target.code, name, optional: optional, at)
    } else {
      code = .member(target.code, property.code, optional: optional, at)
    }
    switch target.type {
    case .open: return (code, .any)
    case .map:
      guard property.type == .text || property.type.isOpen else {
        throw failure(
          "cannot use \(property.type.shown) to get an element from \(target.type.shown)",
          key.offset)
      }
      return (code, .declared)
    case .keyed(let element): return (code, element)
    case .list(let element, _):
      guard property.type.isInteger || property.type.isOpen else {
        throw failure(
          "array elements can only be selected using an integer (got \(property.type.shown))",
          key.offset)
      }
      if case .loop(.filter, let list, let body?, _, let start) = target.code,
        case .constant(.int(let index)) = property.code, index == 0 || index == -1
      {
        let loop = index == 0 ? Code.Loop.firstOfFilter : .lastOfFilter
        return (.loop(loop, list, body, nil, start), element)
      }
      return (code, element)
    default:
      guard case .text(let name) = key.kind else {
        throw failure("type \(target.type.shown)[\(property.type.shown)] is undefined", at)
      }
      guard let method = Methods.signature(name, of: target.type) else {
        throw failure("type \(target.type.shown) has no field \(name)", at)
      }
      return (code, .function(Methods.shown(method, of: target.type)))
    }
  }

  private mutating func slice(_ base: Node, _ from: Node?, _ to: Node?, _ at: Int)
    throws(ConditionError) -> Checked
  {
    let target = try check(base)
    guard target.type.isOpen || target.type == .text || target.type.isList else {
      throw failure("cannot slice \(target.type.shownToFunctions)", at)
    }
    var bounds: [Code?] = []
    for bound in [from, to] {
      guard let bound else {
        bounds.append(nil)
        continue
      }
      let checked = try check(bound)
      // Where the list is not known, neither are its bounds looked at.
      guard checked.type.isInteger || checked.type.isOpen || target.type.isOpen else {
        throw failure("non-integer slice index \(checked.type.shown)", bound.offset)
      }
      bounds.append(checked.code)
    }
    return (
      .slice(target.code, bounds[0], bounds[1], at), target.type.isOpen ? .any : target.type
    )
  }

  private mutating func arguments(_ nodes: [Node]) throws(ConditionError)
    -> (codes: [Code], arguments: [Signatures.Argument])
  {
    var codes: [Code] = []
    var arguments: [Signatures.Argument] = []
    for node in nodes {
      let checked = try check(node)
      codes.append(checked.code)
      arguments.append((checked.type, node.offset))
    }
    return (codes, arguments)
  }

  private mutating func call(_ callee: Node, _ nodes: [Node], _ at: Int)
    throws(ConditionError) -> Checked
  {
    if case .member(let base, let key, let optional) = callee.kind, case .text(let name) = key.kind
    {
      let target = try check(base)
      let place = callee.offset
      switch target.type {
      case .open, .map:
        let (codes, _) = try arguments(nodes)
        return (.method(target.code, name, codes, optional: optional, place), .any)
      case .keyed(let element):
        guard element.isOpen else { throw failure("\(element.shown) is not callable", place) }
        let (codes, _) = try arguments(nodes)
        return (.method(target.code, name, codes, optional: optional, place), .any)
      case .list:
        throw failure(
          "array elements can only be selected using an integer (got string)", key.offset)
      case .time, .duration, .month, .weekday, .zone:
        guard let signature = Methods.signature(name, of: target.type) else {
          throw failure("type \(target.type.shown) has no method \(name)", place)
        }
        guard !signature.yieldsMany else {
          throw failure("func \(name) returns more then two values", place)
        }
        let (codes, given) = try arguments(nodes)
        let type = try Methods.check(name, on: target.type, given, place)
        return (.method(target.code, name, codes, optional: optional, place), type)
      case .null, .bool, .int, .int64, .byte, .float, .text, .function:
        throw failure("type \(target.type.shown) has no method \(name)", place)
      }
    }
    let target = try check(callee)
    let (codes, _) = try arguments(nodes)
    switch target.type {
    case .open: return (.callOfNonFunction(target.code, codes, at), .any)
    // Only a variable or a field can hold a function, and it is nil there.
    case .function: return (.callOfNonFunction(target.code, codes, at), .any)
    default: throw failure("\(target.type.shown) is not callable", at)
    }
  }

  // MARK: Functions

  private mutating func function(_ builtin: Builtin, _ nodes: [Node], _ at: Int)
    throws(ConditionError) -> Checked
  {
    if builtin == .get, nodes.count != 2 {
      throw failure("invalid number of arguments (expected 2, got \(nodes.count))", at)
    }
    var (codes, given) = try arguments(nodes)
    // Arithmetic on integer literals may stand for a float where one is asked for.
    if builtin == .isNaN || builtin == .isInf, given.count == 1, given[0].type == .int,
      let only = codes.first, let node = nodes.first, Self.isArithmetic(node, only)
    {
      codes = [.asFloat(only)]
      given = [(.float, node.offset)]
    }
    let type = try Signatures.check(builtin, given, at)
    if builtin == .len, case .loop(.filter, let list, let body?, _, let start)? = codes.first {
      return (.loop(.count(upTo: nil), list, body, nil, start), .int)
    }
    if builtin == .first || builtin == .last,
      case .loop(.filter, let list, let body?, _, let start)? = codes.first
    {
      return (.loop(builtin == .first ? .find : .findLast, list, body, nil, start), type)
    }
    return (.builtin(builtin, codes, at), type)
  }

  private static func isArithmetic(_ node: Node, _ code: Code) -> Bool {
    // A remainder has no float form, unless it was computed already.
    if case .arithmetic(.remainder, _, _, _) = code { return false }
    return switch node.kind {
    case .int: true
    case .unary(let prefix, _): prefix == .plus || prefix == .minus
    case .binary(let infix, _, _):
      [.add, .subtract, .multiply, .divide, .remainder, .power, .caret].contains(infix)
    default: false
    }
  }

  private mutating func loop(_ builtin: Builtin, _ arguments: [Node], _ at: Int)
    throws(ConditionError) -> Checked
  {
    guard let listNode = arguments.first else {
      throw failure("not enough arguments to call \(builtin.rawValue)", at)
    }
    let list = try check(listNode)
    let element: StaticType
    switch list.type {
    case .open: element = .any
    case .list(let type, _): element = type
    default:
      throw failure(
        "builtin \(builtin.rawValue) takes only array (got \(list.type.shown))", listNode.offset)
    }
    var body: Checked?
    if arguments.count > 1 {
      scopes.append(
        Scope(
          item: element, hasIndex: builtin == .map || builtin == .reduce,
          accumulator: builtin == .reduce ? .any : nil))
      body = try check(arguments[1])
      scopes.removeLast()
    }
    var extra: Checked?
    if arguments.count > 2 {
      extra = try check(arguments[2])
      if builtin == .sortBy, let order = extra?.type, order != .text, !order.isOpen {
        throw failure(
          "sortBy order argument must be a string (got \(order.shown))", arguments[2].offset)
      }
    }
    if body?.type == .null {
      let at = arguments[1].offset
      if builtin == .sum {
        throw failure(
          "cannot use func(interface {}) as argument (type func(interface {}) bool) "
            + "to call sum ", at)
      }
      throw failure(
        "predicate should has \(builtin == .reduce ? "two" : "one") input and one output param",
        at)
    }
    let kind: Code.Loop
    let type: StaticType
    switch builtin {
    case .all: (kind, type) = (.all, .bool)
    case .none: (kind, type) = (.none, .bool)
    case .any: (kind, type) = (.any, .bool)
    case .one: (kind, type) = (.one, .bool)
    case .filter: (kind, type) = (.filter, .list(element.isOpen ? .declared : element))
    case .map:
      let mapped = body?.type ?? .any
      (kind, type) = (.map, .list(mapped.isOpen ? .declared : mapped))
    case .find: (kind, type) = (.find, element)
    case .findIndex: (kind, type) = (.findIndex, .int)
    case .findLast: (kind, type) = (.findLast, element)
    case .findLastIndex: (kind, type) = (.findLastIndex, .int)
    case .count: (kind, type) = (.count(upTo: nil), .int)
    case .sum: (kind, type) = (.sum, body?.type ?? element)
    case .groupBy: (kind, type) = (.groupBy, .keyed(.list(.declared)))
    case .sortBy: (kind, type) = (.sortBy, .list(element.isOpen ? .declared : element))
    case .reduce: (kind, type) = (.reduce, body?.type ?? .any)
    default: throw failure("\(builtin.rawValue) takes no predicate", at)
    }
    switch builtin {
    case .map, .sum, .groupBy, .sortBy, .reduce: break
    default:
      if let answer = body?.type, answer != .bool, !answer.isOpen {
        throw failure(
          "predicate should return boolean (got \(answer.shown))", arguments[1].offset)
      }
    }
    return (.loop(kind, list.code, body?.code, extra?.code, at), type)
  }
}
