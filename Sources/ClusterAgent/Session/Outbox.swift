internal import RolloutCore
internal import Synchronization
public import WindlassWire

/// Where a backend puts its outcomes and the session takes them. Bounded: adding waits for room.
public final class Outbox: Sendable {
  private struct State {
    var queue: OutboxQueue
    var isClosed = false
    var awaitingRoom: [CheckedContinuation<Void, Never>] = []
    var awaitingWork: CheckedContinuation<Void, Never>?
  }

  private let state: Mutex<State>

  public init(capacity: Int = 10_000, batchMax: Int = 500) {
    state = Mutex(State(queue: OutboxQueue(capacity: capacity, batchMax: batchMax)))
  }

  /// Outcomes not answered for good yet.
  public var count: Int { state.withLock { $0.queue.count } }

  /// Adds an outcome, waiting while the outbox is full.
  ///
  /// - Returns: false when the outbox was closed; the outcome was not taken.
  @discardableResult
  public func add(_ outcome: ReportedOutcome) async -> Bool {
    let bytes = Self.bytes(of: outcome)
    while true {
      let (added, waker) = state.withLock { state in
        guard !state.isClosed else {
          return (false as Bool?, nil as CheckedContinuation<Void, Never>?)
        }
        guard state.queue.add(outcome, bytes: bytes) else { return (nil, nil) }
        defer { state.awaitingWork = nil }
        return (true, state.awaitingWork)
      }
      waker?.resume()
      if let added { return added }
      await withCheckedContinuation { continuation in
        let isReady = state.withLock { state in
          guard state.queue.isFull, !state.isClosed else { return true }
          state.awaitingRoom.append(continuation)
          return false
        }
        if isReady { continuation.resume() }
      }
    }
  }

  /// What an outcome takes in a request, a little too much.
  private static func bytes(of outcome: ReportedOutcome) -> Int {
    let texts: Int =
      switch outcome.outcome {
      case .core(.runCreated(let object)): object.name.utf8.count + object.podHash.utf8.count
      case .core(.runFinished(let object, let result)):
        object.name.utf8.count + object.podHash.utf8.count + result.message.utf8.count
      case .core(.revisionObserved(_, let local)): local.podHash.utf8.count
      case .core(.changeObserved(_, let local)): local?.podHash.utf8.count ?? 0
      case .core(.available), .core(.weightApplied), .core(.podsObserved),
        .core(.servicesObserved), .core(.restarted):
        0
      case .changeObserved(let content, let local):
        content.release.text.utf8.count + content.digest.utf8.count
          + content.images.reduce(0) { $0 + $1.utf8.count + 8 } + (local?.podHash.utf8.count ?? 0)
      }
    return texts + outcome.id.utf8.count + outcome.application.text.utf8.count + 100
  }

  /// The next batch to send, waiting for one; empty once the outbox is closed or the task cancelled.
  func nextBatch() async -> [ReportedOutcome] {
    while !Task.isCancelled {
      let (batch, isClosed) = state.withLock { ($0.queue.nextBatch(), $0.isClosed) }
      if !batch.isEmpty || isClosed { return batch }
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let isReady = state.withLock { state in
            guard !state.queue.hasWork, !state.isClosed, !Task.isCancelled else { return true }
            state.awaitingWork = continuation
            return false
          }
          if isReady { continuation.resume() }
        }
      } onCancel: {
        wakeSender()
      }
    }
    return []
  }

  func failed() { state.withLock { $0.queue.failed() } }

  func answered(_ results: [ReportOutcomesResponse.Result]) -> OutboxQueue.Settlement {
    let (settlement, waiters) = state.withLock { state in
      let settlement = state.queue.answered(results)
      let waiters = state.queue.isFull ? [] : state.awaitingRoom
      if !state.queue.isFull { state.awaitingRoom = [] }
      return (settlement, waiters)
    }
    for waiter in waiters { waiter.resume() }
    return settlement
  }

  /// Nothing is added any more; what is inside can still be sent.
  func close() {
    let waiters = state.withLock { state in
      state.isClosed = true
      defer { state.awaitingRoom = [] }
      return state.awaitingRoom
    }
    for waiter in waiters { waiter.resume() }
    wakeSender()
  }

  private func wakeSender() {
    let waiter = state.withLock { state in
      defer { state.awaitingWork = nil }
      return state.awaitingWork
    }
    waiter?.resume()
  }
}
