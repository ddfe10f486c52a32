public import Logging
internal import RolloutCore
internal import Synchronization
public import WindlassWire

/// Gives a ``SimulatedCluster`` a clock and a place to report to.
public final class SimulatedBackend: ClusterBackend {
  private struct State {
    var cluster: SimulatedCluster
    var ready: [SimulatedCluster.Effect] = []
  }

  private let state: Mutex<State>
  private let start = ContinuousClock.now
  private let logger: Logger
  private let wake: AsyncStream<Void>
  private let waker: AsyncStream<Void>.Continuation

  public init(_ cluster: SimulatedCluster, logger: Logger) {
    state = Mutex(State(cluster: cluster))
    self.logger = logger
    (wake, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  public func run(reportingTo outbox: Outbox) async throws {
    await withDiscardingTaskGroup { group in
      var alarm: Duration?
      waker.yield()
      for await _ in wake {
        let (effects, due) = state.withLock { state in
          defer { state.ready = [] }
          return (state.ready, state.cluster.nextDue)
        }
        for case .report(let outcome) in effects { await outbox.add(outcome) }
        if let set = alarm, set <= elapsed { alarm = nil }
        guard let due, alarm.map({ due < $0 }) ?? true else { continue }
        alarm = due
        group.addTask { [self] in
          do { try await Task.sleep(until: start + due, clock: .continuous) } catch { return }
          step(.tick)
        }
      }
      group.cancelAll()
    }
  }

  public func follow(_ item: DirectiveUpdate.Item) async { step(.directive(item)) }

  public func snapshotCompleted() async { logger.info("has every directive") }

  public func leaseChanged(_ standing: LeaseStanding) async {
    switch standing {
    case .held: step(.standing(mayAct: true))
    case .notHeld: step(.standing(mayAct: false))
    }
  }

  /// Does what a control line says; `quit` is the caller's.
  public func steer(_ line: ControlLine) {
    switch line {
    case .change(let change): step(.change(change))
    case .failNext(let type): step(.failNext(type))
    case .leak(let leaks): step(.leak(leaks))
    case .quit: break
    }
  }

  private var elapsed: Duration { ContinuousClock.now - start }

  private func step(_ input: SimulatedCluster.Input) {
    let notes = state.withLock { state in
      let effects = state.cluster.step(input, at: elapsed)
      state.ready += effects.filter { if case .report = $0 { true } else { false } }
      return effects.compactMap { effect in
        if case .note(let line) = effect { line } else { nil }
      }
    }
    for note in notes { logger.info("\(note)") }
    waker.yield()
  }
}
