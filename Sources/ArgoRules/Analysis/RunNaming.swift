/// Names and labels of a rollout's runs.
public enum RunNaming {
  /// `rollout-hash-revision`, plus `-<step>`, `-pre` or `-post`; nothing more for background.
  ///
  /// - Parameters:
  ///   - revision: the rollout's revision number; 0, the annotation being absent, leaves an empty
  ///     part.
  ///   - step: index of the step, for ``AnalysisType/step`` only.
  public static func name(
    rollout: String, hash: String, revision: Int, type: AnalysisType, step: Int? = nil
  ) -> String {
    let base = "\(rollout)-\(hash)-\(revision == 0 ? "" : "\(revision)")"
    switch type {
    case .background: return base
    case .step: return "\(base)-\(step ?? 0)"
    case .prePromotion: return base + "-pre"
    case .postPromotion: return base + "-post"
    }
  }

  /// What becomes of a run that is about to be created.
  public enum Placement: Equatable, Sendable {
    case create(name: String)
    /// A run of that name is at work already and is the same one: the cache was stale.
    case adopt(name: String)

    public var name: String {
      switch self {
      case .create(let name), .adopt(let name): name
      }
    }
  }

  /// The name that is free, or the run that is taken over.
  ///
  /// Base name first, then `.1`, `.2` ... . At each name: free → create; taken by an unfinished run
  /// of the same owner with the same work → adopt; otherwise the next number. A run that was asked
  /// to stop but has not finished counts as unfinished, and is adopted.
  public static func place(
    _ base: String, ownerUID: String, workDigest: String, among runs: [ArgoAnalysisRun]
  ) -> Placement {
    var name = base
    // At most one more name than there are runs can be tried.
    for collision in 1...(runs.count + 1) {
      guard let taken = runs.first(where: { $0.name == name }) else { break }
      if !taken.phase.isCompleted, taken.ownerUID == ownerUID, taken.workDigest == workDigest {
        return .adopt(name: name)
      }
      name = "\(base).\(collision)"
    }
    return .create(name: name)
  }

  /// Label keys Argo puts on runs and experiments.
  public enum LabelKey {
    public static let hash = "rollouts-pod-template-hash"
    public static let type = "rollout-type"
    public static let stepIndex = "step-index"
    public static let controllerInstance = "argo-rollouts.argoproj.io/controller-instance-id"
  }

  /// Annotation that holds the revision number, as text.
  public static let revisionAnnotation = "rollout.argoproj.io/revision"

  /// Labels of a run. Later sources win: the controller's own, the block's, the selector's.
  ///
  /// - Parameters:
  ///   - step: index of the step, for ``AnalysisType/step`` only.
  ///   - instance: the controller's instance id as the rollout is labelled; empty for none.
  public static func labels(
    hash: String, type: AnalysisType, step: Int? = nil, instance: String = "",
    block: [String: String] = [:], selector: [String: String] = [:]
  ) -> [String: String] {
    var labels = [LabelKey.hash: hash, LabelKey.type: type.rawValue]
    if type == .step { labels[LabelKey.stepIndex] = "\(step ?? 0)" }
    if !instance.isEmpty { labels[LabelKey.controllerInstance] = instance }
    labels.merge(block) { $1 }
    labels.merge(selector) { $1 }
    return labels
  }

  /// Annotations of a run: the revision number, then the block's own, which win.
  public static func annotations(
    revision: Int, block: [String: String] = [:]
  ) -> [String: String] {
    [revisionAnnotation: revision == 0 ? "" : "\(revision)"].merging(block) { $1 }
  }
}
