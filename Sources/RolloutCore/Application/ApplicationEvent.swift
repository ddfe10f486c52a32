/// What happened to an application: stream `application-<project/name>`.
public enum ApplicationEvent: Equatable, Sendable {
  case revisionRegistered(Revision, by: Requester, now: Timestamp)
  /// The strategy changed; versions count from 1.
  case strategyRegistered(StrategyVersion, Strategy, by: Requester, now: Timestamp)
  case policyApplied(RolloutPolicy, by: Requester, now: Timestamp)
  /// Every start to this revision is refused everywhere until it is released.
  case revisionHeld(RevisionNumber, by: Requester, now: Timestamp)
  case revisionReleased(RevisionNumber, by: Requester, now: Timestamp)
}

/// One artefact of an application.
public struct Revision: Equatable, Codable, Sendable {
  public var number: RevisionNumber
  public var release: ReleaseID
  /// Digest of images and template, 1...128 bytes of hex or `sha256:` hex; the same release with
  /// another digest is refused.
  public var digest: String
  /// Images as the manifest names them, at most 20.
  public var images: [String]

  public init(number: RevisionNumber, release: ReleaseID, digest: String, images: [String]) {
    self.number = number
    self.release = release
    self.digest = digest
    self.images = images
  }
}

/// What a caller asks of an application.
public enum ApplicationCommand: Equatable, Sendable {
  /// Adds the revision if new, the strategy if changed, the policies if changed.
  case register(Registration)
  case hold(RevisionNumber)
  case release(RevisionNumber)
}

/// The content of a `register` or `apply`.
public struct Registration: Equatable, Sendable {
  /// Absent when only policies are applied.
  public var revision: RevisionContent?
  public var strategy: Strategy?
  public var policies: [RolloutPolicy]

  public init(
    revision: RevisionContent? = nil, strategy: Strategy? = nil, policies: [RolloutPolicy] = []
  ) {
    self.revision = revision
    self.strategy = strategy
    self.policies = policies
  }
}

/// A revision as a caller gives it, before the log has numbered it.
public struct RevisionContent: Equatable, Sendable {
  public var release: ReleaseID
  public var digest: String
  public var images: [String]

  public init(release: ReleaseID, digest: String, images: [String]) {
    self.release = release
    self.digest = digest
    self.images = images
  }
}
