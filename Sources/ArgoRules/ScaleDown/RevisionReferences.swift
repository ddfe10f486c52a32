/// Which revisions something still points at.
public struct RevisionReferences: Equatable, Sendable {
  public var hashes: Set<String>

  /// Hashes in the status (stable, current, active, preview, both sides of the canary weights) and
  /// those the strategy's services select now. A service that does not exist points nowhere.
  public init(_ rollout: ArgoRollout, services: [ArgoService]) {
    let status = rollout.status
    hashes = [
      status.stableHash, status.currentHash, status.blueGreen.activeSelector,
      status.blueGreen.previewSelector,
    ]
    if let weights = status.canary.weights {
      hashes.formUnion([weights.canary.hash, weights.stable.hash])
    }
    let names: [String] =
      switch rollout.spec.strategy {
      case .canary(let canary): [canary.canaryService, canary.stableService]
      case .blueGreen(let blueGreen): [blueGreen.activeService, blueGreen.previewService]
      }
    for service in services where !service.name.isEmpty && names.contains(service.name) {
      hashes.insert(service.selectedHash)
    }
    hashes.remove("")
  }

  /// A ReplicaSet without hash label is never referenced.
  public func contains(_ set: ArgoReplicaSet) -> Bool { hashes.contains(set.hash) }
}
