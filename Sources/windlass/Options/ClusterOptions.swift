import ArgumentParser
import RolloutCore
import WindlassWire

/// Which clusters are meant. Nothing means an error, never all.
struct ClusterOptions: ParsableArguments {
  @Option(
    name: [.customLong("cluster"), .customShort("c")],
    help: ArgumentHelp("A cluster, or several: a,b. May be repeated.", valueName: "names"),
    transform: Reading.clusters)
  var lists: [[ClusterName]] = []

  @Option(
    name: [.customLong("selector"), .customShort("l")],
    help: ArgumentHelp(
      "Clusters with all these labels: env=prod,wave=1. May be repeated.", valueName: "labels"),
    transform: Reading.labels)
  var selectors: [[ClusterSelector.Label]] = []

  @Flag(help: "Every registered cluster.")
  var allClusters = false

  /// Named once each, in the order given.
  var names: [ClusterName] {
    var seen: Set<ClusterName> = []
    return lists.flatMap { $0 }.filter { seen.insert($0).inserted }
  }

  var labels: [ClusterSelector.Label] {
    Array(Set(selectors.flatMap { $0 })).sorted { ($0.key, $0.value) < ($1.key, $1.value) }
  }

  var isEmpty: Bool { lists.isEmpty && selectors.isEmpty && !allClusters }

  /// The one cluster that was named, if it was only one.
  var single: ClusterName? {
    selectors.isEmpty && !allClusters && names.count == 1 ? names.first : nil
  }

  func validate() throws {
    guard names.count <= 1_000 else {
      throw ValidationError("--cluster: at most 1000 clusters in one command")
    }
    guard labels.count <= 20 else { throw ValidationError("--selector: at most 20 labels") }
    if allClusters && !(lists.isEmpty && selectors.isEmpty) {
      throw ValidationError("--all-clusters goes without --cluster and --selector")
    }
    for (label, next) in zip(labels, labels.dropFirst()) where label.key == next.key {
      throw ValidationError(
        "--selector: no cluster has \(label.key) both \(label.value) and \(next.value)")
    }
  }

  static let missing =
    "say which clusters are meant: --cluster NAME, --selector KEY=VALUE or --all-clusters"

  /// What the service is asked for. "All" is spelled out as the names there are now, so that a
  /// command never reaches a cluster that the answer does not show.
  ///
  /// - Throws: ``Failure`` when nothing was said, or no cluster is registered.
  func selector(_ session: Session) async throws -> ClusterSelector {
    guard !isEmpty else { throw Failure(.usage, Self.missing) }
    guard allClusters else { return ClusterSelector(names: names, labels: labels) }
    return ClusterSelector(names: try await registered(session).map(\.cluster))
  }

  /// The names of the clusters meant, for questions that are asked cluster by cluster.
  func resolved(_ session: Session) async throws -> [ClusterName] {
    guard !isEmpty else { throw Failure(.usage, Self.missing) }
    guard allClusters || !labels.isEmpty else { return names }
    let selector = ClusterSelector(names: names, labels: labels)
    let selected = try await registered(session)
      .filter { selector.selects($0.cluster, labels: $0.registration.labels) }
      .map(\.cluster)
    guard !selected.isEmpty else {
      throw Failure(.usage, "no registered cluster matches; see `windlass clusters`")
    }
    return selected
  }

  private func registered(_ session: Session) async throws -> [ListClustersResponse.Entry] {
    let response: ListClustersResponse = try await session.read(
      Paths.listClusters, ListClustersRequest())
    guard !response.clusters.isEmpty else {
      throw Failure(
        .usage,
        "no cluster is registered; one appears when its agent claims a lease: see "
          + "`windlass-agent --help`")
    }
    return response.clusters.sorted { $0.cluster < $1.cluster }
  }
}
