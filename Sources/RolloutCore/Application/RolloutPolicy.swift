/// What a platform team says about rollbacks of applications on clusters.
///
/// Each part is looked up by itself: the narrowest policy that has it and selects the cluster counts,
/// the first by name where several are equally narrow.
public struct RolloutPolicy: Equatable, Codable, Sendable {
  /// `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`
  public var name: String
  public var clusters: ClusterSelector
  public var window: RollbackWindow?
  public var emergency: EmergencyRule?
  public var watch: WatchRule?
  public var evidence: EvidenceRule?

  public init(
    name: String, clusters: ClusterSelector = .all, window: RollbackWindow? = nil,
    emergency: EmergencyRule? = nil, watch: WatchRule? = nil, evidence: EvidenceRule? = nil
  ) {
    self.name = name
    self.clusters = clusters
    self.window = window
    self.emergency = emergency
    self.watch = watch
    self.evidence = evidence
  }
}

/// What an emergency rollback outside its window may do. Without a rule it is refused.
public struct EmergencyRule: Equatable, Codable, Sendable {
  /// It goes without steps and analysis; the analysis is owed and has to succeed afterwards.
  public var allowedOutsideWindow: Bool
  /// How long after the classification the owed verification may take; > 0.
  public var verificationDeadline: Interval

  public init(
    allowedOutsideWindow: Bool, verificationDeadline: Interval = .seconds(24 * 3_600)
  ) {
    self.allowedOutsideWindow = allowedOutsideWindow
    self.verificationDeadline = verificationDeadline
  }
}

/// Background analysis that goes on after promotion.
public struct WatchRule: Equatable, Codable, Sendable {
  /// How long; > 0.
  public var duration: Interval
  public var onFailure: Reaction

  public init(duration: Interval, onFailure: Reaction = .record) {
    self.duration = duration
    self.onFailure = onFailure
  }

  public enum Reaction: String, Equatable, Codable, Sendable, CaseIterable {
    /// An event, nothing more.
    case record
    /// A rollback of class automatic to the revision that was stable before.
    case rollback
  }
}

/// What must be seen of analysis that was scheduled.
public struct EvidenceRule: Equatable, Codable, Sendable {
  /// How long after scheduling its object has to appear; > 0.
  public var appearance: Interval
  /// Objects of one type for one attempt beyond which creation counts as running away; > 0.
  public var objectsMax: Int

  public init(appearance: Interval = .seconds(300), objectsMax: Int = 10) {
    self.appearance = appearance
    self.objectsMax = objectsMax
  }

  /// Where no policy says otherwise.
  public static let standard = EvidenceRule()
}

/// Which clusters are meant: by name, by labels (all must match), or all.
public struct ClusterSelector: Equatable, Codable, Sendable {
  public var names: [ClusterName]
  /// Pairs sorted by key.
  public var labels: [Label]

  public init(names: [ClusterName] = [], labels: [Label] = []) {
    self.names = names
    self.labels = labels
  }

  public static let all = ClusterSelector()

  public struct Label: Hashable, Codable, Sendable {
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
public struct RollbackWindow: Equatable, Codable, Sendable {
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
  public enum Counting: String, Equatable, Codable, Sendable, CaseIterable {
    /// Those ever attempted in this rollout: Argo's rule without its accidents.
    case attempted
    /// Those that became stable in this rollout.
    case promoted
    /// Every registered one.
    case registered
  }

  /// How `revisions` and `duration` combine when both are given.
  public enum Match: String, Equatable, Codable, Sendable, CaseIterable {
    case all
    case any
  }
}
