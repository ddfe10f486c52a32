/// Whether the spec holds something the status does not know yet.
///
/// Source: semantics 6.3. Only the pod template and the step list count; replicas, the analysis
/// block or the window may change without restarting an update.
public enum ChangeDetection {
  /// The template changed: a current hash is recorded and desired carries another. An empty record
  /// is not a change.
  ///
  /// - Parameter desiredHash: the label of the desired ReplicaSet, or of the template when there is
  ///   no such ReplicaSet. The label wins, so that a controller with a new hash function sees no
  ///   change in an adopted ReplicaSet.
  public static func templateChanged(recorded: String, desiredHash: String) -> Bool {
    !recorded.isEmpty && recorded != desiredHash
  }

  /// The steps changed: no hash is recorded, or another. For blue-green both are empty, which
  /// counts as a change too but nobody asks.
  public static func stepsChanged(recorded: String, present: String) -> Bool {
    recorded.isEmpty || recorded != present
  }

  public static func templateOrStepsChanged(
    _ rollout: ArgoRollout, desired: ArgoReplicaSet?, stepHash: String
  ) -> Bool {
    stepsChanged(recorded: rollout.status.stepHash, present: stepHash)
      || templateChanged(
        recorded: rollout.status.currentHash,
        desiredHash: desired?.hash ?? rollout.spec.templateHash)
  }
}
