import ArgoRules
import Foundation
import RolloutCore

/// The rollout under the newest controller, in a cluster that does what it is told.
struct ArgoSide: Sendable {
  private(set) var cluster: SimulatedCluster
  let rules: Perturbation?
  /// At most so many pods become available, by hash.
  private var ceilings: [String: Int] = [:]
  /// What running plugins will say, by step.
  private var plugins: [Int: StepPluginStatus.Phase] = [:]
  private var lastPass: PassResult?
  private var runsMade: [String: Int] = [:]
  /// What the router was last told to send to the canary.
  private var weight = 0
  private(set) var cameToRest = true

  init(_ strategy: Strategy, startingAt now: Timestamp, _ rules: Perturbation? = nil) {
    self.rules = rules
    var spec = strategy.argoSpec
    rules?.apply(to: &spec)
    let services = ["active", "preview", "canary", "stable"].map { ArgoService($0) }
    cluster = SimulatedCluster(
      .main, now: ArgoTime(microseconds: now.microseconds),
      rollout: ArgoRollout(name: "checkout", uid: "1", generation: 1, spec: spec),
      services: services)
  }

  static func hash(_ revision: RevisionNumber) -> String { "r\(revision)" }

  var isEmpty: Bool { cluster.rollout.spec.templateHash.isEmpty }

  mutating func wait(until now: Timestamp) {
    cluster.now = ArgoTime(microseconds: now.microseconds)
  }

  mutating func start(_ revision: RevisionNumber) {
    plugins = [:]
    cluster.setTemplate(Self.hash(revision))
  }

  mutating func command(_ command: PluginCommand) {
    guard !isEmpty else { return }
    // The plugin refuses what makes no sense; nothing changes then.
    guard let after = try? command.applied(to: cluster.rollout, replicaSets: cluster.replicaSets)
    else { return }
    cluster.rollout = after
    switch command {
    case .retry, .undo: plugins = [:]
    default: break
    }
  }

  /// Removes one pause: a person's first, then conditions, as a person does who edits the object.
  mutating func resume() {
    if cluster.rollout.spec.paused { return command(.resume) }
    let order: [ArgoRules.PauseReason] = [
      .inconclusiveAnalysis, .inconclusiveExperiment, .canaryPauseStep, .blueGreenPause,
    ]
    let reason = order.first { cluster.rollout.status.pauseCondition($0) != nil }
    cluster.rollout.status.pauseConditions.removeAll { $0.reason == reason }
  }

  var passFailed: Bool {
    if case .failed? = lastPass?.outcome { true } else { false }
  }

  var isPausedByPerson: Bool { cluster.rollout.spec.paused }

  mutating func limitPods(of revision: RevisionNumber, to most: Int?) {
    ceilings[Self.hash(revision)] = most
  }

  mutating func verifyWeights(_ verified: Bool?) { cluster.weightVerified = verified }

  mutating func end(_ type: RunType, _ phase: RunResult.Phase) {
    var phase = phase
    rules?.apply(to: &phase, of: type)
    let argo: AnalysisPhase =
      switch phase {
      case .successful: .successful
      case .failed: .failed
      case .error: .error
      case .inconclusive: .inconclusive
      }
    switch type {
    case .plugin:
      guard let index = runningPlugin else { return }
      plugins[index] = phase == .successful ? .successful : .failed
    case .experiment:
      guard let experiment = activeExperiments.first else { return }
      cluster.setExperiment(experiment.name, argo, message: "as told")
    case .background, .step, .prePromotion, .postPromotion, .verification:
      guard let run = activeRuns.first(where: { $0.type.map(Self.type) == type }) else { return }
      cluster.setRun(run.name, argo, message: "as told")
    }
  }

  // MARK: Coming to rest

