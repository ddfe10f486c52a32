/// Why a command was refused. It changes nothing and is recorded on the refusals stream.
public struct Refusal: Error, Equatable, Sendable {
  public var rule: Rule
  /// What stood in the way, as a sentence for a person; names the command that would work.
  public var message: String

  public init(_ rule: Rule, _ message: String) {
    self.rule = rule
    self.message = message
  }
}

/// A refusal as the log keeps it: stream `refusals-<application>`.
public struct RefusalRecorded: Equatable, Sendable {
  /// The command's name: `start`, `rollback`, ...
  public var command: String
  /// `nil` for commands to the application itself.
  public var cluster: ClusterName?
  public var refusal: Refusal
  public var by: Requester
  public var now: Timestamp

  public init(
    command: String, cluster: ClusterName?, refusal: Refusal, by: Requester, now: Timestamp
  ) {
    self.command = command
    self.cluster = cluster
    self.refusal = refusal
    self.by = by
    self.now = now
  }
}
