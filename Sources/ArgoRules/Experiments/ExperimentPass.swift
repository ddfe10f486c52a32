/// One pass of the experiment controller over one Experiment.
public struct ExperimentPass: Equatable, Sendable {
  /// What a pass does besides writing its status.
  public enum Action: Equatable, Sendable {
    /// A ReplicaSet of size 0 for a template; the next pass scales it.
    case createReplicaSet(template: String)
    case scale(template: String, to: Int)
    /// The template's ReplicaSet goes down at this instant, not before.
    case setScaleDownDeadline(template: String, ArgoTime)
    case clearScaleDownDeadline(template: String)
    case createService(template: String, name: String)
    case deleteService(template: String)
    case createRun(analysis: String, name: String, content: RunContent?)
    case adoptRun(analysis: String, name: String)
    case stopRun(analysis: String, name: String)
  }

  public static let defaultProgressDeadlineSeconds = 600
  public static let defaultScaleDownDelaySeconds = 30

  public var name: String
  public var uid: String
  public var plan: ExperimentPlan
  /// `spec.terminate`.
  public var terminate: Bool
  /// Absent: 30. 0: at once.
  @OptionalCount public var scaleDownDelaySeconds: Int?
  public var state: ExperimentState
  /// ReplicaSets by template name.
  public var sets: [String: ArgoReplicaSet]
  /// Templates whose service exists.
  public var services: Set<String>
  /// Runs of the namespace.
  public var runs: [ArgoAnalysisRun]
  /// Analysis templates in reach; `nil` when not known, and then never missed.
  public var templates: [AnalysisTemplate]?
  public var behaviour: ControllerBehaviour
  public var now: ArgoTime

  public init(
    _ version: ControllerVersion, name: String, uid: String = "", plan: ExperimentPlan,
    terminate: Bool = false, scaleDownDelaySeconds: Int? = nil,
    state: ExperimentState = ExperimentState(), sets: [String: ArgoReplicaSet] = [:],
    services: Set<String> = [], runs: [ArgoAnalysisRun] = [],
    templates: [AnalysisTemplate]? = nil, now: ArgoTime
  ) {
    self.name = name
    self.uid = uid
    self.plan = plan
    self.terminate = terminate
    _scaleDownDelaySeconds = OptionalCount(wrappedValue: scaleDownDelaySeconds)
    self.state = state
    self.sets = sets
    self.services = services
    self.runs = runs
    self.templates = templates
    behaviour = ControllerBehaviour(version)
    self.now = now
  }

  public struct Result: Equatable, Sendable {
    public var state: ExperimentState
    public var actions: [Action]

    public init(state: ExperimentState, actions: [Action] = []) {
      self.state = state
      self.actions = actions
    }
  }

  /// What the pass does and writes. All decisions rest on the state as it was when it began; the
  /// templates' and analyses' new phases count for the experiment's phase only.
  public func result() -> Result {
    var result = Result(state: state)
    for template in plan.templates { reconcile(template, &result) }
    for analysis in plan.analyses { reconcile(analysis, &result) }
    conclude(&result.state)
    return result
  }

  // MARK: Standing

  /// No new pods, no new runs: asked to, finished, a template failed, an analysis ended badly, or
  /// all required ones are Successful.
  public var isTerminating: Bool {
    terminate || state.phase.isCompleted
      || state.templates.contains { $0.phase == .failed || $0.phase == .error }
      || state.analyses.contains { $0.phase.isCompleted && $0.phase != .successful }
      || requiredAreSuccessful(in: state)
  }

  /// There are required analyses, and each is Successful.
  public func requiredAreSuccessful(in state: ExperimentState) -> Bool {
    let required = plan.analyses.filter(\.requiredForCompletion)
    return !required.isEmpty
      && required.allSatisfy { state.analysis($0.name)?.phase == .successful }
  }

  /// The duration is over: strictly after the instant of availability plus it. Never without a
  /// duration, before availability, or with a duration that cannot be read.
  public var durationIsOver: Bool {
    guard let availableAt = state.availableAt, !plan.duration.isEmpty,
      let nanoseconds = GoDuration.nanoseconds(plan.duration)
    else { return false }
    let (end, overflow) = availableAt.microseconds.addingReportingOverflow(nanoseconds / 1_000)
    return overflow ? nanoseconds < 0 : now.microseconds > end
  }

  /// Pods a template should have now.
  public func wanted(_ template: ExperimentPlan.Template) -> Int {
    if isTerminating || state.template(template.name)?.phase.isCompleted == true { return 0 }
    return template.replicaCount
  }

  // MARK: Templates

