import ArgumentParser
import RolloutCore
import WindlassWire

struct EvaluateCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "What would be answered to a rollback now. Records nothing.",
    discussion: """
      Says whether the rollback would be allowed, whether it lies inside its window, which track it \
      would take, and why. Exit status 0 when it would be allowed, 10 when refused.

        windlass evaluate shop/checkout --cluster eu-1
        windlass evaluate shop/checkout --to 5 --selector env=prod --output json
      """)

  @Argument(
    help: ArgumentHelp("The application: project/name.", valueName: "app"),
    transform: Reading.application)
  var application: ApplicationName

  @OptionGroup var target: RollbackOptions

  @Option(help: "The reason an emergency would have.", transform: Reading.reason)
  var reason: String?

  @OptionGroup(title: "Clusters") var clusters: ClusterOptions
  @OptionGroup(title: "Moment") var moment: BoundsOptions
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  func validate() throws {
    guard !clusters.isEmpty else { throw ValidationError(ClusterOptions.missing) }
  }

  func execute(in session: Session) async throws -> Ending {
    var answers: [(cluster: ClusterName, answer: EvaluateRollbackResponse)] = []
    for cluster in try await clusters.resolved(session) {
      let answer: EvaluateRollbackResponse = try await session.read(
        Paths.evaluateRollback,
        EvaluateRollbackRequest(
          application: application, cluster: cluster, target: target.to,
          rollbackClass: target.rollbackClass,
          insistsOnAnalysis: target.insistOnAnalysis, reason: reason ?? "", explains: true,
          bounds: moment.bounds))
      answers.append((cluster, answer))
    }
    let status = Ending.worst(of: answers.map { $0.answer.isRefused ? .refused : .done })
    session.output.result(
      answers.map { cluster, answer in
        ExplanationText.render(answer, of: application, on: cluster, session.output.style)
      }.joined(separator: "\n\n"),
      .object([
        "exitCode": .number(Int64(status.rawValue)),
        "exit": .string(status.name),
        "application": .string(application.text),
        "evaluations": .array(
          answers.map { cluster, answer in
            .object(["cluster": .string(cluster.text), "answer": JSON(answer)])
          }),
      ]))
    return status
  }
}
