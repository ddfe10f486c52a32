/// Where the log ends, and what its clock says.
public struct HeadReading: Equatable, Sendable {
  public var head: LogHead
  /// The server's clock: microseconds since 1970, never behind a recorded `now`.
  public var serverNow: Int64

  public init(head: LogHead, serverNow: Int64) {
    self.head = head
    self.serverNow = serverNow
  }
}
