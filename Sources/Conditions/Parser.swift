/// Builds the expression's tree by precedence climbing.
struct Parser {
  private let tokens: [Token]
  /// What the end of the tokens stands for when it is not the end of the source.
  private let end: ConditionError?
  private var position = 0
  private var nodes = 0
  /// Levels of recursion of the parser itself.
  private var nesting = 0
  /// Predicates around the current place; `#` and `.field` need one.
  private var predicates = 0

  static func parse(_ source: String) throws(ConditionError) -> Node {
    let (tokens, end) = try Lexer.tokens(of: source)
    var parser = Parser(tokens: tokens, end: end)
    let node: Node
    do throws(ConditionError) {
      node = try parser.sequence()
      guard parser.current.kind == .end else { throw parser.unexpected() }
    } catch {
      throw parser.lexicalError ?? error
    }
    if let error = parser.lexicalError { throw error }
    return node
  }

  private init(tokens: [Token], end: ConditionError?) {
    self.tokens = tokens
    self.end = end
  }

  /// The lexer's error once the parser has come there: it was first.
  private var lexicalError: ConditionError? { position >= tokens.count - 1 ? end : nil }

  private var current: Token { tokens[min(position, tokens.count - 1)] }

  private mutating func advance() { position += 1 }

  private func unexpected() -> ConditionError {
    ConditionError(.syntax, "unexpected token \(current.shown)", at: current.offset)
  }

  private mutating func take(sign: String) throws(ConditionError) {
    guard current.isSign(sign) else { throw unexpected() }
    advance()
  }

  private mutating func take(bracket: String) throws(ConditionError) {
    guard current.isBracket(bracket) else { throw unexpected() }
    advance()
  }

  private mutating func takeName() throws(ConditionError) -> Token {
    let token = current
    guard token.kind == .name else { throw unexpected() }
    advance()
    return token
  }

  private mutating func node(_ kind: Node.Kind, at offset: Int, _ children: [Node] = [])
    throws(ConditionError) -> Node
  {
    nodes += 1
    guard nodes <= ConditionLimits.nodes else {
      throw ConditionError(
        .limit, "expression has more than \(ConditionLimits.nodes) nodes", at: offset)
    }
    var depth = 0
    for child in children { depth = max(depth, child.depth) }
    guard depth < ConditionLimits.depth else { throw tooDeep(at: offset) }
    return Node(kind, at: offset, depth: depth + 1)
  }

  private func tooDeep(at offset: Int) -> ConditionError {
    ConditionError(
      .limit, "expression is nested deeper than \(ConditionLimits.depth) levels", at: offset)
  }

  // MARK: Expressions

  private mutating func sequence() throws(ConditionError) -> Node {
    let offset = current.offset
    var parts = [try expression(0)]
    while current.isSign(";") {
      advance()
      if current.kind == .end { break }
      parts.append(try expression(0))
    }
    return parts.count == 1 ? parts[0] : try node(.sequence(parts), at: offset, parts)
  }

  private mutating func expression(_ precedence: Int) throws(ConditionError) -> Node {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= ConditionLimits.depth else { throw tooDeep(at: current.offset) }
    if precedence == 0, current.isSign("let") { return try declaration() }
    if precedence == 0, current.isSign("if") { return try conditionalBlock() }

    var left = try primary()
    var afterCoalesce = false
    while current.kind == .sign {
      var sign = current
      var negated = false
      if sign.isSign("not") {
        advance()
        guard let next = BinaryOperator(rawValue: current.text), current.kind == .sign,
          next.negatable
        else { throw unexpected() }
        guard next.precedence >= precedence else {
          position -= 1  // The `not` belongs to an outer, weaker place.
          break
        }
        negated = true
        sign = current
      }
      guard let infix = BinaryOperator(rawValue: sign.text), infix.precedence >= precedence else {
        break
      }
      advance()
      if infix == .pipe {
        left = try call(try takeName(), first: left)
        left = try postfix(left)
        afterCoalesce = false
        continue
      }
      if afterCoalesce, infix != .coalesce {
        throw ConditionError(
          .syntax,
          "Operator (\(sign.text)) and coalesce expressions (??) cannot be mixed. "
            + "Wrap either by parentheses.", at: sign.offset)
      }
      if infix.chains {
        left = try comparisons(left, infix, at: sign.offset)
      } else {
        let right = try expression(infix.groupsRight ? infix.precedence : infix.precedence + 1)
        left = try node(.binary(infix, left, right), at: sign.offset, [left, right])
        if negated { left = try node(.unary(.not, left), at: sign.offset, [left]) }
      }
      afterCoalesce = infix == .coalesce
    }
    return precedence == 0 ? try conditional(left) : left
  }

