public import RolloutCore

/// One application inside a simulated cluster, as its objects would show it.
public struct SimulatedDeployment: Equatable, Sendable {
  public let application: ApplicationName
  /// By pod hash.
  public internal(set) var replicaSets: [String: ReplicaSet] = [:]
  /// Hash of what the spec asks for.
  public internal(set) var desiredHash: String?
  /// Every AnalysisRun object made here, in order of creation; the oldest ended ones are forgotten.
  public internal(set) var runs: [Run] = []
  /// The latest directive heard of, followed or not.
  public internal(set) var directive: Directive?

  var version: UInt64 = 0
  var attempt: AttemptNumber?
  /// What was last asked for and is being or was done.
  var asked: Asked?
  /// Runs asked for and not there yet.
  var creating: Set<RunKey> = []
  /// What was last told about a revision.
  var told: [String: LocalRevision] = [:]
  var leakedFor: AttemptNumber?
  /// The restart last begun.
  var restarting: Timestamp?
  /// Set by a change made outside, until a later attempt than this one is directed.
  var changedAfter: AttemptNumber?
  var names: Set<String> = []

  init(_ application: ApplicationName) { self.application = application }

  public struct ReplicaSet: Equatable, Sendable {
    public var podHash: String
    public var content: RevisionContent
    /// As the log numbers it; `nil` until a directive tells.
    public var revision: RevisionNumber?
    /// Argo's own number: raised when the revision becomes desired again.
    public var number: Int
    /// Pods asked for and pods available.
    public var size = 0
    public var available = 0
  }

  public struct Run: Equatable, Sendable {
    public var object: RunObject
    /// `nil` for one that no directive asked for.
    public var key: RunKey?
    public var attempt: AttemptNumber?
    public var phase: Phase
    /// As Argo labels it.
    public var labels: [String: String]
    var metric: String
    var measurements: Int

    public enum Phase: Equatable, Sendable {
      case running
      case finished(RunResult)
      /// Told to stop: nothing more is heard of it.
      case stopped
    }

    var isRunning: Bool { phase == .running }
  }

  /// What a directive wants of pods, traffic and services.
  struct Asked: Equatable, Sendable {
    var attempt: AttemptNumber?
    var desired: RevisionNumber
    var stable: RevisionNumber?
    var track: Track?
    var weight: Int
    var pods: Directive.PodTargets
    var services: ServicesSeen?
    /// Revisions whose pods stay.
    var kept: [RevisionNumber]
    var fullScale: Bool
    var aborted: Bool

    /// - Parameter replicas: pods of a rollout whose directive counts none.
    init(_ directive: Directive, _ desired: RevisionNumber, replicas: Int) {
      attempt = directive.attempt
      self.desired = desired
      stable = directive.stable
      track = directive.track
      weight = directive.weight
      let share = replicas * min(max(directive.weight, 0), directive.maxWeight)
      let canary = (share + directive.maxWeight - 1) / max(1, directive.maxWeight)
      pods =
        directive.pods
        ?? .init(
          desired: directive.fullScale ? replicas : canary,
          stable: directive.stable == nil || directive.stable == desired ? 0 : replicas)
      services = directive.services
      kept = directive.kept.map(\.revision)
      fullScale = directive.fullScale
      aborted = directive.aborted
    }
  }

  /// Ended runs kept for readers.
  static let endedRunsMax = 200

  /// The application's name without its project: what its Rollout object is called.
  var rolloutName: String {
    application.text.split(separator: "/").last.map(String.init) ?? application.text
  }

  func replicaSet(of revision: RevisionNumber) -> ReplicaSet? {
    replicaSets.values.first { $0.revision == revision }
  }

  /// Makes a revision the desired one: its number becomes the highest, as in Argo, where going back
  /// to a revision numbers it anew.
  mutating func desire(_ hash: String) {
    desiredHash = hash
    let others = replicaSets.values.filter { $0.podHash != hash }.map(\.number).max() ?? 0
    guard var set = replicaSets[hash], set.number <= others else { return }
    set.number = others + 1
    replicaSets[hash] = set
  }

  /// The name of the next object of this kind: `<rollout>-<hash>-<number>` and a suffix by type;
  /// `.1`, `.2` ... where that is taken.
  mutating func name(_ type: RunType, stepIndex: Int?, hash: String, number: Int) -> String {
    let suffix =
      switch type {
      case .background: ""
      case .step, .experiment: "-\(stepIndex ?? 0)"
      case .plugin: "-\(stepIndex ?? 0)-plugin"
      case .prePromotion: "-pre"
      case .postPromotion: "-post"
      case .verification: "-verify"
      }
    let plain = "\(rolloutName)-\(hash)-\(number)\(suffix)"
    var name = plain
    var collision = 0
    while !names.insert(name).inserted {
      collision += 1
      name = "\(plain).\(collision)"
    }
    return name
  }

  /// Gives every revision the pods it should have, all available at once.
  mutating func scale(to asked: Asked) -> PodCounts {
    var others = 0
    for (hash, set) in replicaSets {
      let size: Int
      if set.revision == asked.desired {
        size = asked.pods.desired
      } else if let stable = asked.stable, set.revision == stable {
        size = asked.pods.stable
      } else {
        size = asked.kept.contains { $0 == set.revision } ? set.size : 0
        others += size
      }
      replicaSets[hash]?.size = size
      replicaSets[hash]?.available = size
    }
    return PodCounts(
      desired: .init(asked.pods.desired),
      stable: asked.stable == asked.desired ? .none : .init(asked.pods.stable),
      others: .init(others))
  }

  mutating func forgetEndedRuns() {
    let ended = runs.count { !$0.isRunning }
    guard ended > Self.endedRunsMax, let oldest = runs.firstIndex(where: { !$0.isRunning })
    else { return }
    runs.remove(at: oldest)
  }
}
