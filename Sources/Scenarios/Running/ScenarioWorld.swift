import RolloutCore

/// One application on some clusters, driven through the real deciders with virtual time.
///
/// Events get the positions that a new log would give them: first the clusters register, then
/// everything in the order it happens. Refusals take a position too, as they do in production.
struct ScenarioWorld {
  let name: ApplicationName
  private(set) var application = ApplicationState()
  /// In the order of the scenario.
  private(set) var clusters: [ScenarioCluster]
  private(set) var now = Self.beginning
  private var position: UInt64 = 0
  /// Turns left for this step.
  private(set) var turns = ScenarioLimits.turnsOfStep

  /// 2026-01-01T00:00:00Z
  static let beginning = Timestamp(microseconds: 1_767_225_600_000_000)
  private static let timer = Requester(principal: "windlass", reason: "a timer came due")
  private static let agent = Requester(principal: "agent")

  init(_ name: ApplicationName, _ clusters: [Scenario.Cluster]) {
    self.name = name
    self.clusters = clusters.map { ScenarioCluster($0.name, $0.registration) }
    position = UInt64(clusters.count)
  }

  var elapsed: Interval { now.since(Self.beginning) }

  func index(of cluster: ClusterName) -> Int? { clusters.firstIndex { $0.name == cluster } }

  func context(_ index: Int) -> RolloutContext {
    RolloutContext(
      application: application, cluster: clusters[index].name,
      registration: clusters[index].registration, name: name)
  }

  mutating func beginStep() {
    turns = ScenarioLimits.turnsOfStep
    for index in clusters.indices { clusters[index].beginStep() }
  }

  // MARK: Time

  func due(_ index: Int) -> Timestamp? {
    RolloutDecider.nextDue(clusters[index].state, in: context(index))
  }

  /// Lets time pass up to a moment. Whatever a timer asks for happens when it is due, in the order
  /// of the moments, then of the clusters.
  ///
  /// - Returns: false when there was too much to do.
  mutating func advance(to moment: Timestamp) -> Bool {
    while let next = nextTimer(until: moment) {
      now = max(now, next.due)
      guard tick(next.index) else { return false }
    }
    now = max(now, moment)
    return true
  }

  private func nextTimer(until moment: Timestamp) -> (index: Int, due: Timestamp)? {
    var earliest: (index: Int, due: Timestamp)?
    for index in clusters.indices {
      guard let due = due(index), due <= moment else { continue }
      if let best = earliest, best.due <= due { continue }
      earliest = (index, due)
    }
    return earliest
  }

  /// - Returns: false when nothing came of it although it was due, or the step did too much.
  @discardableResult
  mutating func tick(_ index: Int) -> Bool {
    let wasDue = due(index).map { $0 <= now } ?? false
    switch decide(.tick, index, by: Self.timer) {
    case .success(let events): return !wasDue || !events.isEmpty
    case .failure: return false
    }
  }

  // MARK: Deciding

  mutating func decide(
    _ command: RolloutCommand, _ index: Int, by requester: Requester
  ) -> Result<[RolloutEvent], Refusal> {
    guard turns > 0 else {
      return .failure(Refusal(.limitReached, "the step leads to too many decisions"))
    }
    turns -= 1
    do {
      let events = try RolloutDecider.decide(
        command, clusters[index].state, in: context(index), by: requester, now: now)
      for event in events {
        clusters[index].fold(event, at: LogPosition(position))
        clusters[index].record(EventText.text(event, application))
        position += 1
      }
      return .success(events)
    } catch {
      position += 1
      return .failure(error)
    }
  }

  /// As ``decide(_:_:by:)``, and nothing changes.
  func wouldDecide(
    _ command: RolloutCommand, _ index: Int, by requester: Requester
  ) -> Result<[RolloutEvent], Refusal> {
    do {
      return .success(
        try RolloutDecider.decide(
          command, clusters[index].state, in: context(index), by: requester, now: now))
    } catch {
      return .failure(error)
    }
  }

  mutating func report(
    _ outcome: Outcome, under attempt: AttemptNumber?, _ index: Int
  ) -> Result<[RolloutEvent], Refusal> {
    decide(.report(OutcomeReport(attempt: attempt, outcome)), index, by: Self.agent)
  }

  /// The same for all clusters.
  mutating func decide(
    _ command: ApplicationCommand, by requester: Requester
  ) -> Result<[ApplicationEvent], Refusal> {
    do {
      let events = try ApplicationDecider.decide(command, application, by: requester, now: now)
      for event in events {
        ApplicationDecider.evolve(&application, event, at: LogPosition(position))
        position += 1
        let text = EventText.text(event, application)
        for index in clusters.indices { clusters[index].record(text) }
      }
      return .success(events)
    } catch {
      position += 1
      return .failure(error)
    }
  }

  mutating func change(_ index: Int, _ body: (inout ScenarioCluster) -> Void) {
    body(&clusters[index])
  }

  // MARK: Names

  mutating func newObjectName(_ hash: String, _ run: String, _ index: Int) -> String {
    clusters[index].newName(name, hash, run)
  }

  func number(of name: RevisionName) -> RevisionNumber? {
    switch name {
    case .number(let number): application.revision(number)?.revision.number
    case .release(let release): application.revision(release: release)?.revision.number
    }
  }

  /// As an outcome names it: pods of a revision that is not registered have no number.
  func podHash(of revision: RevisionNumber, _ index: Int) -> String {
    clusters[index].state.local[revision]?.podHash ?? "hash-\(revision)"
  }
}
