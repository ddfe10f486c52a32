import ArgoManifests
import ArgumentParser
import RolloutCore
import WindlassWire

struct ApplyCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Register what manifests say: revisions, strategies, policies.",
    discussion: """
      Reads files, directories (their *.yaml, *.yml and *.json, not deeper) and - for standard \
      input; several documents each. Analysis templates are found across all of them. Each Rollout \
      registers a revision if its template is new and a strategy if it changed; nothing starts \
      unless --start says so. Documents of other kinds are named and skipped.

        windlass apply manifests/ --release "$GIT_COMMIT"
        kustomize build prod | windlass apply - --start --cluster eu-1 --wait
        windlass apply policy.yaml --application shop/checkout
      """)

  @Argument(help: ArgumentHelp("Files, directories, or -.", valueName: "files"))
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "What the revision is called: a git SHA, tag or image digest. For exactly one Rollout. "
        + "Default: its annotation windlass/release, else the digest of its template.",
      valueName: "id"),
    transform: Reading.release)
  var release: ReleaseID?

  @Option(
    help: ArgumentHelp(
      "The application of the one Rollout, instead of its annotation windlass/application or "
        + "namespace/name; or of the policies, where there is no Rollout.", valueName: "app"),
    transform: Reading.application)
  var application: ApplicationName?

  @Flag(help: "Start each registered revision on the clusters meant.")
  var start = false

  @OptionGroup(title: "Clusters, with --start") var clusters: ClusterOptions
  @OptionGroup(title: "Command") var command: CommandOptions
  @OptionGroup(title: "Waiting") var wait: WaitOptions
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  func validate() throws {
    if start && clusters.isEmpty { throw ValidationError(ClusterOptions.missing) }
    if !start && !clusters.isEmpty {
      throw ValidationError("clusters go with --start: registering counts for all of them")
    }
    if wait.wait && !start { throw ValidationError("--wait goes with --start") }
  }

  func execute(in session: Session) async throws -> Ending {
    try await execute(in: session, sources: try ManifestSources.manifests.read(files))
  }

  func execute(in session: Session, sources: [SourceFile]) async throws -> Ending {
    let set: ManifestSet
    do throws(ManifestErrors) {
      set = try ManifestReader.read(sources)
    } catch {
      return refuse(error, session.output)
    }
    for document in set.skipped { session.output.note(document.description) }
    for field in set.ignored { session.output.note(field.description) }
    let plan = try ApplyPlan(set, application: application, release: release)
    if start && plan.registrations.allSatisfy({ $0.release == nil }) {
      throw Failure(.usage, "--start: there is no Rollout in \(files.joined(separator: ", "))")
    }
    let selector = start ? try await clusters.selector(session) : .all
    var report = ChangeReport(command: "apply")
    report.details = plan.details
    let keys = command.keys(session.environment)
    for entry in plan.registrations {
      let request = try command.request(
        entry.application, .apply(entry.registration), keys: keys,
        part: "apply/\(entry.application)", environment: session.environment)
      let isRegistered: Bool
      // A dry run registers nothing, so nothing could be started.
      var isOnlyMeant = false
      do {
        let response = try await session.submit(request)
        report.add(response, to: request, session.output)
        isRegistered = Ending.worst(of: response.decisions.map { Ending($0) }) == .done
        isOnlyMeant = response.decisions.contains { decision in
          decision.isDryRun && decision.events.contains(EventType.revisionRegistered.rawValue)
        }
      } catch let failure as Failure {
        report.add(failure, to: request, session.output)
        isRegistered = false
      }
      guard start, isRegistered, let release = entry.release else { continue }
      guard !isOnlyMeant else {
        session.output.note(
          "\(entry.application): whether \(release) would start is known once it is registered")
        continue
      }
      try await begin(release, of: entry.application, on: selector, keys, session, &report)
    }
    return report.finish(session.output)
  }

  private func begin(
    _ release: ReleaseID, of application: ApplicationName, on selector: ClusterSelector,
    _ keys: IdempotencyKey, _ session: Session, _ report: inout ChangeReport
  ) async throws {
    let request = try command.request(
      application, clusters: selector, .start(.release(release)), keys: keys,
      part: "start/\(application)", environment: session.environment)
    do {
      try await session.perform(request, patience: wait.patience, &report)
    } catch let failure as Failure {
      report.add(failure, to: request, session.output)
    }
  }

  /// Every issue, not only the first.
  private func refuse(_ errors: ManifestErrors, _ output: Output) -> Ending {
    for issue in errors.issues { output.writeError("\(SafeText.line(issue.description))\n") }
    if errors.omitted > 0 { output.writeError("and \(errors.omitted) more\n") }
    let count = errors.issues.count + errors.omitted
    let failure = Failure(
      .usage,
      "nothing was applied: \(count) problem\(count == 1 ? "" : "s") in the manifests")
    output.note(failure.message)
    if output.format == .json {
      let issues = JSON.array(
        errors.issues.map { issue in
          .object([
            "file": .string(issue.location.file), "line": .number(issue.location.line),
            "field": .string(issue.field), "reason": .string(issue.reason),
          ])
        })
      let details = [JSON.Member(name: "issues", value: issues)]
      _ = output.write(JSON.error(failure, details: details).pretty + "\n")
    }
    return failure.status
  }
}