  /// Passes until one changes nothing, or until conditions swing between two passes for ever.
  mutating func settle() {
    guard !isEmpty else { return }
    cameToRest = false
    var earlier = cluster
    for _ in 0..<80 {
      obey()
      let before = cluster
      let result = step()
      for action in result.actions { note(action) }
      if cluster == before || cluster == earlier && result.outcome != .conditionsSynced {
        cameToRest = true
        return
      }
      earlier = before
    }
  }

  private mutating func step() -> PassResult {
    let now = cluster.now
    if rules == .earlyTimers { cluster.now = now.adding(seconds: 1) }
    let result = cluster.pass()
    cluster.now = now
    lastPass = result
    return result
  }

  private mutating func obey() {
    for index in cluster.replicaSets.indices {
      let set = cluster.replicaSets[index]
      let available = min(set.requested, ceilings[set.hash] ?? .max)
      cluster.replicaSets[index].actual = set.requested
      cluster.replicaSets[index].ready = available
      cluster.replicaSets[index].available = available
    }
    for run in cluster.runs where run.terminate && !run.phase.isCompleted {
      cluster.setRun(run.name, .successful, message: "Run Terminated")
    }
    for experiment in cluster.experiments
    where experiment.terminate && !experiment.phase.isCompleted {
      cluster.setExperiment(experiment.name, .successful)
    }
    if cluster.rollout.status.canary.plugins.isEmpty { plugins = [:] }
    cluster.pluginAnswers = steps.indices.flatMap { index -> [StepPluginStatus] in
      guard case .plugin(let step) = steps[index] else { return [] }
      let isOff = step.name == "off"
      return [
        StepPluginStatus(
          index: index, name: step.name, .run,
          isOff ? .successful : plugins[index] ?? .running, message: "as told", disabled: isOff),
        StepPluginStatus(index: index, name: step.name, .terminate, .successful),
        StepPluginStatus(index: index, name: step.name, .abort, .successful),
      ]
    }
  }

  private mutating func note(_ action: PassAction) {
    switch action {
    case .createRun(let request):
      let type = Self.type(request.type)
      runsMade[Self.word(type, request.stepIndex), default: 0] += 1
    case .setWeight(let weight, additional: _): self.weight = weight
    case .createExperiment: runsMade[Self.word(.experiment, status.stepIndex), default: 0] += 1
    default: break
    }
  }

  /// Pods that each revision is to have.
  var sizes: [RevisionNumber: Int] {
    var sizes: [RevisionNumber: Int] = [:]
    for set in cluster.replicaSets {
      sizes[RevisionNumber(UInt32(set.hash.dropFirst()) ?? 0)] = set.requested
    }
    return sizes
  }

  /// From here on only what is made later counts.
  mutating func forgetRunsMade() { runsMade = [:] }

  // MARK: Reading

  private var status: ArgoRolloutStatus { cluster.rollout.status }

  private var steps: [CanaryStep] { cluster.rollout.spec.strategy.canary?.stepList ?? [] }

  private var activeRuns: [ArgoAnalysisRun] {
    cluster.runs.filter { !$0.terminate && !$0.phase.isCompleted }
  }

  private var activeExperiments: [ArgoExperiment] {
    cluster.experiments.filter { !$0.terminate && !$0.phase.isCompleted }
  }

  private var runningPlugin: Int? {
    guard !status.abort, let index = status.stepIndex, steps.indices.contains(index),
      case .plugin = steps[index]
    else { return nil }
    let isRunning = status.canary.plugins.contains {
      $0.index == index && $0.operation == .run && $0.phase == .running
    }
    let isOver = status.canary.plugins.contains { $0.index == index && $0.operation != .run }
    return isRunning && !isOver ? index : nil
  }

  private static func type(_ type: AnalysisType) -> RunType {
    switch type {
    case .background: .background
    case .step: .step
    case .prePromotion: .prePromotion
    case .postPromotion: .postPromotion
    }
  }

  static func word(_ type: RunType, _ step: Int?) -> String {
    switch type {
    case .step, .experiment, .plugin: "\(type.rawValue) \(step.map(String.init) ?? "-")"
    case .background, .prePromotion, .postPromotion, .verification: type.rawValue
    }
  }

