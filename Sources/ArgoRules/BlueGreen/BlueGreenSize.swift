/// How many pods the desired revision of a blue-green rollout should have.
public enum BlueGreenSize {
  /// The replica count, or the preview count while the revision is only previewed.
  ///
  /// With a preview count, first match: no active revision, or desired is active → full;
  /// promote-full → full; desired is not the recorded current one (a change no pass has processed)
  /// → preview; not paused and past the checkpoint → full; else preview.
  public static func desired(
    _ rollout: ArgoRollout, _ strategy: BlueGreenStrategy, _ sets: RevisionSets
  ) -> Int {
    let full = rollout.spec.replicaCount
    guard let preview = strategy.previewReplicaCount else { return full }
    let status = rollout.status
    let active = set(with: status.blueGreen.activeSelector, in: sets.all)
    guard let active, active.name != sets.desired?.name else { return full }
    if status.promoteFull { return full }
    if sets.desired?.hash != status.currentHash { return preview }
    let isPaused = rollout.spec.paused || !status.pauseConditions.isEmpty
    return !isPaused && status.blueGreen.scaleUpPreviewCheckpoint ? full : preview
  }

  /// The ReplicaSet with a hash; none for the empty hash.
  static func set(with hash: String, in sets: [ArgoReplicaSet]) -> ArgoReplicaSet? {
    hash.isEmpty ? nil : sets.last { $0.experiment == nil && $0.hash == hash }
  }
}
