import GRPC
import RolloutCore
import WindlassWire

/// What a command works with: the service, the streams, time and environment.
struct Session: Sendable {
  var backend: any RolloutBackend
  /// As messages name it.
  var server: String
  var output: Output
  var environment: [String: String]
  /// For one request and its repeats.
  var requestTimeout: Duration
  var isVerbose = false
  var pacing = Pacing.system
  var interruption = Interruption()
  /// Shared by copies.
  var seen = SeenPosition()

  /// A question. It is asked once: a person would rather hear at once that nobody answers.
  ///
  /// - Throws: ``Failure``; `CancellationError` when interrupted.
  func read<Reply: WireMessage>(_ path: String, _ request: some WireMessage) async throws -> Reply {
    do throws(RPCError) {
      let reply: Reply = try await backend.call(path, bounded(request), timeout: requestTimeout)
      remember(reply)
      return reply
    } catch {
      try Task.checkCancellation()
      throw failure(error, mayHaveActed: false)
    }
  }

  /// A failed call in words that say what to do.
  func failure(_ error: RPCError, mayHaveActed: Bool, key: String? = nil) -> Failure {
    let status =
      error.isStale ? .stale : Ending(error.status.code, mayHaveActed: mayHaveActed)
    let detail = error.status.message
    switch status {
    case .unreachable where error.isAnswer:
      return Failure(
        status,
        "\(server) does not take the request now: \(said(error)). Nothing was recorded; try again "
          + "later.")
    case .unreachable:
      return Failure(
        status,
        "cannot reach \(server): \(Self.reason(detail)). "
          + (TLSHint.text(for: detail, server: server) ?? Self.advice))
    case .unknown:
      let hint = key.map {
        " Repeat the command with --key \($0): that asks again and does not act twice."
      }
      return Failure(
        status,
        "\(server) was asked, but whether the command was recorded is not known: \(said(error))."
          + (hint ?? ""))
    case .unauthenticated:
      return Failure(status, "\(server) does not know who you are: \(said(error))")
    case .forbidden: return Failure(status, "\(server) does not allow this: \(said(error))")
    case .usage where error.status.code == .unimplemented:
      return Failure(
        status, "\(server) does not know this command: \(said(error)). Is it an older windlassd?")
    case .done, .refused, .waitingForPerson, .inProgress, .superseded, .aborted, .usage, .conflict,
      .stale, .interrupted:
      return Failure(status, said(error))
    }
  }

  private static let advice =
    "Is windlassd running? Start it with ./dev up, or name another with --server or "
    + "WINDLASS_SERVER."

  private func said(_ error: RPCError) -> String {
    let message = SafeText.line(error.status.message)
    return message.isEmpty ? error.status.code.name : message
  }

  /// The reason out of a transport's message, in the words of the field.
  private static func reason(_ detail: String) -> String {
    let text = SafeText.line(detail)
    if text.isEmpty { return "no answer" }
    // Of several servers each has its own reason.
    if text.contains("; cannot connect to ") { return text }
    for known in ["Connection refused", "No route to host", "Network is unreachable"]
    where text.contains(known) {
      return known.lowercased()
    }
    // "cannot connect to ADDRESS: REASON" says twice where.
    guard text.hasPrefix("cannot connect to "),
      let colon = text.firstRange(of: ": ")
    else { return text }
    return String(text[colon.upperBound...])
  }
}
