import ArgoRules

/// Canary objects the tests start from. Seconds since the epoch stand for creation order.
enum CanarySample {
  static let now = ArgoTime(seconds: 1_000_000)

  static func set(
    _ hash: String, created: Int64 = 0, requested: Int = 0, actual: Int? = nil,
    available: Int? = nil, revision: Int? = nil, desiredReplicas: Int? = nil,
    deadline: ArgoReplicaSet.ScaleDownDeadline? = nil, experiment: String? = nil
  ) -> ArgoReplicaSet {
    ArgoReplicaSet(
      name: "web-\(hash)", hash: hash, created: ArgoTime(seconds: created), revision: revision,
      requested: requested, actual: actual, available: available,
      desiredReplicas: desiredReplicas, scaleDownDeadline: deadline, experiment: experiment)
  }

  static func rollout(
    _ canary: CanaryStrategy, replicas: Int = 10, template: String = "new",
    stable: String = "old", current: String? = nil, index: Int? = nil,
    window: Int? = nil, status edit: (inout ArgoRolloutStatus) -> Void = { _ in }
  ) -> ArgoRollout {
    var status = ArgoRolloutStatus(
      currentHash: current ?? template, stableHash: stable, stepIndex: index,
      stepHash: StepHash.of(.canary(canary)), observedGeneration: 1)
    edit(&status)
    return ArgoRollout(
      name: "web", uid: "uid", revision: 2,
      spec: ArgoRolloutSpec(
        replicas: replicas, templateHash: template, strategy: .canary(canary),
        rollbackWindowRevisions: window),
      status: status)
  }

  /// A rollout of its own kind whose first revision is promoted and running.
  static func cluster(
    _ version: ControllerVersion, _ canary: CanaryStrategy, replicas: Int = 4,
    window: Int? = nil, history: Int? = nil
  ) -> SimulatedCluster {
    let spec = ArgoRolloutSpec(
      replicas: replicas, templateHash: "r1", strategy: .canary(canary),
      revisionHistoryLimit: history, rollbackWindowRevisions: window)
    var names = [canary.stableService, canary.canaryService]
    if let pair = canary.pingPong { names += [pair.ping, pair.pong] }
    var cluster = SimulatedCluster(
      version, now: now, rollout: ArgoRollout(name: "web", uid: "uid", spec: spec),
      services: names.filter { !$0.isEmpty }.map { ArgoService($0) })
    cluster.settle()
    return cluster
  }
}

extension SimulatedCluster {
  /// Releases a template and plays it to the end with every run successful and every pause ended.
  mutating func release(_ hash: String) {
    advance(seconds: 10)
    setTemplate(hash)
    for _ in 0..<60 {
      settlePods()
      let before = self
      pass()
      for run in runs where !run.phase.isCompleted { setRun(run.name, .successful) }
      for made in experiments where !made.phase.isCompleted {
        setExperiment(made.name, .successful)
      }
      if !rollout.status.pauseConditions.isEmpty { rollout.status.pauseConditions = [] }
      if self == before { break }
    }
  }
}
