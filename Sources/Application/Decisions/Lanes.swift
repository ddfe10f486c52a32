internal import DequeModule

/// Commands that wait, one lane for each stream they write.
///
/// One command of a lane is decided at a time, in order; lanes take turns, so that a busy rollout
/// holds up nobody else.
struct Lanes {
  /// Commands that may wait.
  static let countMax = 10_000
  /// Bytes of requests that may wait.
  static let bytesMax = 64 << 20
  /// Of both, one part in so many is kept for what must not be turned away by a flood of the rest:
  /// what clusters report, and emergency rollbacks.
  static let reservedPart = 5

  private var lanes: [StreamAddress: Deque<Submission>] = [:]
  private var turns = Deque<StreamAddress>()
  private(set) var count = 0
  private(set) var bytes = 0
  private var isClosed = false

  var isEmpty: Bool { count == 0 }

  /// - Returns: whether there was room.
  mutating func append(_ submission: Submission) -> Bool {
    let kept = submission.action.hasReservedShare ? 0 : 1
    let countMax = Self.countMax - kept * (Self.countMax / Self.reservedPart)
    let bytesMax = Self.bytesMax - kept * (Self.bytesMax / Self.reservedPart)
    guard !isClosed, count < countMax, submission.bytes <= bytesMax - bytes else { return false }
    let lane = submission.action.lane
    if lanes[lane]?.append(submission) == nil {
      lanes[lane] = [submission]
      turns.append(lane)
    }
    count += 1
    bytes += submission.bytes
    return true
  }

  /// Puts a command back: it is the next of its lane, and its lane is the next to take a turn.
  mutating func putBack(_ submission: Submission) {
    let lane = submission.action.lane
    if lanes[lane]?.prepend(submission) == nil {
      lanes[lane] = [submission]
    } else {
      turns.removeAll { $0 == lane }
    }
    turns.prepend(lane)
    count += 1
    bytes += submission.bytes
  }

  /// The first command of each of at most `limit` lanes. Lanes with more go to the end of the turn.
  mutating func takeTurns(atMost limit: Int) -> [Submission] {
    var taken: [Submission] = []
    let turn = min(limit, turns.count)
    taken.reserveCapacity(turn)
    for _ in 0..<turn {
      guard let lane = turns.popFirst(), let submission = lanes[lane]?.popFirst() else { break }
      if lanes[lane]?.isEmpty == true { lanes[lane] = nil } else { turns.append(lane) }
      count -= 1
      bytes -= submission.bytes
      taken.append(submission)
    }
    return taken
  }

  mutating func takeAll() -> [Submission] {
    let all = lanes.values.flatMap { $0 }
    lanes = [:]
    turns = []
    count = 0
    bytes = 0
    return all
  }

  /// Takes all and takes no more.
  mutating func close() -> [Submission] {
    isClosed = true
    return takeAll()
  }
}
