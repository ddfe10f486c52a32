internal import EventLog

extension WorldSnapshot {
  /// The first stream, by name, of which two worlds say something else; or what else differs.
  static func difference(of stored: World, from world: World) -> String? {
    let addresses = Set(stored.versions.keys).union(world.versions.keys)
      .map { ($0.stream.text, $0) }
      .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
    for (stream, address) in addresses where !isSame(address, stored, world) {
      return "stream \(stream)"
    }
    if stored.head != world.head { return "position and chain" }
    if stored.foldedNow != world.foldedNow { return "the latest recorded moment" }
    if stored.eventCounts != world.eventCounts { return "the counts of events" }
    return nil
  }

  private static func isSame(_ address: StreamAddress, _ a: World, _ b: World) -> Bool {
    guard a.versions[address] == b.versions[address],
      a.quarantined[address] == b.quarantined[address]
    else { return false }
    return switch address {
    case .application(let name): a.applications[name] == b.applications[name]
    case .rollout(let name): a.rollouts[name] == b.rollouts[name]
    case .cluster(let name): a.clusters[name] == b.clusters[name]
    case .lease(let name): a.leases[name] == b.leases[name]
    case .refusals: true
    }
  }
}
