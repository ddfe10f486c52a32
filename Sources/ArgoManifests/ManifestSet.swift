public import RolloutCore

/// What a set of files says, as values of the core.
public struct ManifestSet: Equatable, Sendable {
  /// In the order of the files; no two for the same application.
  public var rollouts: [RolloutManifest]
  /// In the order of the files; names are unique.
  public var policies: [PolicyManifest]
  /// Documents that say nothing about rollouts: Service, Ingress, Secret, Experiment, ...
  public var skipped: [SkippedDocument]
  /// Fields that are legal and have no effect here.
  public var ignored: [IgnoredField]

  public init(
    rollouts: [RolloutManifest] = [], policies: [PolicyManifest] = [],
    skipped: [SkippedDocument] = [], ignored: [IgnoredField] = []
  ) {
    self.rollouts = rollouts
    self.policies = policies
    self.skipped = skipped
    self.ignored = ignored
  }

  /// The policies that hold for an application: those that name it, and those that name none.
  public func policies(for application: ApplicationName) -> [RolloutPolicy] {
    policies.filter { $0.applications.isEmpty || $0.applications.contains(application) }
      .map(\.policy)
  }
}

/// A `Rollout`, with its analysis templates resolved.
public struct RolloutManifest: Equatable, Sendable {
  /// The annotation or label `windlass/application`, else `<namespace>/<metadata.name>`.
  public var application: ApplicationName
  /// `metadata.name`
  public var name: String
  /// `metadata.namespace`, else `default`.
  public var namespace: String
  public var location: SourceLocation
  /// `sha256:` and 64 hex digits over `spec.template`, whatever its comments and order of keys.
  public var digest: String
  /// Of containers, then init containers, in the order of the manifest; 1...20.
  public var images: [String]
  /// The annotation `windlass/release`.
  public var release: ReleaseID?
  /// The first 12 hex digits of the digest: what a revision is called when nobody names it.
  public var digestRelease: ReleaseID
  /// Steps, background analysis and the manifest's own window.
  public var strategy: Strategy

  public init(
    application: ApplicationName, name: String, namespace: String, location: SourceLocation,
    digest: String, images: [String], release: ReleaseID?, digestRelease: ReleaseID,
    strategy: Strategy
  ) {
    self.application = application
    self.name = name
    self.namespace = namespace
    self.location = location
    self.digest = digest
    self.images = images
    self.release = release
    self.digestRelease = digestRelease
    self.strategy = strategy
  }

  /// What the revision is called when the caller names none.
  public var defaultRelease: ReleaseID { release ?? digestRelease }

  /// The revision to register. The manifest's annotation goes first, then the caller's release, then
  /// the digest.
  public func revision(release given: ReleaseID? = nil) -> RevisionContent {
    RevisionContent(release: release ?? given ?? digestRelease, digest: digest, images: images)
  }
}

/// A `RolloutPolicy` and the applications it names.
public struct PolicyManifest: Equatable, Sendable {
  public var policy: RolloutPolicy
  /// Empty: every application that is applied together with it.
  public var applications: [ApplicationName]
  public var location: SourceLocation

  public init(
    policy: RolloutPolicy, applications: [ApplicationName], location: SourceLocation
  ) {
    self.policy = policy
    self.applications = applications
    self.location = location
  }
}

/// A document that was not read further.
public struct SkippedDocument: Equatable, Sendable, CustomStringConvertible {
  public var location: SourceLocation
  public var kind: String
  /// Empty where it has none.
  public var name: String

  public init(location: SourceLocation, kind: String, name: String) {
    self.location = location
    self.kind = kind
    self.name = name
  }

  /// `file:line: Service checkout: skipped`
  public var description: String {
    "\(location): \(kind)\(name.isEmpty ? "" : " " + name): skipped"
  }
}

/// A field that was read and has no effect on what Windlass decides.
public struct IgnoredField: Hashable, Sendable, CustomStringConvertible {
  public var location: SourceLocation
  public var field: String
  public var reason: String

  public init(location: SourceLocation, field: String, reason: String) {
    self.location = location
    self.field = field
    self.reason = reason
  }

  /// `file:line: spec.strategy.canary.maxSurge: ignored: reason`
  public var description: String { "\(location): \(field): ignored: \(reason)" }
}
