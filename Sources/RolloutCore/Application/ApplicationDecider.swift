/// Decisions about an application: what it may run, how, and what is held.
public enum ApplicationDecider {
  /// Revisions and strategy versions of one application.
  static let numbersMax = 100_000
  /// Policies applied to one application.
  static let policiesMax = 1_000

  /// What happens next. `[]` means that the command is already satisfied.
  ///
  /// - Throws: ``Refusal`` with ``Rule/releaseContentChanged``, ``Rule/unknownRevision``,
  ///   ``Rule/notHeld`` or ``Rule/limitReached``; a refusal changes nothing.
  public static func decide(
    _ command: ApplicationCommand, _ state: ApplicationState, by requester: Requester,
    now: Timestamp
  ) throws(Refusal) -> [ApplicationEvent] {
    switch command {
    case .register(let registration):
      return try register(registration, state, by: requester, now: now)
    case .hold(let number):
      guard state.revision(number) != nil else { throw unknown(number) }
      guard state.holds[number] == nil else { return [] }
      return [.revisionHeld(number, by: requester, now: now)]
    case .release(let number):
      guard state.revision(number) != nil else { throw unknown(number) }
      guard state.holds[number] != nil else {
        throw Refusal(.notHeld, "revision \(number) is not held")
      }
      return [.revisionReleased(number, by: requester, now: now)]
    }
  }

  private static func register(
    _ registration: Registration, _ state: ApplicationState, by requester: Requester,
    now: Timestamp
  ) throws(Refusal) -> [ApplicationEvent] {
    var events: [ApplicationEvent] = []
    if let content = registration.revision {
      if let known = state.revision(release: content.release)?.revision {
        guard known.digest == content.digest else {
          throw Refusal(
            .releaseContentChanged,
            "release \(content.release) is registered as revision \(known.number) with digest "
              + "\(known.digest) and cannot become \(content.digest); give the new content its "
              + "own release id")
        }
      } else {
        guard state.revisions.count < numbersMax else {
          throw Refusal(.limitReached, "an application has at most \(numbersMax) revisions")
        }
        let number = RevisionNumber(UInt32(clamping: state.revisions.count + 1))
        let revision = Revision(
          number: number, release: content.release, digest: content.digest, images: content.images)
        events.append(.revisionRegistered(revision, by: requester, now: now))
      }
    }
    if let strategy = registration.strategy, strategy != state.strategies.last {
      guard state.strategies.count < numbersMax else {
        throw Refusal(.limitReached, "an application has at most \(numbersMax) strategy versions")
      }
      let version = StrategyVersion(UInt32(clamping: state.strategies.count + 1))
      events.append(.strategyRegistered(version, strategy, by: requester, now: now))
    }
    var policies: [String: RolloutPolicy] = [:]
    for applied in state.policies { policies[applied.policy.name] = applied.policy }
    for policy in registration.policies where policies[policy.name] != policy {
      guard policies[policy.name] != nil || policies.count < policiesMax else {
        throw Refusal(.limitReached, "an application has at most \(policiesMax) policies")
      }
      policies[policy.name] = policy
      events.append(.policyApplied(policy, by: requester, now: now))
    }
    return events
  }

  private static func unknown(_ number: RevisionNumber) -> Refusal {
    Refusal(.unknownRevision, "revision \(number) is not registered")
  }

  /// What the event changed, in place. Total: every event ever written folds.
  public static func evolve(
    _ state: inout ApplicationState, _ event: ApplicationEvent, at position: LogPosition
  ) {
    switch event {
    case .revisionRegistered(let revision, by: _, now: _):
      state.revisions.append(.init(revision: revision, position: position))
    case .strategyRegistered(_, let strategy, by: _, now: _):
      state.strategies.append(strategy)
      state.strategyPosition = position
    case .policyApplied(let policy, by: _, now: _):
      let applied = ApplicationState.AppliedPolicy(policy: policy, position: position)
      let place =
        state.policies.firstIndex {
          !$0.policy.name.utf8.lexicographicallyPrecedes(policy.name.utf8)
        } ?? state.policies.endIndex
      if place < state.policies.endIndex, state.policies[place].policy.name == policy.name {
        state.policies[place] = applied
      } else {
        state.policies.insert(applied, at: place)
      }
    case .revisionHeld(let number, let requester, now: _):
      state.holds[number] = .init(by: requester, position: position)
    case .revisionReleased(let number, by: _, now: _):
      state.holds[number] = nil
    }
  }
}
