import ArgumentParser
import RolloutCore
import WindlassWire

/// A command to a revision on all clusters.
protocol RevisionChange: ClientCommand {
  var target: RevisionArguments { get }
  var change: SubmitRequest.Command { get }
}

extension RevisionChange {
  func execute(in session: Session) async throws -> Ending {
    let request = try target.command.request(
      target.application, change, keys: target.command.keys(session.environment),
      environment: session.environment)
    var report = ChangeReport(command: Self._commandName)
    try await session.perform(request, patience: nil, &report)
    return report.finish(session.output)
  }
}