  var reading: Reading {
    var reading = Reading()
    guard !isEmpty else { return reading }
    let rollout = cluster.rollout
    let desired = rollout.spec.templateHash
    reading[.stable] = status.stableHash
    reading[.desired] = desired
    let isPromoted = !status.stableHash.isEmpty && status.stableHash == status.currentHash
    reading[.promoted] = "\(isPromoted)"
    reading[.aborted] = "\(status.abort)"
    reading[.step] = status.stepIndex.map(String.init) ?? "none"
    reading[.fast] =
      isPromoted || status.abort ? "-" : "\(lastPass?.classification.fast.isFast ?? false)"
    var pauses = status.pauseConditions.map(\.reason.rawValue)
    if rollout.spec.paused { pauses.append("manually paused") }
    reading[.pauses] = pauses.sorted().joined(separator: ", ")
    var runs = activeRuns.compactMap { run in
      run.type.map { Self.word(Self.type($0), run.stepIndex) }
    }
    runs += activeExperiments.map { Self.word(.experiment, $0.stepIndex) }
    if let runningPlugin { runs.append(Self.word(.plugin, runningPlugin)) }
    reading[.runs] = runs.sorted().joined(separator: ", ")
    reading[.runsMade] = runsMade.sorted { $0.key < $1.key }.map { "\($0.key) x\($0.value)" }
      .joined(separator: ", ")
    if rollout.spec.strategy.canary?.trafficRouting != nil {
      reading[.weight] = "\(weight)"
    }
    reading[.desiredPods] = "\(cluster.replicaSet(desired)?.requested ?? 0)"
    if status.stableHash != desired {
      reading[.stablePods] = "\(cluster.replicaSet(status.stableHash)?.requested ?? 0)"
    }
    reading[.kept] = cluster.replicaSets.compactMap { set -> (String, Int)? in
      guard set.hash != status.stableHash, set.requested > 0,
        case .at(let time)? = set.scaleDownDeadline,
        time > cluster.now
      else { return nil }
      return (set.hash, time.wholeSeconds(since: cluster.now))
    }.sorted { $0.0 < $1.0 }.map { "\($0.0) for \($0.1) s" }.joined(separator: ", ")
    if let blueGreen = rollout.spec.strategy.blueGreen {
      reading[.active] = cluster.services.first { $0.name == "active" }?.selectedHash ?? ""
      if !blueGreen.previewService.isEmpty {
        reading[.preview] = cluster.services.first { $0.name == "preview" }?.selectedHash ?? ""
      }
    }
    reading[.late] =
      "\(status.condition(.progressing)?.reason == ConditionText.Reason.progressDeadlineExceeded)"
    let (phase, message) = PhaseRules.observed(rollout)
    reading[.phase] = phase.rawValue
    reading[.message] = spoken(message)
    reading[.progressing] = spoken(.progressing)
    reading[.available] = spoken(.available)
    reading[.healthy] = spoken(.healthy)
    reading[.completed] = spoken(.completed)
    reading[.paused] = spoken(.paused)
    return reading
  }

  private func spoken(_ kind: RolloutCondition.Kind) -> String {
    guard let condition = status.condition(kind) else { return "none" }
    return "\(condition.state.rawValue), \(condition.reason): \(spoken(condition.message))"
  }

  /// Argo's moving numbers and names of ReplicaSets, as the revision that they mean.
  private func spoken(_ message: String) -> String {
    let hash = cluster.rollout.spec.templateHash
    let number = hash.dropFirst()
    var text = message
    for (from, to) in [
      ("revision \(cluster.rollout.revision)", "revision \(number)"),
      ("new replica set \"checkout-\(hash)\"", "revision \(number)"),
      ("ReplicaSet \"checkout-\(hash)\"", "Revision \(number)"),
    ] {
      guard let range = text.range(of: from) else { continue }
      text.replaceSubrange(range, with: to)
    }
    return text
  }
}
