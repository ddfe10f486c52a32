import GRPC
import RolloutCore
import WindlassWire

/// What waiting for an attempt came to.
struct Waited: Equatable, Sendable {
  var cluster: ClusterName
  var status: Ending
  /// The last that was heard.
  var update: AwaitUpdate?
  /// A sentence for a person.
  var message: String
}

extension Session {
  /// Follows an attempt until it has a verdict or the deadline is over, across lost connections.
  ///
  /// - Parameters:
  ///   - attempt: `nil` for the latest.
  ///   - deadline: by the session's clock.
  /// - Throws: `CancellationError` when interrupted.
  func waitForVerdict(
    _ application: ApplicationName, on cluster: ClusterName, attempt: AttemptNumber?,
    until deadline: Duration
  ) async throws -> Waited {
    var last: AwaitUpdate?
    var lastFailure: RPCError?
    var failures = 0
    while true {
      let remaining = deadline - pacing.now()
      guard remaining > .zero else { break }
      let request = AwaitRequest(
        application: application, cluster: cluster, attempt: attempt,
        afterVersion: last?.version ?? 0)
      do {
        try await backend.stream(Paths.awaitAttempt, request, timeout: remaining) {
          (update: AwaitUpdate) in
          failures = 0
          if update.phase != last?.phase || update.message != last?.message {
            progress(update, on: cluster)
          }
          last = update
          return update.verdict == nil
        }
        lastFailure = nil
      } catch let error as RPCError {
        try Task.checkCancellation()
        if error.status.code == .deadlineExceeded && pacing.now() >= deadline { break }
        guard error.status.code.isPassing else {
          let failure = failure(error, mayHaveActed: false)
          return Waited(
            cluster: cluster, status: failure.status, update: last, message: failure.message)
        }
        if failures == 0 { output.note("\(cluster): lost sight of the attempt; trying again") }
        lastFailure = error
      }
      if let last, let verdict = last.verdict {
        let cause = Words.cause(verdict).map { " \($0)" } ?? ""
        let revision = last.revision.map { " revision \($0)" } ?? ""
        return Waited(
          cluster: cluster, status: Ending(verdict), update: last,
          message: Words.verdict(verdict).word.lowercased() + revision + cause)
      }
      // The server may end a stream at any time, to drain for one.
      failures += 1
      let rest = max(deadline - pacing.now(), .zero)
      try await pacing.sleep(min(Pacing.pause(before: failures), rest))
    }
    return timedOut(application, cluster, last, lastFailure)
  }

  private func progress(_ update: AwaitUpdate, on cluster: ClusterName) {
    let message = SafeText.line(update.message)
    output.note(
      "\(cluster): \(SafeText.line(update.phase))" + (message.isEmpty ? "" : ": \(message)"))
  }

  private func timedOut(
    _ application: ApplicationName, _ cluster: ClusterName, _ last: AwaitUpdate?,
    _ failure: RPCError?
  ) -> Waited {
    let look = "`windlass get \(application) --cluster \(cluster)`"
    guard let last else {
      let why = failure.map { ": \(SafeText.line($0.status.message))" } ?? ""
      return Waited(
        cluster: cluster, status: .unknown, update: nil,
        message: "nothing was heard of the attempt until the time-out\(why). See \(look)")
    }
    let message = SafeText.line(last.message)
    let state = message.isEmpty ? SafeText.line(last.phase) : message
    return last.waitsForPerson
      ? Waited(
        cluster: cluster, status: .waitingForPerson, update: last,
        message: "waits for a person at the time-out: \(state). See \(look), then promote or abort")
      : Waited(
        cluster: cluster, status: .inProgress, update: last,
        message: "still in progress at the time-out: \(state). It goes on; see \(look)")
  }
}
