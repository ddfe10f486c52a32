public import ArgoManifests
import RolloutCore

/// One story about one application: what its manifests and clusters are, what happens, and what is
/// expected of every decision.
public struct Scenario: Equatable, Sendable {
  /// Unique in its file.
  public var name: String
  public var location: SourceLocation
  /// Which of several Rollouts in the manifests it is about; `nil`: the only one.
  var application: ApplicationName?
  /// Files that go with every revision.
  var manifests: [ManifestPath]
  var revisions: [RevisionSource]
  var clusters: [Cluster]
  var steps: [ScenarioStep]

  /// A manifest file, relative to the scenario's own.
  public struct ManifestPath: Equatable, Sendable {
    /// Relative, as written; may go up with `..`.
    public var path: String
    public var location: SourceLocation
  }

  /// A revision that can be applied, and the files of its own.
  struct RevisionSource: Equatable, Sendable {
    var release: ReleaseID
    var manifests: [ManifestPath]
    var location: SourceLocation
  }

  struct Cluster: Equatable, Sendable {
    var name: ClusterName
    var registration: ClusterRegistration
  }

  /// Every manifest file that a run needs, each once, in the order of the scenario.
  public var paths: [ManifestPath] {
    var seen: Set<String> = []
    return allPaths.filter { seen.insert($0.path).inserted }
  }

  private var allPaths: [ManifestPath] {
    var all = manifests + revisions.flatMap(\.manifests)
    for step in steps {
      if case .applyFiles(let files) = step.action { all += files }
    }
    return all
  }
}

/// How a scenario names a revision.
enum RevisionName: Equatable, Sendable {
  case release(ReleaseID)
  case number(RevisionNumber)
}