  private mutating func comparisons(_ first: Node, _ infix: BinaryOperator, at offset: Int)
    throws(ConditionError) -> Node
  {
    var left = first
    var infix = infix
    var offset = offset
    var root: Node?
    while true {
      let right = try expression(infix.precedence + 1)
      let comparison = try node(.binary(infix, left, right), at: offset, [left, right])
      if let so = root {
        root = try node(.binary(.andSign, so, comparison), at: offset, [so, comparison])
      } else {
        root = comparison
      }
      left = right
      offset = current.offset
      guard current.kind == .sign, let next = BinaryOperator(rawValue: current.text), next.chains
      else { return root ?? comparison }
      infix = next
      advance()
    }
  }

  private mutating func conditional(_ condition: Node) throws(ConditionError) -> Node {
    var result = condition
    while current.isSign("?") {
      advance()
      let yes: Node
      if current.isSign(":") {
        advance()
        yes = result
      } else {
        yes = try expression(0)
        try take(sign: ":")
      }
      let no = try expression(0)
      result = try node(.conditional(result, yes, no), at: no.offset, [result, yes, no])
    }
    return result
  }

  private mutating func declaration() throws(ConditionError) -> Node {
    try take(sign: "let")
    let name = try takeName()
    try take(sign: "=")
    let value = try expression(0)
    try take(sign: ";")
    let body = try sequence()
    return try node(.declare(name.text, value, body), at: name.offset, [value, body])
  }

  private mutating func conditionalBlock() throws(ConditionError) -> Node {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= ConditionLimits.depth else { throw tooDeep(at: current.offset) }
    let start = current.offset
    try take(sign: "if")
    let condition = try expression(0)
    try take(bracket: "{")
    let yes = try sequence()
    try take(bracket: "}")
    try take(sign: "else")
    let no: Node
    if current.isSign("if") {
      no = try conditionalBlock()
    } else {
      try take(bracket: "{")
      no = try sequence()
      try take(bracket: "}")
    }
    return try node(
      .conditional(condition, yes, no), at: start, [condition, yes, no])
  }

  // MARK: Operands

  private mutating func primary() throws(ConditionError) -> Node {
    let token = current
    if token.kind == .sign, let prefix = UnaryOperator(rawValue: token.text) {
      advance()
      let operand = try expression(prefix.precedence)
      return try postfix(try node(.unary(prefix, operand), at: token.offset, [operand]))
    }
    if token.isBracket("(") {
      advance()
      let inner = try sequence()
      try take(bracket: ")")
      return try postfix(inner)
    }
    if predicates > 0, token.isSign("#") || token.isSign(".") {
      var name = ""
      if token.isSign("#") {
        advance()
        if current.kind == .name {
          name = current.text
          advance()
        }
      }
      return try postfix(try node(.pointer(name), at: token.offset))
    }
    if token.isSign("::") {
      advance()
      return try postfix(try call(try takeName(), first: nil))
    }
    return try operand()
  }

  private mutating func operand() throws(ConditionError) -> Node {
    let token = current
    switch token.kind {
    case .name:
      advance()
      switch token.text {
      case "true": return try node(.bool(true), at: token.offset)
      case "false": return try node(.bool(false), at: token.offset)
      case "nil": return try node(.null, at: token.offset)
      default: break
      }
      if current.isBracket("(") { return try postfix(try call(token, first: nil)) }
      return try postfix(try node(.name(token.text), at: token.offset))
    case .number:
      advance()
      return try node(try Self.number(token, before: current), at: token.offset)
    case .text:
      advance()
      return try postfix(try node(.text(token.text), at: token.offset))
    case .bytes:
      advance()
      return try postfix(try node(.bytes(Array(token.text.utf8)), at: token.offset))
    case .bracket where token.text == "[":
      return try postfix(try list())
    case .bracket where token.text == "{":
      return try postfix(try map())
    case .bracket, .sign, .end:
      throw unexpected()
    }
  }

