/// What became of one commit of a batch.
public enum CommitOutcome: Equatable, Sendable {
  /// Written and durable. The events of its slices follow each other from `first`, slice by slice;
  /// `count` is 0 for a command that changed nothing, and `first` then is where they would be.
  case appended(first: GlobalPosition, count: Int)
  /// The same id with the same digest was recorded before, there and with so many events.
  case repeated(first: GlobalPosition, count: Int)
  /// The same id was recorded before with another digest. Not written; repeating does not help.
  case keyConflict
  /// Another writer was first. Not written; catch up and decide again.
  case moved(stream: StreamName, expected: StreamVersion, actual: StreamVersion)
  /// A guarded stream has moved. Not written; catch up and decide again.
  case guardBroken(stream: StreamName, expected: StreamVersion, actual: StreamVersion)
}
