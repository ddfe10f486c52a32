/// One thing a pass does to the cluster, in the order of the list it stands in.
public enum PassAction: Equatable, Sendable {
  /// A ReplicaSet without pods.
  case createReplicaSet(name: String, hash: String, revision: Int)
  case deleteReplicaSet(name: String)
  case setRevision(replicaSet: String, to: Int)
  case setRolloutRevision(Int)
  /// Size and deadline of a ReplicaSet.
  case revise(RevisionAction)
  case switchService(ServiceSwitch)
  case setHashes(canary: String, stable: String)
  case setWeight(Int, additional: [TrafficWeights.Destination])
  case setHeaderRoute(HeaderRoute)
  case setMirrorRoute(MirrorRoute)
  case removeManagedRoutes
  case createRun(RunRequest)
  case stopRun(name: String)
  case deleteRun(name: String)
  case createExperiment(ExperimentReconciliation.Creation)
  case stopExperiment(name: String)
  case deleteExperiment(name: String)
  case callPlugin(StepPlugins.Call)
}
