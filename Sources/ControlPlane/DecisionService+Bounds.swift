import Application
import EventLog
import GRPC
import RolloutCore
import WindlassWire

/// The state an answer rests on, and the moment it speaks of.
struct Ground: Sendable {
  var world: World
  var now: Timestamp
}

extension DecisionService {
  /// How long a reader who is ahead of this replica is kept waiting, deadline or not.
  private static let waitMax = Duration.seconds(10)

  /// Calls `then` once so many of the log's events are folded: at once on the connection's loop when
  /// they are, as nearly always. A reader who is ahead waits in a task, and is told when it was in
  /// vain.
  func whenFolded(
    _ position: UInt64, _ call: ServerCall, _ then: @escaping @Sendable (RPCStatus?) -> Void
  ) {
    if position == 0 || read({ $0.head.next.index }) >= position { return then(nil) }
    Task {
      let status = await folded(position, remaining: call.remaining) { call.isCancelled }
      guard !call.isCancelled else { return }
      then(status)
    }
  }

  /// Waits until so many events are folded.
  ///
  /// - Parameter remaining: until the call's deadline; some of it is left for the answer.
  /// - Returns: the status to answer with when they are not.
  func folded(
    _ position: UInt64, remaining: Duration?, isCancelled: () -> Bool
  ) async -> RPCStatus? {
    let end = ContinuousClock.now + min(Self.waitMax, (remaining ?? Self.waitMax) * 3 / 4)
    while true {
      let known = read { $0.head.next.index }
      if known >= position { return nil }
      guard .now < end, !isCancelled() else { return .stale(known: known, wanted: position) }
      do { try await Task.sleep(for: .milliseconds(2)) } catch {
        return .stale(known: known, wanted: position)
      }
    }
  }

  /// State as of a position or an instant, folded anew from the streams that `streams` picks.
  func ground(
    _ asOf: ReadBounds.AsOf, _ streams: (borrowing World) -> [StreamAddress]
  ) async -> Result<Ground, RPCStatus> {
    let (end, known) = read { world in (world.head.next, streams(world)) }
    do {
      let reader = LogReader(history)
      let position: GlobalPosition
      let moment: Timestamp
      switch asOf {
      case .position(let wanted):
        guard wanted <= end.index else { return .failure(.stale(known: end.index, wanted: wanted)) }
        position = GlobalPosition(wanted)
        moment = try await reader.now(before: position) ?? now()
      case .instant(let instant):
        guard instant <= now() else {
          return .failure(RPCStatus(.invalidArgument, "as_of_microseconds: is in the future"))
        }
        position = try await reader.position(asOf: instant, before: end)
        moment = instant
      }
      return .success(
        Ground(
          world: try await PastWorld.folded(known, of: history, before: position), now: moment))
    } catch let failure as PastWorld.Failure {
      switch failure {
      case .tooLong:
        return .failure(
          RPCStatus(
            .resourceExhausted,
            "more than \(PastWorld.eventsMax) events would have to be folded; ask for less, or for "
              + "an earlier moment"))
      case .unreadable(let error): return .failure(.unreadable(error))
      }
    } catch {
      return .failure(.unreadable(error))
    }
  }
}

extension RPCStatus {
  /// This replica has not seen as much of the log as the reader has.
  static func stale(known: UInt64, wanted: UInt64) -> RPCStatus {
    RPCStatus(
      .failedPrecondition,
      "stale: \(known) of the log's events are known here, and \(wanted) were asked for; ask again, "
        + "or another replica",
      details: StatusDetails(reason: .init("STALE", domain: "windlass")))
  }

  static func unreadable(_ error: any Error) -> RPCStatus {
    RPCStatus(.unavailable, "the log cannot be read now: \(error)")
  }

  init(_ error: ReadError) {
    switch error {
    case .invalid(let detail): self.init(.invalidArgument, detail)
    case .unavailable, .diverged, .corrupt: self = .unreadable(error)
    }
  }

  /// Of a place where the compiler does not know which errors there are.
  init(reading error: any Error) {
    if let error = error as? ReadError { self.init(error) } else { self = .unreadable(error) }
  }
}

extension RolloutName {
  /// Everything a question about the rollout rests on.
  var streams: [StreamAddress] {
    [.application(application), .cluster(cluster), .lease(cluster), .rollout(self)]
  }
}

extension RollbackQuestion {
  /// What it found out, in prose as well if asked for.
  mutating func answer(explains: Bool) -> Result<EvaluateRollbackResponse, RPCStatus> {
    if let missing { return .failure(RPCStatus(.notFound, missing)) }
    if explains { explain() }
    return .success(response)
  }
}
