import GRPC
import RolloutCore
import WindlassWire

extension Session {
  /// Longest wait for one answer before the same request is sent again: a dead connection must not
  /// use up the whole time-out.
  private static var tryTimeout: Duration { .seconds(10) }

  /// Sends a command and repeats it with the same key until every rollout has an answer that
  /// stands, or the request's time-out is over.
  ///
  /// - Returns: decisions; those still unknown or unavailable at the time-out among them.
  /// - Throws: ``Failure`` when there is no answer at all; `CancellationError` when interrupted.
  func submit(_ request: SubmitRequest) async throws -> SubmitResponse {
    let key = request.envelope.idempotencyKey
    if isVerbose { output.note("idempotency key \(key)") }
    let deadline = pacing.now() + requestTimeout
    let previous = interruption.note
    let inDoubt =
      "Whether the command was recorded is not known. Repeat it with --key \(key): that asks again "
      + "and does not act twice."
    defer { interruption.note = previous }

    var mayHaveActed = false
    var lastAnswer: SubmitResponse?
    var lastFailure: RPCError?
    var attempt = 0
    while true {
      let remaining = deadline - pacing.now()
      if remaining <= .zero && attempt > 0 { break }
      interruption.note = inDoubt
      do throws(RPCError) {
        let answer: SubmitResponse = try await backend.call(
          Paths.submit, request, timeout: min(max(remaining, .milliseconds(1)), Self.tryTimeout))
        for decision in answer.decisions { seen.raise(to: decision.position) }
        guard answer.isOpen else { return answer }
        lastAnswer = answer
      } catch {
        try Task.checkCancellation()
        mayHaveActed = mayHaveActed || error.wasSent
        guard error.status.code.isPassing else {
          throw failure(error, mayHaveActed: mayHaveActed, key: key)
        }
        lastFailure = error
        if !mayHaveActed && lastAnswer == nil { interruption.note = previous }
      }
      attempt += 1
      let pause = min(Pacing.pause(before: attempt), deadline - pacing.now())
      guard pause > .zero else { break }
      if attempt == 1 { sayRepeating(lastFailure, for: deadline - pacing.now()) }
      try await pacing.sleep(pause)
    }
    if let lastAnswer { return lastAnswer }
    let error = lastFailure ?? RPCError(RPCStatus(.unavailable), wasSent: false)
    // A server that is too busy says so before it looks at the command, but an earlier repeat may
    // have got through.
    var result = failure(error, mayHaveActed: mayHaveActed, key: key)
    if mayHaveActed && result.status == .unreachable {
      result = failure(
        RPCError(RPCStatus(.unavailable, error.status.message), wasSent: true), mayHaveActed: true,
        key: key)
    }
    throw result
  }

  private func sayRepeating(_ error: RPCError?, for remaining: Duration) {
    let seconds = max(1, remaining.components.seconds)
    let why =
      error.map { failure($0, mayHaveActed: false).status == .unreachable && !$0.isAnswer }
        == true
      ? "cannot reach \(server)" : "\(server) has no final answer yet"
    output.note("\(why); trying again for up to \(seconds) s")
  }
}

extension SubmitResponse {
  /// A repeat with the same key may bring more.
  var isOpen: Bool {
    decisions.contains { $0.result == .unknown || $0.result == .unavailable }
  }
}
