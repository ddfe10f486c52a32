/// Types of objects that were found to be made again and again, for the latest attempt with such a
/// finding.
public struct Runaways: Equatable, Codable, Sendable {
  public internal(set) var attempt: AttemptNumber?
  public internal(set) var types: [RunType] = []

  func contains(_ type: RunType, of number: AttemptNumber) -> Bool {
    attempt == number && types.contains(type)
  }
}

/// Pods as a cluster last reported them.
public struct ObservedPods: Equatable, Codable, Sendable {
  /// The revision that was desired then.
  public internal(set) var revision: RevisionNumber
  public internal(set) var counts: PodCounts
  public internal(set) var position: LogPosition

  /// The same pods as they count while `desired` is desired and `stable` is stable. Pods of a
  /// revision that was neither are told of together only, so nothing is known of each.
  func counts(desired: RevisionNumber, stable: RevisionNumber?) -> PodCounts {
    if desired == revision { return counts }
    if desired == stable {
      return PodCounts(desired: counts.stable, others: counts.desired + counts.others)
    }
    if stable == revision {
      return PodCounts(
        desired: .none, stable: counts.desired, others: counts.stable + counts.others)
    }
    return PodCounts(
      desired: .none, stable: counts.stable, others: counts.desired + counts.others)
  }

  /// Available pods of a revision, as far as the report can tell: of a revision that was neither
  /// desired nor stable it knows only that there are no more than of all such together.
  func available(_ number: RevisionNumber, stable: RevisionNumber?) -> Int? {
    if number == revision { return counts.desired.available }
    if number == stable { return counts.stable.available }
    return counts.others.available == 0 ? 0 : nil
  }
}

extension PodCounts.Pods {
  /// Counts are bounded where they come in, so that sums of a few fit.
  fileprivate static func + (a: Self, b: Self) -> Self {
    Self(
      requested: a.requested + b.requested, created: a.created + b.created,
      ready: a.ready + b.ready, available: a.available + b.available)
  }
}
