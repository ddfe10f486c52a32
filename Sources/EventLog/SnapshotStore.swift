/// Where snapshots of folded state are kept. They only save time: whoever cannot read one folds the
/// log from its start.
public protocol SnapshotStore: Sendable {
  /// Complete snapshots that are of a boundary this log has, the latest position first, at most ten.
  func snapshots() async throws(ReadError) -> [StoredSnapshot]

  /// The bytes of a snapshot, exactly ``StoredSnapshot/byteCount``; what they say is for the reader to
  /// check against ``StoredSnapshot/digest``.
  ///
  /// - Throws: ``ReadError/corrupt(_:)`` when some are missing: an old one may be removed at any time.
  func bytes(of snapshot: StoredSnapshot) async throws(ReadError) -> [UInt8]

  /// Keeps a snapshot, and lets go of old ones.
  ///
  /// - Parameters:
  ///   - snapshot: of a boundary of this log; its ``StoredSnapshot/id`` is not looked at.
  ///   - bytes: 1 byte to 4 GiB.
  ///   - distance: how many positions it must be past the latest one of its version.
  /// - Returns: `false` when another one is near enough and nothing was written.
  func save(
    _ snapshot: StoredSnapshot, _ bytes: [UInt8], distance: UInt64
  ) async throws(ReadError) -> Bool

  /// Removes a snapshot that was found to be wrong.
  func discard(_ snapshot: StoredSnapshot) async throws(ReadError)
}
