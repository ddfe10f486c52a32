/// Reasons and messages of conditions and events, as users read them.
public enum ConditionText {
  public enum Reason {
    public static let available = "AvailableReason"
    public static let invalidSpec = "InvalidSpec"
    public static let newReplicaSetCreated = "NewReplicaSetCreated"
    public static let foundNewReplicaSet = "FoundNewReplicaSet"
    public static let replicaSetUpdated = "ReplicaSetUpdated"
    public static let newReplicaSetAvailable = "NewReplicaSetAvailable"
    public static let replicaSetNotAvailable = "ReplicaSetNotAvailable"
    public static let replicaSetCreateError = "ReplicaSetCreateError"
    public static let rolloutPaused = "RolloutPaused"
    public static let rolloutResumed = "RolloutResumed"
    public static let rolloutRetry = "RolloutRetry"
    public static let rolloutAborted = "RolloutAborted"
    public static let progressDeadlineExceeded = "ProgressDeadlineExceeded"
    public static let rolloutHealthy = "RolloutHealthy"
    public static let rolloutCompleted = "RolloutCompleted"
    public static let rolloutNotCompleted = "RolloutNotCompleted"
    public static let rolloutUpdated = "RolloutUpdated"
    public static let rolloutStepCompleted = "RolloutStepCompleted"
    public static let skipSteps = "SkipSteps"
    public static let switchService = "SwitchService"
    public static let scalingReplicaSet = "ScalingReplicaSet"
    public static let trafficWeightUpdated = "TrafficWeightUpdated"
  }

  public static let available = "Rollout has minimum availability"
  public static let notAvailable = "Rollout does not have minimum availability"
  public static let paused = "Rollout is paused"
  public static let resumed = "Rollout is resumed"
  public static let retry = "Retrying Rollout after abort"
  public static let healthy = "Rollout is healthy"
  public static let notHealthy = "Rollout is not healthy"
  public static let rollbackToStable = "Rollback to stable ReplicaSets"
  public static let rollbackWithinWindow =
    "Rollback to active ReplicaSets within RollbackWindow"

  public static func invalid(_ rollout: String, _ problem: String) -> String {
    "The Rollout \"\(rollout)\" is invalid: \(problem)"
  }
  public static func created(_ name: String) -> String { "Created new replica set \"\(name)\"" }
  public static func created(_ name: String, revision: Int) -> String {
    "Created ReplicaSet \(name) (revision \(revision))"
  }
  public static func found(_ name: String) -> String { "Found new replica set \"\(name)\"" }
  public static func updated(revision: Int) -> String { "Rollout updated to revision \(revision)" }
  public static func scaled(_ set: ArgoReplicaSet, to count: Int) -> String {
    "Scaled \(set.requested < count ? "up" : "down") ReplicaSet \(set.name) "
      + "(revision \(set.revision ?? 0)) from \(set.requested) to \(count)"
  }
  public static func succeeded(_ replicaSet: String?) -> String {
    "ReplicaSet \"\(replicaSet ?? "")\" has successfully progressed."
  }
  public static func progressing(_ replicaSet: String?, rollout: String) -> String {
    replicaSet.map { "ReplicaSet \"\($0)\" is progressing." }
      ?? "Rollout \"\(rollout)\" is progressing."
  }
  public static func timedOut(_ replicaSet: String?, rollout: String) -> String {
    replicaSet.map { "ReplicaSet \"\($0)\" has timed out progressing." }
      ?? "Rollout \"\(rollout)\" has timed out progressing."
  }
  public static func aborted(revision: Int, cause: String) -> String {
    "Rollout aborted update to revision \(revision)" + (cause.isEmpty ? "" : ": \(cause)")
  }
  public static func completed(revision: Int, hash: String, reason: String) -> String {
    "Rollout completed update to revision \(revision) (\(hash)): \(reason)"
  }
  public static func notCompleted(revision: Int, hash: String) -> String {
    "Rollout not completed, started update to revision \(revision) (\(hash))"
  }
  public static func stepCompleted(_ number: Int, of count: Int, _ step: CanaryStep) -> String {
    "Rollout step \(number)/\(count) completed (\(CanarySteps.describe(step)))"
  }
}
