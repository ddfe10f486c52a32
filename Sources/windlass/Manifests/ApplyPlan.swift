import ArgoManifests
import RolloutCore

/// What `apply` registers: one entry for each application, in the order of the manifests.
struct ApplyPlan: Equatable {
  var registrations: [Entry] = []
  /// What a program is told about documents and fields without effect.
  var details: [JSON.Member] = []

  struct Entry: Equatable {
    var application: ApplicationName
    var registration: Registration
    /// The release to start; `nil` where only policies are applied.
    var release: ReleaseID? { registration.revision?.release }
  }

  /// - Parameters:
  ///   - application: of the one Rollout, or of the policies where there is none.
  ///   - release: of the one Rollout.
  /// - Throws: ``Failure`` when the options do not fit the manifests, or there is nothing to apply.
  init(
    _ set: ManifestSet, application: ApplicationName?, release: ReleaseID?
  ) throws(Failure) {
    if set.rollouts.count != 1 {
      let found = "the files have \(set.rollouts.count)"
      if release != nil {
        throw Failure(.usage, "--release names the revision of one Rollout; \(found)")
      }
      if application != nil && set.rollouts.count > 1 {
        throw Failure(.usage, "--application names the application of one Rollout; \(found)")
      }
    }
    for manifest in set.rollouts {
      if let release, let annotated = manifest.release, annotated != release {
        throw Failure(
          .usage,
          "\(manifest.location): the annotation windlass/release says \(annotated), --release says "
            + "\(release): leave one out")
      }
      let name = application ?? manifest.application
      registrations.append(
        Entry(
          application: name,
          registration: Registration(
            revision: manifest.revision(release: release), strategy: manifest.strategy,
            policies: set.policies(for: name))))
    }
    try addPolicies(of: set, application: set.rollouts.isEmpty ? application : nil)
    guard !registrations.isEmpty else {
      throw Failure(.usage, "nothing to apply: there is no Rollout and no RolloutPolicy")
    }
    details = Self.details(of: set)
  }

  /// Policies of applications that have no Rollout here.
  private mutating func addPolicies(
    of set: ManifestSet, application: ApplicationName?
  ) throws(Failure) {
    for manifest in set.policies {
      let named = manifest.applications
      if let application, !named.isEmpty, !named.contains(application) {
        throw Failure(
          .usage,
          "\(manifest.location): policy \(manifest.policy.name) is for "
            + "\(named.map(\.text).joined(separator: ", ")), not for \(application)")
      }
      let meant = application.map { [$0] } ?? named
      guard !meant.isEmpty || !set.rollouts.isEmpty else {
        throw Failure(
          .usage,
          "\(manifest.location): policy \(manifest.policy.name) names no application: add "
            + "--application PROJECT/NAME")
      }
      for name in meant where !registrations.contains(where: { $0.application == name }) {
        registrations.append(
          Entry(
            application: name,
            registration: Registration(policies: set.policies(for: name))))
      }
    }
  }

  private static func details(of set: ManifestSet) -> [JSON.Member] {
    [
      JSON.Member(
        name: "skipped",
        value: .array(
          set.skipped.map { document in
            .object([
              "file": .string(document.location.file), "line": .number(document.location.line),
              "kind": .string(document.kind), "name": .string(document.name),
            ])
          })),
      JSON.Member(
        name: "ignored",
        value: .array(
          set.ignored.map { field in
            .object([
              "file": .string(field.location.file), "line": .number(field.location.line),
              "field": .string(field.field), "reason": .string(field.reason),
            ])
          })),
    ]
  }
}
