/// A step of the database's schema, from `migrations/` at the top of the repository. Forward only, and
/// never edited once released.
public struct Migration: Sendable {
  /// 1, 2, 3 ...
  public let number: Int
  /// The name of its file.
  public let file: String
  /// The whole file.
  public let sql: StaticString

  init(_ number: Int, _ file: String, _ sql: StaticString) {
    self.number = number
    self.file = file
    self.sql = sql
  }
}
