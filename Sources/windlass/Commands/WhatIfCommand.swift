import ArgoManifests
import ArgumentParser
import GRPC
import RolloutCore
import WindlassWire

struct WhatIfCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "what-if",
    abstract: "Which past answers would have been others under other policies. Records nothing.",
    discussion: """
      Decides every attempt in the past of the application once more, as if the policies in the \
      files, and no others, had been in force from the beginning, and lists the answers that flip. \
      The window of the manifest itself counts where these policies have none. Exit status 0, \
      whatever flips; with --exit-code 10 when something does.

        windlass what-if -f policy.yaml shop/checkout
        windlass what-if -f policy.yaml shop/checkout --cluster eu-1 --output json
        windlass what-if -f proposed/ shop/checkout --exit-code
      """)

  @Argument(
    help: ArgumentHelp("The application: project/name.", valueName: "app"),
    transform: Reading.application)
  var application: ApplicationName

  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: ArgumentHelp(
      "Files, directories or - with RolloutPolicy documents; may be repeated.",
      valueName: "files"))
  var files: [String]

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Only this cluster.", valueName: "name"),
    transform: Reading.cluster)
  var cluster: ClusterName?

  @Option(
    help: ArgumentHelp(
      "List at most so many, 1 to 10000; all are counted. Default 1000.", valueName: "n"))
  var limit = 1_000

  @Flag(help: "End with 10 when an answer would have been another one.")
  var exitCode = false

  @OptionGroup(title: "Service") var connection: ConnectionOptions

  func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit: 1 to 10000") }
    guard !files.isEmpty else { throw ValidationError("say under which policies: -f FILES") }
  }

  func execute(in session: Session) async throws -> Ending {
    try await execute(in: session, sources: try ManifestSources.manifests.read(files))
  }

  func execute(in session: Session, sources: [SourceFile]) async throws -> Ending {
    let request = WhatIfRequest(
      application: application, cluster: cluster,
      policies: try policies(of: sources, session.output), limit: limit)
    var flips: [WhatIfUpdate.Flip] = []
    var summary: WhatIfUpdate.Summary?
    do {
      try await session.backend.stream(Paths.whatIf, request, timeout: nil) {
        (update: WhatIfUpdate) in
        switch update {
        case .flip(let flip):
          flips.append(flip)
          return flips.count <= limit
        case .summary(let sums):
          summary = sums
          return false
        }
      }
    } catch let error as RPCError {
      try Task.checkCancellation()
      throw session.failure(error, mayHaveActed: false)
    }
    guard let summary else {
      throw Failure(.unreachable, "\(session.server) ended before it had told everything")
    }
    let status: Ending = exitCode && summary.flips > 0 ? .refused : .done
    session.output.result(
      WhatIfText.render(flips, summary, of: application, session.output.style),
      .object([
        "exitCode": .number(Int64(status.rawValue)),
        "exit": .string(status.name),
        "application": .string(application.text),
        "flips": .array(flips.map { JSON($0) }),
        "summary": JSON(summary),
      ]))
    return status
  }

  /// The policies in the files that are for this application.
  private func policies(
    of sources: [SourceFile], _ output: Output
  ) throws(Failure) -> [RolloutPolicy] {
    let set: ManifestSet
    do throws(ManifestErrors) {
      set = try ManifestReader.read(sources)
    } catch {
      for issue in error.issues { output.writeError("\(SafeText.line(issue.description))\n") }
      throw Failure(
        .usage, "the files have \(error.issues.count + error.omitted) problems; nothing was asked")
    }
    for document in set.skipped { output.note(document.description) }
    for field in set.ignored { output.note(field.description) }
    var policies: [RolloutPolicy] = []
    for manifest in set.policies {
      guard manifest.applications.isEmpty || manifest.applications.contains(application) else {
        output.note(
          "\(manifest.location): policy \(manifest.policy.name) is for other applications")
        continue
      }
      policies.append(manifest.policy)
    }
    guard !policies.isEmpty else {
      throw Failure(
        .usage,
        "there is no RolloutPolicy for \(application) in \(files.joined(separator: ", "))")
    }
    return policies
  }
}
