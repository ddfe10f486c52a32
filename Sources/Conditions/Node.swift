/// A parsed expression, not yet checked against a result's type.
final class Node: Sendable {
  indirect enum Kind: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case float(Double)
    case text(String)
    case bytes([UInt8])
    case name(String)
    /// `#`, `#acc`, `#index`; the name without `#`.
    case pointer(String)
    case unary(UnaryOperator, Node)
    case binary(BinaryOperator, Node, Node)
    /// The extent of `?.`: what it skips when its left side is nil.
    case chain(Node)
    case member(Node, Node, optional: Bool)
    case slice(Node, from: Node?, to: Node?)
    case call(Node, [Node])
    case builtin(Builtin, [Node])
    case predicate(Node)
    case declare(String, Node, Node)
    case sequence([Node])
    case conditional(Node, Node, Node)
    case list([Node])
    case map([(key: Node, value: Node)])
  }

  let kind: Kind
  /// Where messages about it point, in bytes of the source.
  let offset: Int
  /// Levels below and including this node.
  let depth: Int

  init(_ kind: Kind, at offset: Int, depth: Int) {
    self.kind = kind
    self.offset = offset
    self.depth = depth
  }
}

enum UnaryOperator: String, Sendable {
  case not
  case bang = "!"
  case minus = "-"
  case plus = "+"

  /// How strongly it binds its operand.
  var precedence: Int {
    switch self {
    case .not, .bang: 50
    case .minus, .plus: 90
    }
  }
}

enum BinaryOperator: String, Sendable {
  case pipe = "|"
  case orWord = "or"
  case orSign = "||"
  case andWord = "and"
  case andSign = "&&"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case more = ">"
  case lessOrEqual = "<="
  case moreOrEqual = ">="
  case `in`, matches, contains, startsWith, endsWith
  case range = ".."
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case power = "**"
  case caret = "^"
  case coalesce = "??"

  var precedence: Int {
    switch self {
    case .pipe: 0
    case .orWord, .orSign: 10
    case .andWord, .andSign: 15
    case .equal, .notEqual, .less, .more, .lessOrEqual, .moreOrEqual, .in, .matches, .contains,
      .startsWith, .endsWith:
      20
    case .range: 25
    case .add, .subtract: 30
    case .multiply, .divide, .remainder: 60
    case .power, .caret: 100
    case .coalesce: 500
    }
  }

  var groupsRight: Bool { self == .power || self == .caret }

  /// `a < b < c` reads as `a < b && b < c`.
  var chains: Bool {
    switch self {
    case .less, .more, .lessOrEqual, .moreOrEqual: true
    default: false
    }
  }

  /// May follow `not`, as in `a not in b`.
  var negatable: Bool {
    switch self {
    case .in, .matches, .contains, .startsWith, .endsWith: true
    default: false
    }
  }
}
