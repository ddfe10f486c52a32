import ArgumentParser
import RolloutCore
import WindlassWire

/// A command to the rollouts of one application.
protocol RolloutChange: ClientCommand {
  var rollouts: RolloutArguments { get }
  /// `nil` for commands that begin no attempt and end none.
  var waiting: WaitOptions? { get }
  var change: SubmitRequest.Command { get }
}

extension RolloutChange {
  var waiting: WaitOptions? { nil }

  func execute(in session: Session) async throws -> Ending {
    let selector = try await rollouts.clusters.selector(session)
    let request = try rollouts.command.request(
      rollouts.application, clusters: selector, change,
      expectedVersion: rollouts.expectedVersion,
      keys: rollouts.command.keys(session.environment), environment: session.environment)
    var report = ChangeReport(command: Self._commandName)
    try await session.perform(request, patience: waiting?.patience, &report)
    return report.finish(session.output)
  }
}
