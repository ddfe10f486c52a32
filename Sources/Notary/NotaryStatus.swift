public import Proofs

/// How far the tree and its checkpoints are.
public struct NotaryStatus: Equatable, Sendable {
  /// Leaves in the tree.
  public var treeSize: UInt64 = 0
  /// Events that the tree lacked at the last look.
  public var behind: UInt64 = 0
  /// Whether checkpoints are signed at all.
  public var signs = false
  /// The last checkpoint this service signed, or found signed.
  public var signed: Checkpoint?
  public var signedNote: [UInt8] = []
  /// When the last look found every event signed.
  public var currentSince: ContinuousClock.Instant?
  /// Leaves that this service built.
  public var built: UInt64 = 0
  /// Checkpoints that this service signed.
  public var signatures: UInt64 = 0
  /// Why the tree does not grow; `nil` while it does.
  public var problem: String?
}
