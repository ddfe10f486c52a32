/// The Experiment a canary step asks for.
public struct ExperimentPlan: Equatable, Sendable {
  /// One group of pods.
  public struct Template: Equatable, Sendable {
    public var name: String
    public var source: ExperimentStep.Source
    /// Absent: 1.
    @OptionalCount public var replicas: Int?
    /// Name of its service; empty for a generated one, `nil` for none. A template with a weight
    /// always has one.
    public var service: String?
    /// Share of the traffic.
    @OptionalCount public var weight: Int?
    /// Labels added to the pods, and to the selector as well.
    public var labels: [String: String]
    public var annotations: [String: String]
    /// Given selector; `nil`: that of the ReplicaSet copied.
    public var selector: [String: String]?

    public init(_ step: ExperimentStep.Template) {
      name = step.name
      source = step.source
      _replicas = OptionalCount(wrappedValue: step.replicas)
      service = step.service ?? (step.weight == nil ? nil : "")
      _weight = OptionalCount(wrappedValue: step.weight)
      labels = step.labels
      annotations = step.annotations
      selector = step.selector
    }

    /// Pods wanted while the experiment goes on.
    public var replicaCount: Int { replicas ?? 1 }
  }

  /// One analysis with its arguments resolved.
  public struct Analysis: Equatable, Sendable {
    public var name: String
    public var template: AnalysisBlock.TemplateReference
    public var arguments: [RunArgument]
    public var requiredForCompletion: Bool

    public init(
      _ name: String, template: AnalysisBlock.TemplateReference, arguments: [RunArgument] = [],
      requiredForCompletion: Bool = false
    ) {
      self.name = name
      self.template = template
      self.arguments = arguments
      self.requiredForCompletion = requiredForCompletion
    }
  }

  public var templates: [Template]
  public var analyses: [Analysis]
  /// A Go duration; empty: until the analyses are over.
  public var duration: String
  @OptionalCount public var progressDeadlineSeconds: Int?
  public var dryRun: [String]
  public var labels: [String: String]
  public var annotations: [String: String]

  public init(
    templates: [Template], analyses: [Analysis] = [], duration: String = "",
    progressDeadlineSeconds: Int? = nil, dryRun: [String] = [], labels: [String: String] = [:],
    annotations: [String: String] = [:]
  ) {
    self.templates = templates
    self.analyses = analyses
    self.duration = duration
    _progressDeadlineSeconds = OptionalCount(wrappedValue: progressDeadlineSeconds)
    self.dryRun = dryRun
    self.labels = labels
    self.annotations = annotations
  }

  /// The plan for a step of a rollout. The progress deadline is the rollout's own; labels are the
  /// rollout's, with the pod hash.
  public init(
    _ step: ExperimentStep, of rollout: ArgoRollout, stable: String?, object: TreeValue
  ) throws(RunArguments.Problem) {
    var resolved: [Analysis] = []
    for analysis in step.analyses {
      resolved.append(
        Analysis(
          analysis.name,
          template: .init(analysis.templateName, clusterScope: analysis.clusterScope),
          arguments: try RunArguments.resolve(
            analysis.arguments, latest: rollout.spec.templateHash, stable: stable,
            object: object),
          requiredForCompletion: analysis.requiredForCompletion))
    }
    self.init(
      templates: step.templates.map { Template($0) }, analyses: resolved,
      duration: step.duration, progressDeadlineSeconds: rollout.spec.progressDeadlineSeconds,
      dryRun: step.dryRun,
      labels: rollout.labels.merging([RunNaming.LabelKey.hash: rollout.spec.templateHash]) { $1 },
      annotations: RunNaming.annotations(revision: rollout.revision))
  }

  /// Text by which an existing experiment of the same name is known to be this one. Names of
  /// labels and annotations of the object itself do not matter; its spec does.
  public var workDigest: String {
    func text(_ value: String?) -> String { value.map { "\($0.utf8.count):\($0)" } ?? "-" }
    func number(_ value: Int?) -> String { text(value.map { "\($0)" }) }
    func map(_ values: [String: String]?) -> String {
      guard let values else { return "-" }
      return "\(values.count){"
        + values.sorted { $0.key < $1.key }.map { text($0.key) + text($0.value) }.joined() + "}"
    }
    let templates = templates.map {
      text($0.name) + text($0.source.rawValue) + number($0.replicas) + text($0.service)
        + map($0.labels) + map($0.annotations) + map($0.selector)
    }
    let analyses = analyses.map {
      text($0.name) + text($0.template.name) + ($0.template.clusterScope ? "c" : "n")
        + ($0.requiredForCompletion ? "r" : "o")
        + RunContent(arguments: $0.arguments).digest
    }
    return "\(templates.count)[" + templates.joined() + "]\(analyses.count)["
      + analyses.joined() + "]" + text(duration) + number(progressDeadlineSeconds)
      + RunContent(dryRun: dryRun).digest
  }

  /// `rollout-hash-revision-step`.
  public static func name(of rollout: ArgoRollout) -> String {
    RunNaming.name(
      rollout: rollout.name, hash: rollout.spec.templateHash, revision: rollout.revision,
      type: .step, step: rollout.status.stepIndex)
  }

  /// The name that is free, or the experiment that is taken over: as for runs, with `-1`, `-2`.
  public static func place(
    _ base: String, ownerUID: String, workDigest: String, among experiments: [ArgoExperiment]
  ) -> RunNaming.Placement {
    var name = base
    for collision in 1...(experiments.count + 1) {
      guard let taken = experiments.first(where: { $0.name == name }) else { break }
      if !taken.phase.isCompleted, taken.ownerUID == ownerUID, taken.workDigest == workDigest {
        return .adopt(name: name)
      }
      name = "\(base)-\(collision)"
    }
    return .create(name: name)
  }
}
