/// Bounds on what one condition may cost. Reaching one is an error of kind `limit`, never a trap.
enum ConditionLimits {
  /// Bytes of source text.
  static let sourceBytes = 64 * 1024
  static let tokens = 10_000
  /// Nodes of the parsed expression; the language's own default.
  static let nodes = 10_000
  /// Levels of the expression's tree, which bound every recursion over it.
  static let depth = 250
  /// Units of work of one evaluation, roughly a node visited or 64 bytes looked at.
  static let steps = 4_000_000
  /// Elements of all lists one evaluation makes; the language's own default.
  static let elements = 1_000_000
  /// Bytes of all text one evaluation makes.
  static let textBytes = 16 * 1024 * 1024
  /// Levels of nested lists and maps in a value.
  static let valueDepth = 128
  /// Bytes of JSON text read as one value.
  static let jsonBytes = 8 * 1024 * 1024
  /// Bytes of a pattern of `matches`.
  static let patternBytes = 4 * 1024
  /// States of a compiled pattern.
  static let patternStates = 10_000
  /// Largest count in `{n,m}`, as in RE2.
  static let patternRepeat = 1_000
}
