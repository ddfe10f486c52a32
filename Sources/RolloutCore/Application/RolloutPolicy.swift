/// What a platform team says about rollbacks of applications on clusters.
public struct RolloutPolicy: Equatable, Sendable {
  /// `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`
  public var name: String
  public var clusters: ClusterSelector
  public var window: RollbackWindow?

  public init(name: String, clusters: ClusterSelector = .all, window: RollbackWindow? = nil) {
    self.name = name
    self.clusters = clusters
    self.window = window
  }
}

/// Which clusters are meant: by name, by labels (all must match), or all.
public struct ClusterSelector: Equatable, Sendable {
  public var names: [ClusterName]
  /// Pairs sorted by key.
  public var labels: [Label]

  public init(names: [ClusterName] = [], labels: [Label] = []) {
    self.names = names
    self.labels = labels
  }

  public static let all = ClusterSelector()

  public struct Label: Hashable, Sendable {
    /// 1...63 bytes of `A-Z a-z 0-9 . _ / -`.
    public var key: String
    public var value: String

    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  /// Whether a cluster with these labels is meant.
  public func selects(_ cluster: ClusterName, labels own: [Label]) -> Bool {
    if !names.isEmpty && !names.contains(cluster) { return false }
    return labels.allSatisfy { own.contains($0) }
  }

  /// How narrowly it selects; the narrower of two policies wins.
  var specificity: Int { (names.isEmpty ? 0 : 1_000) + labels.count }
}

/// How far back a rollback may reach and still be fast.
public struct RollbackWindow: Equatable, Sendable {
  /// Inside when fewer than this many revisions lie strictly between target and stable; > 0.
  public var revisions: Int?
  /// Inside when the target stopped being stable at most this long ago; > 0.
  public var duration: Interval?
  public var counting: Counting
  public var match: Match
  /// Whether the target must once have been stable in this rollout.
  public var requireStable: Bool

  public init(
    revisions: Int? = nil, duration: Interval? = nil, counting: Counting = .attempted,
    match: Match = .all, requireStable: Bool = true
  ) {
    self.revisions = revisions
    self.duration = duration
    self.counting = counting
    self.match = match
    self.requireStable = requireStable
  }

  /// Which revisions between target and stable use up the window.
  public enum Counting: String, Equatable, Sendable, CaseIterable {
    /// Those ever attempted in this rollout: Argo's rule without its accidents.
    case attempted
    /// Those that became stable in this rollout.
    case promoted
    /// Every registered one.
    case registered
  }

  /// How `revisions` and `duration` combine when both are given.
  public enum Match: String, Equatable, Sendable, CaseIterable {
    case all
    case any
  }
}
