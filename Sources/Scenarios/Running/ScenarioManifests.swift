import ArgoManifests
import RolloutCore

/// What the manifests of a scenario register.
struct ScenarioManifests {
  var application: ApplicationName
  var revisions: [ReleaseID: Registration] = [:]
  /// Of steps that apply files, by the step's number.
  var files: [Int: Registration] = [:]

  private struct Reader {
    let sources: [String: SourceFile]
    private var bytes = 0
    private var known: [[String]: ManifestSet] = [:]

    init(_ sources: [String: SourceFile]) { self.sources = sources }

    /// Files that several revisions share are read once.
    mutating func read(
      _ paths: [Scenario.ManifestPath], at place: SourceLocation
    ) throws(ManifestErrors) -> ManifestSet {
      var names: [String] = []
      var files: [SourceFile] = []
      for path in paths where !names.contains(path.path) {
        guard let file = sources[path.path] else {
          throw ManifestErrors(path.location, "manifests", "is not there: \(quoted(path.path))")
        }
        names.append(path.path)
        files.append(file)
      }
      if let set = known[names] { return set }
      bytes += files.reduce(0) { $0 + $1.bytes.count }
      guard bytes <= ScenarioLimits.manifestBytes else {
        throw ManifestErrors(
          place, "manifests",
          "of all revisions together must be at most \(ScenarioLimits.manifestBytes) bytes")
      }
      let set = try ManifestReader.read(files)
      known[names] = set
      return set
    }
  }

  /// - Throws: ``ManifestErrors`` where a file is missing, unreadable, or has no single Rollout.
  init(_ scenario: Scenario, _ sources: [String: SourceFile]) throws(ManifestErrors) {
    var reader = Reader(sources)
    var application = scenario.application
    for revision in scenario.revisions {
      let set = try reader.read(scenario.manifests + revision.manifests, at: revision.location)
      let rollout = try Self.rollout(of: set, application, at: revision.location)
      application = application ?? rollout.application
      // The scenario's own name for a revision wins over an annotation: a story of several
      // revisions may be told with one manifest.
      revisions[revision.release] = Registration(
        revision: RevisionContent(
          release: revision.release, digest: rollout.digest, images: rollout.images),
        strategy: rollout.strategy, policies: set.policies(for: rollout.application))
    }
    for step in scenario.steps {
      guard case .applyFiles(let paths) = step.action else { continue }
      let set = try reader.read(paths, at: step.location)
      if set.rollouts.isEmpty {
        guard let application else { throw Self.noApplication(scenario.location) }
        let policies = set.policies(for: application)
        guard !policies.isEmpty else {
          throw ManifestErrors(
            step.location, "apply.files", "hold nothing to apply for \(application)")
        }
        files[step.number] = Registration(policies: policies)
        continue
      }
      let rollout = try Self.rollout(of: set, application, at: step.location)
      application = application ?? rollout.application
      files[step.number] = Registration(
        revision: rollout.revision(), strategy: rollout.strategy,
        policies: set.policies(for: rollout.application))
    }
    guard let application else { throw Self.noApplication(scenario.location) }
    self.application = application
  }

  private static func noApplication(_ place: SourceLocation) -> ManifestErrors {
    ManifestErrors(place, "application", "is missing, and no Rollout of `revisions` says it")
  }

  private static func rollout(
    of set: ManifestSet, _ application: ApplicationName?, at place: SourceLocation
  ) throws(ManifestErrors) -> RolloutManifest {
    if let application {
      guard let rollout = set.rollouts.first(where: { $0.application == application }) else {
        throw ManifestErrors(place, "manifests", "have no Rollout of \(application)")
      }
      return rollout
    }
    guard let rollout = set.rollouts.first, set.rollouts.count == 1 else {
      throw ManifestErrors(
        place, "manifests",
        "must have exactly one Rollout, have \(set.rollouts.count); `application` chooses one")
    }
    return rollout
  }
}

extension ManifestErrors {
  init(_ location: SourceLocation, _ field: String, _ reason: String) {
    self.init(issues: [ManifestIssue(location: location, field: field, reason: reason)])
  }
}
