import GRPC
import WindlassWire

/// Takes events as they are appended, across lost connections: with a name from where it was
/// acknowledged, without one from where it was.
struct LogFollower {
  var request: SubscribeRequest

  /// - Parameter handle: deals with what came; false when nobody wants more.
  /// - Throws: ``Failure`` when the service refuses, was never there, or another consumer took over;
  ///   whatever `handle` throws.
  func run(
    in session: Session, _ handle: (SubscribeUpdate) async throws -> Bool
  ) async throws -> Ending {
    var request = request
    var isKnown = false
    var failures = 0
    var acknowledged: UInt64 = 0
    while true {
      var isWanted = true
      do {
        try await session.backend.stream(Paths.subscribe, request, timeout: nil) {
          (update: SubscribeUpdate) in
          failures = 0
          isKnown = true
          session.remember(update)
          isWanted = try await handle(update)
          guard isWanted else { return false }
          if request.name.isEmpty {
            request.isFromEnd = false
            request.from = update.position
          } else if update.position > acknowledged {
            // Heartbeats count too: what did not pass need not be looked at again.
            try await acknowledge(update, in: session)
            acknowledged = update.position
          }
          return true
        }
      } catch let error as RPCError {
        try Task.checkCancellation()
        if error.isTakenOver {
          throw Failure(.superseded, SafeText.line(error.status.message))
        }
        guard isKnown, error.status.code.isPassing || error.status.code == .dataLoss else {
          throw session.failure(error, mayHaveActed: false)
        }
        if failures == 0 {
          session.output.note("lost the connection to \(session.server); trying again")
        }
      }
      guard isWanted else { return .done }
      try Task.checkCancellation()
      failures += 1
      try await session.pacing.sleep(Pacing.pause(before: failures))
    }
  }

  private func acknowledge(_ update: SubscribeUpdate, in session: Session) async throws {
    let _: AcknowledgeResponse = try await session.backend.call(
      Paths.acknowledge,
      AcknowledgeRequest(name: request.name, epoch: update.epoch, position: update.position),
      timeout: session.requestTimeout)
  }
}
