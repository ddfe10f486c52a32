/// The first thing that is not as it was recorded.
public struct Tampering: Error, Equatable, Sendable, CustomStringConvertible {
  /// Of the first event that cannot be vouched for; everything before it is as it was recorded.
  public var position: UInt64
  public var kind: Kind
  /// A sentence without a full stop.
  public var reason: String

  public init(_ position: UInt64, _ kind: Kind, _ reason: String) {
    self.position = position
    self.kind = kind
    self.reason = reason
  }

  public enum Kind: String, CaseIterable, Sendable {
    /// An event is another one than was appended.
    case event
    /// Events or batches are missing, too many, or in another order.
    case order
    /// The row of a batch was changed.
    case batch
    /// A recorded command was changed, added or removed.
    case command
    /// A salt, a leaf or a tile of the tree was changed.
    case tree
    /// A checkpoint was changed, or is not by the key.
    case checkpoint
    /// Everything agrees with itself and not with what had been signed.
    case rewritten
    /// The log is shorter than what had been signed.
    case truncated
    /// The log went on from an older state, as an operator accepted in writing.
    case restored
    /// What is said about the log now is not what its events say.
    case head
    /// Nothing in it is signed by the key.
    case unsigned
    /// The items are not in the form of a log.
    case malformed
  }

  public var description: String { "position \(position): \(reason)" }
}