  /// - next: where the language points when a number is none.
  private static func number(_ token: Token, before next: Token) throws(ConditionError) -> Node.Kind
  {
    let text = String(token.text.filter { $0 != "_" })
    func failure(_ name: String, _ reason: String, isFloat: Bool = false) -> ConditionError {
      ConditionError(
        .syntax,
        "invalid \(name) literal: strconv.\(isFloat ? "ParseFloat" : "ParseInt"): parsing "
          + "\(Text.quoted(String(text.prefix(100)))): \(reason)", at: next.offset)
    }
    let lower = text.lowercased()
    if !lower.hasPrefix("0x"), lower.utf8.contains(where: { $0 == 46 || $0 == 101 }) {
      guard let value = Numbers.float(text), value.isFinite else {
        let isTooLarge = Numbers.isFloat(text)
        throw failure("float", isTooLarge ? "value out of range" : "invalid syntax", isFloat: true)
      }
      return .float(value)
    }
    for (mark, radix, name) in [("0x", 16, "hex"), ("0b", 2, "binary"), ("0o", 8, "octal")]
    where lower.hasPrefix(mark) {
      let digits = text.dropFirst(2)
      guard let value = Int64(digits, radix: radix) else {
        let isNumber =
          !digits.isEmpty
          && digits.unicodeScalars.allSatisfy {
            Text.digit($0).map { $0 < UInt32(radix) } ?? false
          }
        throw failure(name, isNumber ? "value out of range" : "invalid syntax")
      }
      return .int(value)
    }
    guard let value = Int64(text) else {
      throw failure("integer", Numbers.isInteger(text) ? "value out of range" : "invalid syntax")
    }
    return .int(value)
  }

  private mutating func list() throws(ConditionError) -> Node {
    let offset = current.offset
    try take(bracket: "[")
    var elements: [Node] = []
    while !current.isBracket("]") {
      if !elements.isEmpty {
        try take(sign: ",")
        if current.isBracket("]") { break }
      }
      elements.append(try expression(0))
    }
    try take(bracket: "]")
    return try node(.list(elements), at: offset, elements)
  }

  private mutating func map() throws(ConditionError) -> Node {
    let offset = current.offset
    try take(bracket: "{")
    var pairs: [(key: Node, value: Node)] = []
    while !current.isBracket("}") {
      if !pairs.isEmpty {
        try take(sign: ",")
        if current.isBracket("}") { break }
      }
      let token = current
      let key: Node
      switch token.kind {
      case .name, .text, .number:
        advance()
        key = try node(.text(token.text), at: token.offset)
      case .bracket where token.text == "(":
        key = try expression(0)
      case .bracket, .sign, .bytes, .end:
        throw ConditionError(
          .syntax,
          "a map key must be a quoted string, a number, a identifier, or an expression enclosed "
            + "in parentheses (unexpected token \(token.shown))", at: token.offset)
      }
      try take(sign: ":")
      pairs.append((key, try expression(0)))
    }
    try take(bracket: "}")
    return try node(.map(pairs), at: offset, pairs.flatMap { [$0.key, $0.value] })
  }

  // MARK: Calls

  private mutating func call(_ name: Token, first: Node?) throws(ConditionError) -> Node {
    guard let builtin = Builtin(rawValue: name.text) else {
      let arguments = try arguments(first)
      let callee = try node(.name(name.text), at: name.offset)
      return try node(.call(callee, arguments), at: name.offset, arguments + [callee])
    }
    guard let loops = builtin.loops else {
      let arguments = try arguments(first)
      return try node(.builtin(builtin, arguments), at: name.offset, arguments)
    }
    try take(bracket: "(")
    var given: [Node] = []
    if let first {
      given.append(first)
    } else {
      try expectMore(loops, isPiped: false)
      given.append(try expression(0))
    }
    if loops != .optionalPredicate || !current.isBracket(")") {
      try expectMore(loops, isPiped: first != nil)
      if first == nil { try take(sign: ",") }
      given.append(try predicate())
    }
    if loops == .predicateThenOptionalValue, !current.isBracket(")") {
      try take(sign: ",")
      given.append(try expression(0))
    }
    if current.isSign(",") { advance() }
    try take(bracket: ")")
    return try node(.builtin(builtin, given), at: name.offset, given)
  }

