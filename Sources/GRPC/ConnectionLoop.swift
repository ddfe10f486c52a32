public import HTTP2

/// The one thread a connection lives on. The transport provides it; this module starts no thread.
public protocol ConnectionLoop: Sendable {
  /// Whether the caller is on the loop's thread now.
  var isCurrent: Bool { get }
  /// Runs work on the loop's thread, soon and in order.
  func execute(_ work: @escaping @Sendable () -> Void)
  /// The monotonic clock; callable from any thread.
  func now() -> MonotonicTime
}
