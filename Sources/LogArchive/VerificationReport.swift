public import Proofs

/// What was checked, and found as it was recorded.
public struct VerificationReport: Equatable, Sendable {
  public var logID: UInt32 = 0
  /// The first position that was read.
  public var from: UInt64 = 0
  /// The position after the last that was read.
  public var next: UInt64 = 0
  /// Whether that was the end of the log.
  public var isWhole = false
  public var batches: UInt64 = 0
  public var events: UInt64 = 0
  public var commands: UInt64 = 0
  public var streams: UInt64 = 0
  /// Events whose payload is erased; their leaves still verify.
  public var erased: UInt64 = 0
  /// Leaves computed again.
  public var leaves: UInt64 = 0
  /// Checkpoints whose signature and root are right.
  public var checkpoints: UInt64 = 0
  /// The largest of them; everything before its size is signed.
  public var signed: Checkpoint?
  /// Its note.
  public var signedNote: [UInt8]?
  /// Remembered checkpoints that the log continues.
  public var trusted: UInt64 = 0
  /// Checkpoints that a signed statement about a restored log excuses.
  public var disowned: UInt64 = 0
  public var restorations: [Restoration] = []
  /// Of the key that signed, as `name+hash+key`; empty for nobody.
  public var key = ""
  /// Whether the key was the log's own word: it proves nothing until it is compared.
  public var isKeyUnproven = false

  public init() {}

  /// Events that no signature covers yet: only the chain does.
  public var unsigned: UInt64 {
    let signed = signed?.size ?? 0
    return next > max(signed, from) ? next - max(signed, from) : 0
  }
}
