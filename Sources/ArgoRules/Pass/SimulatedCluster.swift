/// The objects of one rollout as a cluster would hold them, with a controller of a given version:
/// each pass is computed by ``RolloutPass`` and its actions are carried out on the values here.
///
/// Pods follow their ReplicaSet only when told, so that a caller can show every moment in between.
/// Pure: time moves by ``advance(seconds:)`` alone.
public struct SimulatedCluster: Equatable, Sendable {
  public var version: ControllerVersion
  public var now: ArgoTime
  public var rollout: ArgoRollout
  public var replicaSets: [ArgoReplicaSet]
  public var runs: [ArgoAnalysisRun]
  public var experiments: [ArgoExperiment]
  public var services: [ArgoService]
  public var weightVerified: Bool?
  public var targetsVerified: Bool?
  /// What step plugins answer when called.
  public var pluginAnswers: [StepPluginStatus]
  public var templates: [AnalysisTemplate]?

  public init(
    _ version: ControllerVersion, now: ArgoTime, rollout: ArgoRollout,
    services: [ArgoService] = []
  ) {
    self.version = version
    self.now = now
    self.rollout = rollout
    self.services = services
    replicaSets = []
    runs = []
    experiments = []
    pluginAnswers = []
  }

  public var input: PassInput {
    PassInput(
      version, now: now, rollout: rollout, replicaSets: replicaSets, runs: runs,
      experiments: experiments, services: services, weightVerified: weightVerified,
      targetsVerified: targetsVerified, pluginAnswers: pluginAnswers, templates: templates)
  }

  /// The controller looks once.
  @discardableResult
  public mutating func pass() -> PassResult {
    let result = RolloutPass.run(input)
    for action in result.actions { apply(action) }
    rollout.status = result.status
    return result
  }

  /// Passes, with pods that come and go at once, until a pass changes nothing. At most `limit`.
  ///
  /// - Returns: the passes, oldest first.
  @discardableResult
  public mutating func settle(limit: Int = 50) -> [PassResult] {
    var passes: [PassResult] = []
    while passes.count < limit {
      settlePods()
      let before = self
      passes.append(pass())
      if self == before { break }
    }
    return passes
  }

  /// Every ReplicaSet has the pods it asks for, all available.
  public mutating func settlePods() {
    for index in replicaSets.indices {
      let wanted = replicaSets[index].requested
      replicaSets[index].actual = wanted
      replicaSets[index].ready = wanted
      replicaSets[index].available = wanted
    }
  }

  public mutating func advance(seconds: Int) { now = now.adding(seconds: max(0, seconds)) }

  /// Edits the spec, as a person or a pipeline would: the generation rises with every change.
  public mutating func edit(_ change: (inout ArgoRolloutSpec) -> Void) {
    let before = rollout.spec
    change(&rollout.spec)
    if rollout.spec != before, rollout.generation < Int64.max { rollout.generation += 1 }
  }

  /// Asks for another template.
  public mutating func setTemplate(_ hash: String) { edit { $0.templateHash = hash } }

  public mutating func command(_ command: PluginCommand) throws(PluginCommand.Refusal) {
    rollout = try command.applied(to: rollout, replicaSets: replicaSets)
  }

  /// Ends a run, or moves it on.
  public mutating func setRun(_ name: String, _ phase: AnalysisPhase, message: String = "") {
    for index in runs.indices where runs[index].name == name {
      runs[index].phase = phase
      runs[index].message = message
      if phase.isCompleted { runs[index].completed = now.storedSecond }
    }
  }

  public mutating func setExperiment(
    _ name: String, _ phase: AnalysisPhase, message: String = ""
  ) {
    for index in experiments.indices where experiments[index].name == name {
      experiments[index].phase = phase
      experiments[index].message = message
    }
  }

  /// The ReplicaSet of a hash.
  public func replicaSet(_ hash: String) -> ArgoReplicaSet? {
    replicaSets.first { $0.hash == hash }
  }

  private mutating func change(_ name: String, _ change: (inout ArgoReplicaSet) -> Void) {
    for index in replicaSets.indices where replicaSets[index].name == name {
      change(&replicaSets[index])
    }
  }

  private mutating func apply(_ action: PassAction) {
    switch action {
    case .createReplicaSet(let name, let hash, let revision):
      replicaSets.append(
        ArgoReplicaSet(
          name: name, hash: hash, created: now.storedSecond, revision: revision, requested: 0,
          desiredReplicas: rollout.spec.replicaCount))
    case .deleteReplicaSet(let name): replicaSets.removeAll { $0.name == name }
    case .setRevision(let name, let number):
      change(name) { set in
        if let given = set.revision, given > 0 { set.revisionHistory.append(given) }
        set.revision = number
      }
    case .setRolloutRevision(let number): rollout.revision = number
    case .revise(let revision):
      let replicas = rollout.spec.replicaCount
      change(revision.name) { $0 = revision.applied(to: $0, replicas: replicas) }
    case .switchService(let change):
      for index in services.indices where services[index].name == change.service {
        services[index].selectedHash = change.to
        services[index].managedBy = rollout.name
      }
    case .createRun(let request): runs.append(request.object(ownerUID: rollout.uid, now: now))
    case .stopRun(let name):
      for index in runs.indices where runs[index].name == name { runs[index].terminate = true }
    case .deleteRun(let name): runs.removeAll { $0.name == name }
    case .createExperiment(let creation):
      experiments.append(
        ArgoExperiment(
          name: creation.name, ownerUID: rollout.uid, hash: rollout.spec.templateHash,
          stepIndex: rollout.status.stepIndex, created: now.storedSecond,
          workDigest: creation.plan.workDigest))
    case .stopExperiment(let name):
      for index in experiments.indices where experiments[index].name == name {
        experiments[index].terminate = true
      }
    case .deleteExperiment(let name): experiments.removeAll { $0.name == name }
    case .setHashes, .setWeight, .setHeaderRoute, .setMirrorRoute, .removeManagedRoutes,
      .callPlugin:
      break
    }
  }
}
