/// Decides a stored log once more: under other policies, or under its own as a check.
///
/// A pure fold. It is fed the events of applications, clusters and rollouts in log order, those of
/// rollouts commit by commit, and keeps the state as recorded: each answer is judged in the past
/// that it really had, so that one that flips does not hide those after it.
///
/// The log stores events, not commands. What was asked is derived from them: for an attempt from its
/// `attempt-classified` event, for the rest by trying what leads to such events.
public struct Redecision: Sendable {
  /// An answer that would have been another one.
  public struct Flip: Equatable, Sendable {
    /// Of the event that holds the answer.
    public var position: LogPosition
    public var rollout: RolloutName
    public var attempt: AttemptNumber
    public var origin: Classification.Origin
    public var before: DecidedAnswer
    public var after: DecidedAnswer
  }

  /// A commit that no derived command leads to again.
  public struct Deviation: Equatable, Sendable {
    /// Of the commit's first event.
    public var position: LogPosition
    public var rollout: RolloutName
    /// What the nearest command leads to instead; `nil` where none could be derived.
    public var decided: WhatIf.Answer?
  }

  /// Answers that flip under the policies that were put in force; empty in a check.
  public private(set) var flips: [Flip] = []
  /// Filled by a check; at most ``deviationsMax``.
  public private(set) var deviations: [Deviation] = []
  /// Commits of rollouts seen so far.
  public private(set) var commits: UInt64 = 0
  /// Attempts and later changes of them that were decided once more.
  public private(set) var answers: UInt64 = 0

  public static let deviationsMax = 1_000
  public static let flipsMax = 100_000

  private let policies: [RolloutPolicy]?
  private let flipsMax: Int
  private var applications: [ApplicationName: ApplicationState] = [:]
  private var clusters: [ClusterName: ClusterRegistration] = [:]
  private var rollouts: [RolloutName: RolloutState] = [:]

  /// Lists the answers that flip when these policies, and no others, are in force: the first
  /// `flipsMax` of them.
  public init(under policies: [RolloutPolicy], flipsMax: Int = Self.flipsMax) {
    self.policies = policies
    self.flipsMax = flipsMax
  }

  /// Checks that the same commands lead to the same events.
  public init() {
    policies = nil
    flipsMax = 0
  }

  public mutating func apply(
    _ event: ApplicationEvent, of application: ApplicationName, at position: LogPosition
  ) {
    ApplicationDecider.evolve(
      &applications[application, default: .init()], event, at: position)
  }

  public mutating func apply(_ event: ClusterEvent, of cluster: ClusterName) {
    switch event {
    case .registered(let registration, by: _, now: _): clusters[cluster] = registration
    }
  }

  /// One commit's events of a rollout, in order.
  public mutating func apply(
    _ commit: [(event: RolloutEvent, position: LogPosition)], of name: RolloutName
  ) {
    guard let first = commit.first else { return }
    commits &+= 1
    let state = rollouts[name] ?? RolloutState()
    if let context = context(of: name) {
      if policies == nil {
        check(commit, from: first.position, name, state, context)
      } else {
        compare(commit, name, state, context)
      }
    }
    for (event, position) in commit {
      RolloutDecider.evolve(&rollouts[name, default: .init()], event, at: position)
    }
  }

  private func context(of name: RolloutName) -> RolloutContext? {
    guard let application = applications[name.application],
      let registration = clusters[name.cluster]
    else { return nil }
    return RolloutContext(
      application: application, cluster: name.cluster, registration: registration,
      name: name.application)
  }

  // MARK: Under other policies

  private mutating func compare(
    _ commit: [(event: RolloutEvent, position: LogPosition)], _ name: RolloutName,
    _ state: RolloutState, _ context: RolloutContext
  ) {
    for (event, position) in commit {
      guard let before = DecidedAnswer(event) else { continue }
      var attempt = AttemptNumber(0)
      var origin = Classification.Origin.commanded
      if case .attemptClassified(let classified) = event {
        attempt = classified.attempt
        origin = classified.classification.origin
      }
      if case .attemptReclassified(let change) = event { attempt = change.attempt }
      answers &+= 1
      guard let question = Derivation.question(for: event, in: commit.map(\.event), state) else {
        continue
      }
      var changed = context
      changed.application.policies =
        (policies ?? []).sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        .map { .init(policy: $0, position: Decision.unwritten) }
      let after = DecidedAnswer(
        WhatIf.preview(
          question.command, state, in: changed, by: question.requester, now: question.now))
      guard after != before, flips.count < flipsMax else { continue }
      flips.append(
        Flip(
          position: position, rollout: name, attempt: attempt, origin: origin, before: before,
          after: after))
    }
  }

  // MARK: As a check

  private mutating func check(
    _ commit: [(event: RolloutEvent, position: LogPosition)], from position: LogPosition,
    _ name: RolloutName, _ state: RolloutState, _ context: RolloutContext
  ) {
    let events = commit.map(\.event)
    if events.contains(where: { DecidedAnswer($0) != nil }) { answers &+= 1 }
    var nearest: WhatIf.Answer?
    for question in Derivation.questions(for: events, state, context) {
      let answer = WhatIf.preview(
        question.command, state, in: context, by: question.requester, now: question.now)
      if answer == .events(events) { return }
      nearest = nearest ?? answer
    }
    guard deviations.count < Self.deviationsMax else { return }
    deviations.append(Deviation(position: position, rollout: name, decided: nearest))
  }
}
