/// Why there is no ``AppendReply``.
public enum AppendError: Error, Equatable, CustomStringConvertible {
  /// The writer's head is not on this log: stop serving, forget everything, rebuild from the log.
  /// Nothing was written.
  case diverged
  /// A `now` is behind the last one recorded or more than 500 ms from the server's clock. Nothing was
  /// written: correct the clock estimate and decide again. Both are microseconds since 1970.
  case clock(serverNow: Int64, lastNow: Int64)
  /// Nothing was written, and the same batch may be tried again.
  case unavailable(String)
  /// It may have been written, now or a little later. Repeat it under the same ids to find out.
  case unknown(String)
  /// The batch breaks a rule of the log, named with its limit. Nothing was written.
  case invalid(String)

  public var description: String {
    switch self {
    case .diverged: "the log is not the one this writer has applied"
    case .clock(let serverNow, let lastNow):
      "the clock is off: the server says \(serverNow) us and the last recorded now is \(lastNow) us"
    case .unavailable(let detail): "the log is unavailable: \(detail)"
    case .unknown(let detail): "the outcome is unknown: \(detail)"
    case .invalid(let detail): "the batch is invalid: \(detail)"
    }
  }
}
