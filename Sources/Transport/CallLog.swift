/// Which calls a server writes into its log.
public struct CallLog: Sendable {
  /// Every n-th call of each event loop is logged at `info`; 1 logs all, 0 none.
  public var sampleEvery: Int = 0
  /// A unary call that took at least this long is logged at `notice`, sampled or not; `nil` for
  /// none. Streams are open as long as somebody listens, so they do not count.
  public var slowCallMin: Duration? = .seconds(1)

  public init() {}

  /// Every call, for debugging.
  public static var all: CallLog {
    var log = CallLog()
    log.sampleEvery = 1
    return log
  }
}
