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
    let attempts = response.decisions.compactMap { decision -> (ClusterName, AttemptNumber)? in
      guard decision.result == .allowed || decision.result == .alreadySatisfied,
        let cluster = decision.cluster, let attempt = decision.attempt
      else { return nil }
      return (cluster, attempt)
    }
    for waited in try await wait(request.application, attempts, patience: patience) {
      report.add(waited, of: request.application, output)
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
