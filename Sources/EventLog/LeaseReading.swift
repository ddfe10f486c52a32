/// A lease at the moment it was read.
public struct LeaseReading: Equatable, Sendable {
  public var epoch: UInt64
  public var holder: String
  /// By the server's clock; zero when it has run out. Count down from the start of the request.
  public var remaining: Duration

  public init(epoch: UInt64, holder: String, remaining: Duration) {
    self.epoch = epoch
    self.holder = holder
    self.remaining = remaining
  }
}
