/// Scaling down revisions that are neither desired nor stable.
public enum OldRevisions {
  /// Why none of them is touched in this pass.
  public enum Hold: String, Equatable, Sendable, CaseIterable {
    /// Paused after an inconclusive run (blue-green).
    case inconclusiveAnalysis
    /// Post-promotion analysis is not successful yet and no delay is given (blue-green).
    case postPromotionAnalysis
    /// Fewer pods would be available than allowed (canary).
    case tooFewAvailable
    /// The load balancer's targets are not verified (canary with such a router).
    case targetsNotVerified
    /// A revision has more available pods than it asked for; Argo gives up on the pass.
    case inconsistentCounts
  }

  public struct Result: Equatable, Sendable {
    public var actions: [RevisionAction]
    public var hold: Hold?

    public init(_ actions: [RevisionAction] = [], hold: Hold? = nil) {
      self.actions = actions
      self.hold = hold
    }

    /// A size changed, which ends a canary's pass after its status is written.
    public var scaled: Bool {
      actions.contains {
        if case .scale = $0 { true } else { false }
      }
    }
  }

  // MARK: Blue-green

  /// Old revisions of a blue-green rollout, highest number first.
  ///
  /// - Parameters:
  ///   - others: neither desired nor stable.
  ///   - schedule: tells whether post-promotion analysis is still owed.
  public static func blueGreen(
    _ others: [ArgoReplicaSet], schedule: AnalysisSchedule, services: [ArgoService],
    now: ArgoTime
  ) -> Result {
    let rollout = schedule.rollout
    guard let strategy = rollout.spec.strategy.blueGreen else { return Result() }
    let active = others.filter { $0.isActive && $0.experiment == nil }
    guard !active.isEmpty else { return Result() }
    if rollout.status.pauseCondition(.inconclusiveAnalysis) != nil {
      return Result(hold: .inconclusiveAnalysis)
    }
    if strategy.postPromotionAnalysis != nil, strategy.scaleDownDelaySeconds == nil,
      schedule.postPromotionSkip == nil, schedule.runs.postPromotion?.phase != .successful
    {
      return Result(hold: .postPromotionAnalysis)
    }
    let references = RevisionReferences(rollout, services: services)
    var places = DelayPlaces(rollout.spec.strategy, now: now)
    var result = Result()
    for set in newestNumberFirst(active) where !references.contains(set) {
      let size = places.size(
        of: set, heldAt: rollout.spec.replicaCount, actions: &result.actions)
      if set.requested != size { result.actions.append(.scale(name: set.name, to: size)) }
    }
    return result
  }

  // MARK: Canary

  /// Old revisions of a canary.
  ///
  /// First each one is cut to its available pods, so that pods that never come up hold nothing
  /// back. Then, highest number first and as far as availability allows: without traffic routing
  /// all of them go, since their pods get traffic; with it, one that is referenced stays, one that
  /// has a deadline or is met on a promoted rollout gets the scale-down delay (with dynamic stable
  /// scaling it goes at once), and one from an update that was overtaken goes at once.
  ///
  /// - Parameters:
  ///   - available: available pods of all revisions.
  ///   - targetsVerified: `nil` when there is nothing to verify; asked only while a revision with
  ///     pods has no deadline.
  public static func canary(
    _ others: [ArgoReplicaSet], rollout: ArgoRollout, available: Int, services: [ArgoService],
    targetsVerified: Bool? = nil, now: ArgoTime
  ) -> Result {
    guard let strategy = rollout.spec.strategy.canary else { return Result() }
    var sets = others.filter { $0.isActive && $0.experiment == nil }
    guard !sets.isEmpty else { return Result() }
    var result = Result()
    sets.sort { ($0.created, $0.name) < ($1.created, $1.name) }
    for index in sets.indices where sets[index].requested != sets[index].available {
      guard sets[index].available < sets[index].requested else {
        result.hold = .inconsistentCounts
        return result
      }
      sets[index].requested = sets[index].available
      result.actions.append(.scale(name: sets[index].name, to: sets[index].available))
    }
    let budget = PodBudget(strategy, replicas: rollout.spec.replicaCount)
    var room = available - (rollout.spec.replicaCount - budget.maxUnavailable)
    guard room > 0 else {
      result.hold = .tooFewAvailable
      return result
    }
    if targetsVerified == false,
      sets.contains(where: { $0.isActive && $0.scaleDownDeadline == nil })
    {
      result.hold = .targetsNotVerified
      return result
    }
    let references = RevisionReferences(rollout, services: services)
    let isRouted = strategy.trafficRouting != nil
    var places = DelayPlaces(rollout.spec.strategy, now: now)
    for set in newestNumberFirst(sets) {
      if isRouted, references.contains(set) { continue }
      if room <= 0 { break }
      guard set.isActive else { continue }
      var size = 0
      if !isRouted {
        size = max(0, set.requested - room)
      } else if rollout.isFullyPromoted || set.scaleDownDeadline != nil,
        !strategy.dynamicStableScale
      {
        size = places.size(of: set, heldAt: set.requested, actions: &result.actions)
      }
      guard set.requested != size else { continue }
      result.actions.append(.scale(name: set.name, to: size))
      room -= set.requested - size
    }
    return result
  }

  // MARK: Order and delay

  /// Highest revision number first, then youngest first; a revision without a number comes last.
  static func newestNumberFirst(_ sets: [ArgoReplicaSet]) -> [ArgoReplicaSet] {
    sets.sorted { left, right in
      let numbers = (left.revision ?? .min, right.revision ?? .min)
      if numbers.0 != numbers.1 { return numbers.0 > numbers.1 }
      return (right.created, right.name) < (left.created, left.name)
    }
  }

  /// Gives out the places of revisions that are kept up with a deadline.
  private struct DelayPlaces {
    let limit: Int
    let delay: Int
    let now: ArgoTime
    var taken = 0

    init(_ strategy: ArgoStrategy, now: ArgoTime) {
      limit = ScaleDownDelays.revisionLimit(strategy)
      delay = ScaleDownDelays.seconds(strategy)
      self.now = now
    }

    /// The size a revision with pods gets.
    ///
    /// No deadline and a place left: one is recorded and the size kept as it is; a delay of 0
    /// records nothing, and so keeps the revision up. No place left: 0. A deadline takes a place;
    /// over the limit → 0, ahead → `held`, passed or unreadable → 0.
    mutating func size(
      of set: ArgoReplicaSet, heldAt held: Int, actions: inout [RevisionAction]
    ) -> Int {
      guard let deadline = set.scaleDownDeadline else {
        guard taken < limit else { return 0 }
        taken += 1
        if delay != 0 {
          actions.append(
            .setDeadline(name: set.name, now.adding(seconds: delay).storedSecond))
        }
        return set.requested
      }
      taken += 1
      guard taken <= limit else { return 0 }
      return deadline.isAhead(of: now) ? held : 0
    }
  }
}
