import ArgumentParser
import RolloutCore
import WindlassWire

/// Which events of the log: all conditions that are given must hold.
struct FilterOptions: ParsableArguments {
  @Option(help: "Events of this stream only.")
  var stream: String?

  @Option(
    help: ArgumentHelp(
      "Events of this kind: attempt-classified, or attempt-classified.v1. May be repeated.",
      valueName: "kind"),
    transform: Reading.kind)
  var kind: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Events about this application.", valueName: "app"),
    transform: Reading.application)
  var application: ApplicationName?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Events about this cluster.", valueName: "name"),
    transform: Reading.cluster)
  var cluster: ClusterName?

  @Option(
    help: ArgumentHelp("Asked for by this authenticated principal.", valueName: "name"),
    transform: Reading.who)
  var principal: String?

  @Option(
    help: ArgumentHelp("Asked for by whoever claimed to be this.", valueName: "name"),
    transform: Reading.who)
  var actor: String?

  @Option(
    help: ArgumentHelp("Decided or refused by this rule.", valueName: "rule"),
    transform: Reading.rule)
  var rule: Rule?

  @Option(
    help: ArgumentHelp("About the attempt of this number.", valueName: "n"),
    transform: Reading.attempt)
  var attempt: AttemptNumber?

  @Option(
    help: ArgumentHelp(
      "Decided at this moment or later: 2026-11-23T09:00:00Z, or 2h for two hours ago.",
      valueName: "moment"),
    transform: Reading.moment)
  var since: Timestamp?

  @Option(
    help: ArgumentHelp("Decided before this moment.", valueName: "moment"),
    transform: Reading.moment)
  var until: Timestamp?

  var filter: EventFilter {
    EventFilter(
      stream: stream, kinds: kind, application: application, cluster: cluster,
      principal: principal, claimedActor: actor, rule: rule, attempt: attempt, since: since,
      until: until)
  }

  func validate() throws {
    guard kind.count <= EventFilter.kindsMax else {
      throw ValidationError("--kind: at most \(EventFilter.kindsMax)")
    }
    if let since, let until, since >= until {
      throw ValidationError("--until must be after --since")
    }
    guard let stream else { return }
    guard (1...255).contains(stream.utf8.count),
      stream.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { throw ValidationError("--stream: 1 to 255 printable ASCII characters") }
  }
}
