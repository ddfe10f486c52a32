public import WindlassWire

/// Outcomes on their way to the server, oldest first, each kept until it is answered for good.
///
/// One batch is in flight at a time. Whatever is sent again is sent under the same id.
public struct OutboxQueue: Sendable {
  /// Outcomes kept at most, in flight or not.
  public let capacity: Int
  /// Outcomes in one request at most.
  public let batchMax: Int
  /// Bytes of one request at most, unless a single outcome is larger.
  public let batchBytesMax: Int
  private var waiting: [Entry] = []
  private var inFlight: [Entry] = []

  private struct Entry: Sendable {
    var outcome: ReportedOutcome
    var bytes: Int
  }

  /// The server takes at most 500 outcomes and 256 KiB in one request.
  public init(capacity: Int = 10_000, batchMax: Int = 500, batchBytesMax: Int = 200 << 10) {
    self.capacity = max(capacity, 1)
    self.batchMax = min(max(batchMax, 1), 500)
    self.batchBytesMax = batchBytesMax
  }

  public var count: Int { waiting.count + inFlight.count }
  public var isFull: Bool { count >= capacity }
  public var hasWork: Bool { inFlight.isEmpty && !waiting.isEmpty }

  /// - Parameter bytes: what the outcome takes in a request.
  /// - Returns: false when full; the outcome was not taken.
  public mutating func add(_ outcome: ReportedOutcome, bytes: Int) -> Bool {
    guard !isFull else { return false }
    waiting.append(Entry(outcome: outcome, bytes: max(bytes, 0)))
    return true
  }

  /// The next batch, which is in flight from now on; empty while one is, or with nothing to send.
  public mutating func nextBatch() -> [ReportedOutcome] {
    guard inFlight.isEmpty else { return [] }
    var room = batchBytesMax
    let count = waiting.prefix(batchMax).prefix { entry in
      defer { room -= entry.bytes }
      return entry.bytes <= room
    }.count
    inFlight = Array(waiting.prefix(max(count, 1)))
    waiting.removeFirst(inFlight.count)
    return inFlight.map(\.outcome)
  }

  /// The batch was not answered: all of it goes first again.
  public mutating func failed() {
    waiting.insert(contentsOf: inFlight, at: 0)
    inFlight = []
  }

  /// What the answers to the batch in flight mean.
  public struct Settlement: Equatable, Sendable {
    /// Answered for good, in the order of the batch.
    public var settled: [Settled] = []
    /// Outcomes to send again.
    public var retried = 0
    /// The epoch is over.
    public var isFenced = false
  }

  public struct Settled: Equatable, Sendable {
    public var outcome: ReportedOutcome
    public var kind: ReportOutcomesResponse.Result.Kind
    public var message: String
  }

  /// Takes the answers to the batch in flight. An outcome without an answer of its own, or one
  /// answered *retry* or *fenced*, goes first again.
  public mutating func answered(_ results: [ReportOutcomesResponse.Result]) -> Settlement {
    var answers: [String: ReportOutcomesResponse.Result] = [:]
    // The same id may be twice in a batch; any final answer settles both.
    for result in results {
      if let known = answers[result.id], Self.isFinal(known.kind) { continue }
      answers[result.id] = result
    }
    var settlement = Settlement()
    var again: [Entry] = []
    for entry in inFlight {
      let outcome = entry.outcome
      guard let answer = answers[outcome.id] else {
        again.append(entry)
        continue
      }
      if Self.isFinal(answer.kind) {
        settlement.settled.append(
          Settled(outcome: outcome, kind: answer.kind, message: answer.message))
      } else {
        if answer.kind == .fenced { settlement.isFenced = true }
        again.append(entry)
      }
    }
    settlement.retried = again.count
    waiting.insert(contentsOf: again, at: 0)
    inFlight = []
    return settlement
  }

  private static func isFinal(_ kind: ReportOutcomesResponse.Result.Kind) -> Bool {
    switch kind {
    case .recorded, .ignored, .refused: true
    case .fenced, .retry: false
    }
  }
}
