public import Proofs

/// Why the log must not be served, or the tree cannot go on.
public enum NotaryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The database holds less than was signed: a restored backup, or a tail that was lost.
  case lost(signed: Checkpoint, size: UInt64, from: String)
  /// The database holds something else than was signed.
  case rewritten(signed: Checkpoint, from: String)
  /// What is kept of the last checkpoint cannot be used.
  case memory(String)
  /// The events are not those that were appended.
  case broken(position: UInt64, reason: String)

  public var description: String {
    switch self {
    case .lost(let signed, let size, let from):
      "the log has \(size) events, and \(signed.size) were signed (\(from)): "
        + "\(signed.size - size) are missing, from position \(size) on. A backup was restored, or the "
        + "end of the log was lost. Nothing is served, since decisions would contradict what was "
        + "signed. Bring back the missing events (a newer backup, its write-ahead log, the old "
        + "primary), or go on without them with --accept-restored-log REASON, which begins a new "
        + "incarnation of the log and keeps the old checkpoint for auditors"
    case .rewritten(let signed, let from):
      "the first \(signed.size) events are not those that were signed (\(from)): the log was "
        + "rewritten, or this is another log. Nothing is served. Bring back the right database; or, "
        + "knowing what was changed, go on with this one with --accept-restored-log REASON, which "
        + "begins a new incarnation of the log and keeps the old checkpoint for auditors"
    case .memory(let detail): detail
    case .broken(let position, let reason):
      "the tree stops before position \(position): \(reason)"
    }
  }

  /// Whether an operator may accept it.
  var isAcceptable: Bool {
    switch self {
    case .lost, .rewritten: true
    case .memory, .broken: false
    }
  }
}
