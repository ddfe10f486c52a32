import RolloutCore
import WindlassWire

extension Session {
  /// Submits a command, then waits for the attempts it began or touched.
  ///
  /// - Parameter patience: how long to wait; `nil` not to.
  /// - Throws: ``Failure`` when the command has no answer; `CancellationError`.
  func perform(
    _ request: SubmitRequest, patience: Duration?, _ report: inout ChangeReport
  ) async throws {
    let response = try await submit(request)
    report.add(response, to: request, output)
    guard let patience, !request.envelope.isDryRun else { return }
    var attempts: [(ClusterName, AttemptNumber)] = []
    for decision in response.decisions {
      guard let cluster = decision.cluster,
        let attempt = try await attempt(of: decision, request.application, cluster)
      else { continue }
      attempts.append((cluster, attempt))
    }
    for waited in try await wait(request.application, attempts, patience: patience) {
      report.add(waited, of: request.application, output)
    }
  }

  /// The attempt to wait for: the one that the decision names or, where what was asked for already
  /// holds, the one that is running.
  private func attempt(
    of decision: Decision, _ application: ApplicationName, _ cluster: ClusterName
  ) async throws -> AttemptNumber? {
    switch decision.result {
    case .refused, .conflict, .unknown, .unavailable: return nil
    case .allowed: return decision.attempt
    case .alreadySatisfied:
      if let attempt = decision.attempt { return attempt }
      let view: RolloutView = try await read(
        Paths.getRollout,
        GetRolloutRequest(
          application: application, cluster: cluster,
          bounds: ReadBounds(atLeast: decision.position)))
      return view.attempt?.number
    }
  }

  /// All at once; the results in the order of the decisions.
  private func wait(
    _ application: ApplicationName, _ attempts: [(ClusterName, AttemptNumber)], patience: Duration
  ) async throws -> [Waited] {
    guard !attempts.isEmpty else { return [] }
    let places = attempts.map(\.0.text).joined(separator: ",")
    let previous = interruption.note
    interruption.note =
      "The rollout goes on: see `windlass get \(application) --cluster \(places)`; "
      + "`windlass abort` stops it."
    defer { interruption.note = previous }
    let deadline = pacing.now() + patience
    return try await withThrowingTaskGroup(of: (Int, Waited).self) { group in
      for (index, (cluster, attempt)) in attempts.enumerated() {
        group.addTask {
          (
            index,
            try await waitForVerdict(application, on: cluster, attempt: attempt, until: deadline)
          )
        }
      }
      var results: [(Int, Waited)] = []
      for try await result in group { results.append(result) }
      return results.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }
}
