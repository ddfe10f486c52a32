import ArgumentParser
import RolloutCore
import WindlassWire

struct ExplainCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Why an attempt was classified as it was, and what came of it.",
    discussion: """
      The decision in prose, the rules in the order they were applied, the facts with their places \
      in the log, what would have changed the answer, and how Argo Rollouts would have judged. \
      --refusal explains a refused command by its position, as `windlass events` shows it.

        windlass explain shop/checkout --cluster eu-1
        windlass explain shop/checkout --cluster eu-1 --attempt 4 --output json
        windlass explain shop/checkout --refusal 118
      """)

  @Argument(
    help: ArgumentHelp("The application: project/name.", valueName: "app"),
    transform: Reading.application)
  var application: ApplicationName

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The cluster.", valueName: "name"),
    transform: Reading.cluster)
  var cluster: ClusterName?

  @Option(
    help: ArgumentHelp("The attempt; default: the latest.", valueName: "n"),
    transform: Reading.attempt)
  var attempt: AttemptNumber?

  @Option(help: ArgumentHelp("A refusal, by its position in the log.", valueName: "position"))
  var refusal: UInt64?

  @OptionGroup(title: "Moment") var moment: BoundsOptions
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  func validate() throws {
    if refusal == nil && cluster == nil { throw ValidationError("say which one: --cluster NAME") }
    if refusal != nil && attempt != nil {
      throw ValidationError("--attempt and --refusal exclude each other")
    }
    if refusal == .max { throw ValidationError("--refusal: no log has this position") }
  }

  func execute(in session: Session) async throws -> Ending {
    let response: ExplainResponse = try await session.read(
      Paths.explain,
      ExplainRequest(
        application: application, cluster: cluster, attempt: attempt,
        refusal: refusal.map { LogPosition($0) }, bounds: moment.bounds))
    session.output.result(
      ExplanationText.render(response, session.output.style), JSON(response))
    return .done
  }
}
