/// Remembers how the last streams of a connection ended, so that a frame on one of them can be told
/// apart from a late arrival.
struct ClosedStreams {
  enum Reason {
    /// The peer has ended or reset it, and must not send on it.
    case byPeer
    /// We have reset it; what the peer sent before it knew is to be ignored.
    case byUs
    /// Too long ago, or never open.
    case unknown
  }

  /// A power of two.
  private static let remembered = 128

  /// Stream ids, negative when we have reset the stream; 0 is none.
  private var last = [Int32](repeating: 0, count: ClosedStreams.remembered)
  private var next = 0
  private var highest: Int32 = 0
  private var highestIsOpen = false

  mutating func opened(_ stream: Int32) {
    highest = stream
    highestIsOpen = true
  }

  mutating func closed(_ stream: Int32, byUs: Bool) {
    if stream == highest { highestIsOpen = false }
    last[next] = byUs ? -stream : stream
    next = (next + 1) & (Self.remembered - 1)
  }

  /// False for streams that are certainly open, or not known yet.
  func mayBeClosed(_ stream: Int32) -> Bool {
    guard stream > 0, stream & 1 == 1 else { return false }
    return stream < highest || stream == highest && !highestIsOpen
  }

  func reason(_ stream: Int32) -> Reason {
    for closed in last {
      if closed == stream { return .byPeer }
      if closed == -stream { return .byUs }
    }
    return .unknown
  }
}