  private func reconcile(_ template: ExperimentPlan.Template, _ result: inout Result) {
    let before = state.template(template.name) ?? ExperimentState.Template(template.name)
    var after = before
    let wanted = wanted(template)
    let set = sets[template.name]
    if let set {
      service(template, wanted: wanted, &result)
      let deadline = wanted == 0 ? deadline(set, template, &result) : set.scaleDownDeadline
      if set.requested != wanted {
        scale(set, template, wanted: wanted, deadline: deadline, &result)
        after.lastTransition = now.storedSecond
      }
    } else {
      result.actions.append(.createReplicaSet(template: template.name))
      after.lastTransition = now.storedSecond
    }
    after.replicas = set?.actual ?? 0
    after.ready = set?.ready ?? 0
    after.available = set?.available ?? 0
    if before.replicas != after.replicas || before.ready != after.ready
      || before.available != after.available
    {
      after.lastTransition = now.storedSecond
    }
    if !after.phase.isCompleted { judge(&after, wanted: wanted) }
    result.state.set(after)
  }

  private func service(
    _ template: ExperimentPlan.Template, wanted: Int, _ result: inout Result
  ) {
    let exists = services.contains(template.name)
    if let name = template.service {
      if wanted != 0, !exists {
        let service = name.isEmpty ? "\(self.name)-\(template.name)" : name
        result.actions.append(.createService(template: template.name, name: service))
      }
    } else if exists {
      result.actions.append(.deleteService(template: template.name))
    }
  }

  /// The deadline in force for a set that should go: recorded once, never moved; a delay of 0
  /// takes it away.
  private func deadline(
    _ set: ArgoReplicaSet, _ template: ExperimentPlan.Template, _ result: inout Result
  ) -> ArgoReplicaSet.ScaleDownDeadline? {
    let delay = scaleDownDelaySeconds ?? Self.defaultScaleDownDelaySeconds
    if delay == 0 {
      guard set.scaleDownDeadline != nil else { return nil }
      result.actions.append(.clearScaleDownDeadline(template: template.name))
      return nil
    }
    if let deadline = set.scaleDownDeadline { return deadline }
    let time = now.adding(seconds: delay).storedSecond
    result.actions.append(.setScaleDownDeadline(template: template.name, time))
    return .at(time)
  }

  private func scale(
    _ set: ArgoReplicaSet, _ template: ExperimentPlan.Template, wanted: Int,
    deadline: ArgoReplicaSet.ScaleDownDeadline?, _ result: inout Result
  ) {
    let held = wanted == 0 && deadline?.isAhead(of: now) == true
    let target = held ? template.replicaCount : wanted
    if target != set.requested {
      result.actions.append(.scale(template: template.name, to: target))
    }
    if target == 0, template.service != nil, services.contains(template.name) {
      result.actions.append(.deleteService(template: template.name))
    }
  }

  private func judge(_ template: inout ExperimentState.Template, wanted: Int) {
    if template.available == wanted {
      template.phase = durationIsOver || isTerminating ? .successful : .running
      return
    }
    let limit = plan.progressDeadlineSeconds ?? Self.defaultProgressDeadlineSeconds
    let since = template.lastTransition ?? now
    if since.adding(seconds: limit) < now {
      template.phase = .failed
      template.message =
        "Template '\(template.name)' exceeded its progressDeadlineSeconds (\(limit))"
    } else {
      template.phase = isTerminating ? .successful : .progressing
    }
  }

  // MARK: Analyses

  private func reconcile(_ analysis: ExperimentPlan.Analysis, _ result: inout Result) {
    var now = state.analysis(analysis.name) ?? ExperimentState.Analysis(analysis.name)
    defer { result.state.set(now) }
    guard state.availableAt != nil else {
      // Nothing starts before all pods are there; a missing template is found out at once.
      if let problem = missing(analysis.template) {
        let kind = analysis.template.clusterScope ? "ClusterAnalysisTemplate" : "AnalysisTemplate"
        now.phase = .error
        now.message = "\(kind) verification failed for analysis '\(analysis.name)': \(problem)"
      }
      return
    }
    if now.run.isEmpty {
      guard !isTerminating else { return }
      start(analysis, &now, &result)
      return
    }
    guard !now.phase.isCompleted else { return }
    guard let run = runs.first(where: { $0.name == now.run }) else {
      now.phase = .error
      now.message = "analysisrun.argoproj.io \"\(now.run)\" not found"
      return
    }
    if isTerminating {
      if run.canBeStopped {
        result.actions.append(.stopRun(analysis: analysis.name, name: run.name))
      }
      return
    }
    now.phase = run.phase
    now.message = run.message
  }

  private func missing(
    _ reference: AnalysisBlock.TemplateReference
  ) -> RunComposition.Problem? {
    guard let templates else { return nil }
    let exists = templates.contains {
      $0.name == reference.name && $0.clusterScope == reference.clusterScope
    }
    return exists ? nil : .unknownTemplate(reference)
  }