  private func expectMore(_ loops: Builtin.Extra, isPiped: Bool) throws(ConditionError) {
    guard current.isBracket(")") else { return }
    let least = (loops == .predicateThenOptionalValue ? 3 : 2) - (isPiped ? 1 : 0)
    throw ConditionError(
      .syntax, "expected at least \(least) arguments", at: current.offset)
  }

  private mutating func arguments(_ first: Node?) throws(ConditionError) -> [Node] {
    try take(bracket: "(")
    var arguments: [Node] = []
    if let first { arguments.append(first) }
    var isFirst = true
    while !current.isBracket(")") {
      if !isFirst {
        try take(sign: ",")
        if current.isBracket(")") { break }
      }
      arguments.append(try expression(0))
      isFirst = false
    }
    try take(bracket: ")")
    return arguments
  }

  private mutating func predicate() throws(ConditionError) -> Node {
    let offset = current.offset
    predicates += 1
    defer { predicates -= 1 }
    let body: Node
    if current.isBracket("{") {
      advance()
      body = try sequence()
      try take(bracket: "}")
    } else {
      body = try expression(0)
      if current.isSign(";") {
        throw ConditionError(
          .syntax, "wrap predicate with brackets { and }", at: current.offset)
      }
    }
    return try node(.predicate(body), at: offset, [body])
  }

  // MARK: What follows an operand

  private mutating func postfix(_ operand: Node) throws(ConditionError) -> Node {
    var result = operand
    while true {
      let token = current
      if token.isSign(".") || token.isSign("?.") {
        let optional = token.text == "?."
        advance()
        if optional, current.isBracket("[") {
          result = try index(result, optional: true)
          continue
        }
        result = try member(result, optional: optional)
      } else if token.isBracket("[") {
        result = try index(result, optional: false)
      } else {
        return result
      }
    }
  }

  private mutating func member(_ base: Node, optional: Bool) throws(ConditionError) -> Node {
    let name = current
    guard name.kind != .end else {
      throw ConditionError(.syntax, "unexpected end of expression", at: name.offset)
    }
    let isWord = name.text.unicodeScalars.allSatisfy(Lexer.isWord)
    advance()
    guard name.kind == .name || (name.kind == .sign && isWord) else {
      throw ConditionError(.syntax, "expected name", at: current.offset)
    }
    let key = try node(.text(name.text), at: name.offset)
    var inner = base
    var chained = optional
    // A chain reaches as far as the dots do: `a?.b.c` skips `.c` too.
    if case .chain(let content) = base.kind {
      inner = content
      chained = true
    }
    var result = try node(
      .member(inner, key, optional: optional), at: name.offset, [inner, key])
    if current.isBracket("(") {
      let arguments = try arguments(nil)
      result = try node(.call(result, arguments), at: base.offset, arguments + [result])
    }
    return chained ? try node(.chain(result), at: name.offset, [result]) : result
  }

  private mutating func index(_ base: Node, optional: Bool) throws(ConditionError) -> Node {
    let offset = current.offset
    try take(bracket: "[")
    if current.isSign(":") {
      advance()
      let to = current.isBracket("]") ? nil : try expression(0)
      try take(bracket: "]")
      return try node(
        .slice(base, from: nil, to: to), at: offset, [base] + (to.map { [$0] } ?? []))
    }
    let from = try expression(0)
    if current.isSign(":") {
      advance()
      let to = current.isBracket("]") ? nil : try expression(0)
      try take(bracket: "]")
      return try node(
        .slice(base, from: from, to: to), at: offset, [base, from] + (to.map { [$0] } ?? []))
    }
    try take(bracket: "]")
    let result = try node(.member(base, from, optional: optional), at: offset, [base, from])
    return optional ? try node(.chain(result), at: offset, [result]) : result
  }
}
