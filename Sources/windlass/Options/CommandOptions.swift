import ArgumentParser
import RolloutCore
import WindlassWire

/// What every command carries beside itself.
struct CommandOptions: ParsableArguments {
  @Option(help: "Why, in your words; kept with the decision.", transform: Reading.reason)
  var reason: String?

  @Option(
    help: ArgumentHelp(
      "For whom. A claim, kept beside the authenticated principal. Default: from the pipeline's "
        + "variables, else USER.", valueName: "name"),
    transform: Reading.actor)
  var actor: String?

  @Option(
    help: ArgumentHelp(
      "Idempotency key: repeating a command with its key repeats the answer. Default: in a "
        + "pipeline, from its run and the command, so that a job run again gets the same; else "
        + "random."),
    transform: Reading.key)
  var key: String?

  @Flag(help: "Say what would be decided; record nothing.")
  var dryRun = false

  func keys(_ environment: [String: String]) -> IdempotencyKey {
    key.map { .given($0) } ?? IdempotencyKey(environment: environment)
  }

  /// The request with its envelope filled in.
  func request(
    _ application: ApplicationName, clusters: ClusterSelector = .all,
    _ command: SubmitRequest.Command, expectedVersion: UInt64? = nil, keys: IdempotencyKey,
    part: String? = nil, environment: [String: String]
  ) throws(Failure) -> SubmitRequest {
    var request = SubmitRequest(
      envelope: Envelope(
        idempotencyKey: "", claimedActor: actor ?? ClaimedActor.from(environment),
        reason: reason ?? "", expectedVersion: expectedVersion, isDryRun: dryRun),
      application: application, clusters: clusters, command: command)
    request.envelope.idempotencyKey = try keys.key(for: request, part: part)
    return request
  }
}
