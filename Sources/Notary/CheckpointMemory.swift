/// Where the last signed checkpoint is kept outside the database, so that a database that was put
/// back is told from one that grew.
public protocol CheckpointMemory: Sendable {
  /// As a message names it.
  var name: String { get }

  /// - Returns: `nil` where nothing was ever kept.
  func load() async throws -> [UInt8]?

  /// Durable when it returns.
  func save(_ note: [UInt8]) async throws
}
