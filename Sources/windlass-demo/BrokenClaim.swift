/// A claim of the story that does not hold.
struct BrokenClaim: Error, CustomStringConvertible {
  var claim: String
  var expected: String
  var actual: String

  var description: String { "\(claim): expected \(expected), actual \(actual)" }
}