  private func start(
    _ analysis: ExperimentPlan.Analysis, _ status: inout ExperimentState.Analysis,
    _ result: inout Result
  ) {
    var content: RunContent?
    let arguments: [RunArgument]
    do { arguments = try resolved(analysis.arguments) } catch {
      status.phase = .error
      status.message =
        "Failed to create AnalysisRun for analysis '\(analysis.name)': \(error.description)"
      return
    }
    if let templates {
      do {
        let used = try RunComposition.templates(
          [analysis.template], among: templates,
          followingReferences: behaviour.knowsNestedTemplates)
        content = try RunComposition.content(
          of: used, arguments: arguments, dryRun: plan.dryRun)
      } catch {
        status.phase = .error
        status.message =
          "Failed to create AnalysisRun for analysis '\(analysis.name)': \(error.description)"
        return
      }
    }
    let placement = RunNaming.place(
      "\(name)-\(analysis.name)", ownerUID: uid, workDigest: content?.digest ?? "", among: runs)
    status.phase = .pending
    status.run = placement.name
    switch placement {
    case .create(let name):
      result.actions.append(
        .createRun(analysis: analysis.name, name: name, content: content))
    case .adopt(let name):
      result.actions.append(.adoptRun(analysis: analysis.name, name: name))
    }
  }

  /// Arguments with the placeholders of this experiment's pods filled in.
  private func resolved(
    _ arguments: [RunArgument]
  ) throws(ExperimentArgument.Unresolved) -> [RunArgument] {
    let values = ExperimentArgument.values(sets: sets)
    var result: [RunArgument] = []
    for argument in arguments {
      guard let text = argument.value else {
        result.append(RunArgument(argument.name))
        continue
      }
      result.append(
        RunArgument(
          argument.name, value: try ExperimentArgument.resolve(text, values: values)))
    }
    return result
  }

  // MARK: Phase

  private func conclude(_ next: inout ExperimentState) {
    switch state.phase {
    case .none: next.phase = .pending
    case .successful, .failed, .error, .inconclusive: break
    case .pending, .running:
      let templates = assessTemplates(next)
      let analyses = assessAnalyses(next)
      if templates.phase == .running, next.availableAt == nil {
        next.availableAt = now.storedSecond
      }
      let verdict: (phase: AnalysisPhase, message: String)
      if templates.phase.isCompleted {
        let decides =
          analyses.phase.isCompleted || plan.analyses.contains(where: \.requiredForCompletion)
        verdict = templates.phase == .successful && decides ? analyses : templates
      } else if analyses.phase.isCompleted, analyses.phase != .successful {
        verdict = analyses
      } else if requiredAreSuccessful(in: next) {
        verdict = analyses
      } else {
        verdict = templates
      }
      next.phase = verdict.phase
      next.message = verdict.message
    }
  }

  /// The worst of the templates: Progressing makes the experiment Pending. A template without a
  /// status counts as Progressing. Without templates: Successful.
  private func assessTemplates(
    _ state: ExperimentState
  ) -> (phase: AnalysisPhase, message: String) {
    var worst = ExperimentState.TemplatePhase.successful
    var message = ""
    for template in plan.templates {
      let status =
        state.template(template.name) ?? ExperimentState.Template(template.name, .progressing)
      if status.phase.rank > worst.rank {
        worst = status.phase
        message = status.message
      }
    }
    switch worst {
    case .none, .successful: return (.successful, message)
    case .running: return (.running, message)
    case .progressing: return (.pending, message)
    case .error: return (.error, message)
    case .failed: return (.failed, message)
    }
  }

  /// The worst of the analyses; one without a phase ranks with Successful, Pending reads Running.
  /// With all required ones Successful and none that ended badly: Successful. Without analyses:
  /// Successful.
  private func assessAnalyses(
    _ state: ExperimentState
  ) -> (phase: AnalysisPhase, message: String) {
    var worst = AnalysisPhase.successful
    var message = ""
    for analysis in plan.analyses {
      guard let status = state.analysis(analysis.name) else { continue }
      if Self.rank(status.phase) > Self.rank(worst) {
        worst = status.phase
        message = status.message
      }
    }
    if Self.rank(worst) <= Self.rank(.pending), requiredAreSuccessful(in: state) {
      return (.successful, "Required AnalysisRuns completed")
    }
    return (worst == .pending ? .running : worst, message)
  }

  /// Best to worst, as runs are ranked.
  static func rank(_ phase: AnalysisPhase) -> Int {
    switch phase {
    case .none, .successful: 0
    case .running: 1
    case .pending: 2
    case .inconclusive: 3
    case .error: 4
    case .failed: 5
    }
  }
}
