public import GRPC

/// The figures of a server at one moment, for `/metrics`. Counters begin at zero with the server.
public struct TransportSnapshot: Sendable {
  /// The calls of one method that ended with one status.
  public struct Series: Equatable, Sendable {
    /// `/package.Service/Method` of a method this server has, else `nil`: what a client invents
    /// never becomes a label.
    public var method: String?
    public var code: RPCCode
    public var calls: UInt64
    /// Calls that took at most ``TransportSnapshot/bucketSeconds`` at the same index, each counted
    /// in one bucket only; the last element is for longer ones.
    public var buckets: [UInt64]
    public var totalSeconds: Double
    /// Message bytes in and out.
    public var requestBytes: UInt64
    public var replyBytes: UInt64
  }

  /// The upper bounds of the buckets, in seconds.
  public static let bucketSeconds: [Double] = LoopMetrics.bucketNanoseconds.map {
    Double($0) / 1_000_000_000
  }

  /// By method in the order of the method table, unknown methods last; then by code.
  public internal(set) var series: [Series] = []
  public internal(set) var connectionsOpen = 0
  public internal(set) var connectionsAccepted: UInt64 = 0
  /// Closed at once because of a limit on connections or handshakes.
  public internal(set) var connectionsRefused: UInt64 = 0
  public internal(set) var handshakesFailed: UInt64 = 0
  public internal(set) var streamsOpen = 0
  /// Certificates taken over from changed files, and changes that were no good.
  public internal(set) var certificateReloads: UInt64 = 0
  public internal(set) var certificateReloadsRefused: UInt64 = 0

  /// All zero.
  public init() {}
}
