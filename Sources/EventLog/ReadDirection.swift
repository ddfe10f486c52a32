/// Which way a read goes through the log.
public enum ReadDirection: Sendable, CaseIterable {
  /// Oldest first.
  case forwards
  /// Newest first.
  case backwards
}
