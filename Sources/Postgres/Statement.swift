/// An SQL statement and the name it is prepared under. Both are literals, so no text from outside can
/// ever become SQL.
public struct Statement: Sendable {
  let name: StaticString
  let sql: StaticString

  /// - Parameter name: unique among the statements of one session.
  public init(_ name: StaticString, _ sql: StaticString) {
    self.name = name
    self.sql = sql
  }
}
