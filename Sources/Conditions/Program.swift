/// A condition checked for one type of result.
struct Program: Sendable {
  var code: Code
  /// How many `let` variables it has.
  var slots: Int
}
