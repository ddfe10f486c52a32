import GRPC
import WindlassWire

extension Session {
  /// Shows a rollout after every change, across lost connections, until nobody reads any more.
  ///
  /// On a terminal the last picture is replaced; elsewhere each follows the one before after an
  /// empty line, or as one JSON object a line.
  ///
  /// - Throws: ``Failure`` when the service refuses or was never there; `CancellationError`.
  func watch(_ request: GetRolloutRequest) async throws -> Ending {
    var last: RolloutView?
    var failures = 0
    while true {
      var isRead = true
      do {
        try await backend.stream(Paths.watchRollout, bounded(request), timeout: nil) {
          (view: RolloutView) in
          failures = 0
          remember(view)
          // A new stream begins with what the old one ended with.
          guard !Self.looksTheSame(view, last) else { return true }
          isRead = show(view, isFirst: last == nil)
          last = view
          return isRead
        }
      } catch let error as RPCError {
        try Task.checkCancellation()
        guard last != nil, error.status.code.isPassing || error.isStale else {
          throw failure(error, mayHaveActed: false)
        }
        if failures == 0 { output.note("lost the connection to \(server); trying again") }
      }
      guard isRead else { return .done }
      try Task.checkCancellation()
      failures += 1
      try await pacing.sleep(Pacing.pause(before: failures))
    }
  }

  /// Only time has passed, or something elsewhere in the log has happened.
  private static func looksTheSame(_ view: RolloutView, _ last: RolloutView?) -> Bool {
    guard var last else { return false }
    last.now = view.now
    last.position = view.position
    return view == last
  }

  private func show(_ view: RolloutView, isFirst: Bool) -> Bool {
    switch output.format {
    case .json: return output.write(JSON(view).compact + "\n")
    case .text:
      let text = RolloutTree.render(view, output.style) + "\n"
      guard output.isTerminal else { return output.write((isFirst ? "" : "\n") + text) }
      return output.write(Self.redrawn(text, isFirst: isFirst))
    }
  }

  /// The picture over the one before, without flicker: from the top left, each line cleared to its
  /// end, then everything below.
  static func redrawn(_ text: String, isFirst: Bool) -> String {
    let clear = isFirst ? "\u{1B}[2J" : ""
    return clear + "\u{1B}[H"
      + text.split(separator: "\n", omittingEmptySubsequences: false)
      .joined(separator: "\u{1B}[K\n") + "\u{1B}[J"
  }
}
