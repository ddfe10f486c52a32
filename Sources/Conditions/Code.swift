/// A checked expression, ready to run. Offsets are where errors point in the source.
indirect enum Code: Sendable {
  case constant(Value)
  case result
  /// `$env`: everything an expression can name.
  case environment
  case variable(Int)
  case item
  case index
  case accumulator
  case not(Code, Int)
  case negate(Code, Int)
  case and(Code, Code, Int)
  case or(Code, Code, Int)
  case coalesce(Code, Code)
  case arithmetic(Arithmetic, Code, Code, Int)
  case order(Order, Code, Code, Int)
  /// `strict` when both sides were promised to be integers, or text: then nil is an error.
  case equal(Code, Code, negated: Bool, strict: StaticType?, Int)
  case membership(Code, Code, Int)
  /// `in` a literal list of text, which refuses to look for anything else.
  case membershipOfText(Code, [String], Int)
  case text(TextTest, Code, Code, Int)
  case matches(Code, Pattern, Int)
  case matchesAny(Code, Code, Int)
  case range(Code, Code, Int)
  case conditional(Code, Code, Code, Int)
  case member(Code, Code, optional: Bool, Int)
  case field(Code, String, optional: Bool, Int)
  case slice(Code, Code?, Code?, Int)
  case chain(Code)
  case list([Code])
  case map([(key: Code, value: Code)], Int)
  case declare(Int, Code, Code)
  case sequence([Code])
  case builtin(Builtin, [Code], Int)
  case loop(Loop, Code, Code?, Code?, Int)
  case method(Code, String, [Code], optional: Bool, Int)
  case callOfNonFunction(Code, [Code], Int)
  /// An integer literal where a float is wanted.
  case asFloat(Code)

  enum Arithmetic: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case power = "**"
  }

  enum Order: String, Sendable {
    case less = "<"
    case more = ">"
    case lessOrEqual = "<="
    case moreOrEqual = ">="
  }

  enum TextTest: String, Sendable { case contains, startsWith, endsWith }

  enum Loop: Sendable {
    case all, none, any, one, filter, map, find, findIndex, findLast, findLastIndex
    case firstOfFilter, lastOfFilter
    /// Stops once so many were counted.
    case count(upTo: Int64?)
    case sum, groupBy, sortBy, reduce
  }
}
