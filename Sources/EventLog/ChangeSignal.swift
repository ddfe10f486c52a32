import Synchronization

/// Wakes those who wait for the log to grow. Whoever learns of a new head announces it here.
public final class ChangeSignal: Sendable {
  private struct Waiter {
    let past: GlobalPosition
    let continuation: CheckedContinuation<Bool, Never>
  }

  private struct State {
    var next = GlobalPosition.zero
    var lastID: UInt64 = 0
    var waiters: [UInt64: Waiter] = [:]
    /// Ids cancelled before their waiter was stored: cancellation can come first.
    var cancelled: Set<UInt64> = []
  }

  private let state = Mutex(State())

  public init() {}

  /// The highest `next` announced.
  public var next: GlobalPosition { state.withLock(\.next) }

  /// Says that the log has events before `next`. A lower value than before is ignored.
  public func announce(_ next: GlobalPosition) {
    let woken = state.withLock { state -> [Waiter] in
      guard next > state.next else { return [] }
      state.next = next
      guard !state.waiters.isEmpty else { return [] }
      let woken = state.waiters.filter { $0.value.past < next }
      for id in woken.keys { state.waiters[id] = nil }
      return Array(woken.values)
    }
    for waiter in woken { waiter.continuation.resume(returning: true) }
  }

  /// Forgets what was announced: the log was replaced by a shorter one.
  public func reset(to next: GlobalPosition) { state.withLock { $0.next = next } }

  /// Waits until a `next` above `position` has been announced.
  ///
  /// - Returns: whether it was; `false` after `duration` or when the task is cancelled.
  public func wait(past position: GlobalPosition, atMost duration: Duration) async -> Bool {
    if next > position { return true }
    guard duration > .zero, !Task.isCancelled else { return false }
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    let timeout = Task.detached { [self] in
      // Cancelled because the wait is over: giving up twice is harmless.
      do { try await Task.sleep(for: duration) } catch { return }
      giveUp(id)
    }
    defer {
      timeout.cancel()
      state.withLock { _ = $0.cancelled.remove(id) }
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer = state.withLock { state -> Bool? in
          if state.next > position { return true }
          if state.cancelled.contains(id) { return false }
          state.waiters[id] = Waiter(past: position, continuation: continuation)
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      giveUp(id)
    }
  }

  private func giveUp(_ id: UInt64) {
    let waiter = state.withLock { state -> Waiter? in
      guard let waiter = state.waiters.removeValue(forKey: id) else {
        state.cancelled.insert(id)
        return nil
      }
      return waiter
    }
    waiter?.continuation.resume(returning: false)
  }
}
