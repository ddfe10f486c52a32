import ArgoRules
import RolloutCore
import RolloutTestKit

/// One story told in both worlds, side by side.
struct Duel: Sendable {
  let story: Story
  private(set) var argo: ArgoSide
  private(set) var windlass: WindlassSide
  /// How many revisions were ever wanted.
  private var known: UInt32 = 0
  private(set) var comparisons = 0
  private(set) var met: [Deliberate: Int] = [:]
  private(set) var disagreement: Disagreement?
  /// The attempt that a person last pushed on.
  private(set) var pushed: AttemptNumber?

  struct Disagreement: Sendable {
    var at: Int
    var aspects: [(aspect: Reading.Aspect, argo: String, windlass: String)]
    var text: String
    /// Stories with the same key have the same cause, as far as that can be told.
    var key: String {
      aspects.map { item in
        item.aspect == .progressing
          ? "\(item.aspect.rawValue) (\(Self.reason(item.argo)), \(Self.reason(item.windlass)))"
          : item.aspect.rawValue
      }.sorted().joined(separator: "+")
    }

    private static func reason(_ condition: String) -> Substring {
      condition.prefix { $0 != ":" }
    }
  }

  init(_ story: Story, _ rules: Perturbation? = nil) throws {
    self.story = story
    windlass = try WindlassSide(story.strategy)
    argo = ArgoSide(story.strategy, startingAt: windlass.now, rules)
  }

  mutating func run() throws {
    for (index, happening) in story.happenings.enumerated() {
      let before = (windlass.state, argo.cluster.rollout.status)
      guard case .happened(let refusal) = try apply(happening) else { continue }
      try settle()
      let moment = Moment(self, happening, refusal: refusal, before: before)
      guard try compare(index, moment) else { return }
    }
  }

  /// What one world does to old revisions the other has to see: twice is enough.
  private mutating func settle() throws {
    for _ in 0..<2 {
      if argo.isPausedByPerson, windlass.state.attempt?.pauses[.person] == nil {
        met[.pauseEndsWithAttempt, default: 0] += 1
        argo.command(.resume)
      }
      argo.settle()
      try windlass.settle(unasked: argo.sizes)
    }
  }

  /// - Returns: whether the story goes on.
  private mutating func compare(_ index: Int, _ moment: Moment) throws -> Bool {
    let (left, right) = (moment.argoReading, moment.reading)
    var aspects = left.differences(from: right)
    argo.forgetRunsMade()
    windlass.forgetRunsMade()
    comparisons += Reading.Aspect.allCases.count
    var ends = false
    if !aspects.isEmpty {
      for reason in Deliberate.allCases where !aspects.isEmpty {
        guard let excused = reason.excuses(aspects, moment) else { continue }
        met[reason, default: 0] += 1
        if excused.endsStory {
          ends = true
          aspects = []
        } else {
          aspects.subtract(excused.aspects)
        }
      }
    }
    if aspects.isEmpty, argo.cameToRest, windlass.cameToRest { return !ends }
    if ends { return false }
    let list = Reading.Aspect.allCases.filter { aspects.contains($0) }.map {
      (aspect: $0, argo: left[$0], windlass: right[$0])
    }
    disagreement = Disagreement(at: index, aspects: list, text: text(index, list, moment))
    return false
  }

  private func text(
    _ index: Int, _ list: [(aspect: Reading.Aspect, argo: String, windlass: String)],
    _ moment: Moment
  ) -> String {
    var lines = [story.strategy.spoken]
    for happening in story.happenings.prefix(index + 1) { lines.append("  \(happening)") }
    if let refusal = moment.refusal { lines.append("  refused: \(refusal.message)") }
    if !argo.cameToRest { lines.append("  Argo never comes to rest") }
    if !windlass.cameToRest { lines.append("  Windlass never comes to rest") }
    for item in list {
      lines.append("  \(item.aspect.rawValue): Argo '\(item.argo)', Windlass '\(item.windlass)'")
    }
    lines.append(
      "  Windlass: \(windlass.world.log.suffix(12).map(\.event.brief).joined(separator: "; "))")
    return lines.joined(separator: "\n")
  }

  // MARK: Making things happen

  private enum Applied {
    case happened(Refusal?)
    case skipped
  }

  private func revision(_ back: Int) -> RevisionNumber? {
    let number = Int(known) - back
    return number > 0 ? RevisionNumber(UInt32(number)) : nil
  }

  private mutating func apply(_ happening: Happening) throws -> Applied {
    switch happening {
    case .startNew:
      guard known < WindlassSide.revisions else { return .skipped }
      known += 1
      return try start(RevisionNumber(known))
    case .startAgain(let back):
      guard back >= 0, let revision = revision(back), revision != windlass.state.desired else {
        return .skipped
      }
      return try start(revision)
    case .wait(let seconds):
      wait(seconds)
      // What is late is so before the other world's old pods are looked at again.
      try windlass.tick()
      return .happened(nil)
    case .podsAvailable(let back, let most):
      guard let revision = revision(back) else { return .skipped }
      argo.limitPods(of: revision, to: most)
      windlass.limitPods(of: revision, to: most)
      return .happened(nil)
    case .weightsVerified(let verified):
      argo.verifyWeights(verified)
      windlass.verifyWeights(verified)
      return .happened(nil)
    case .runEnds(let type, let phase):
      // A plugin is not asked while a person pauses.
      if type == .plugin, argo.isPausedByPerson { return .skipped }
      argo.end(type, phase)
      try windlass.end(type, phase)
      return .happened(nil)
    case .undo:
      wait(1)
      return try both(.undo, .undo(toRevision: nil))
    case .promote:
      pushed = windlass.state.attempt?.number
      return try both(.promote, .promote)
    case .promoteFull:
      pushed = windlass.state.attempt?.number
      return try both(.promoteFull, .promoteFull)
    case .skipStep:
      pushed = windlass.state.attempt?.number
      return try both(.skipStep, .promoteSkippingCurrentStep)
    case .pause: return try both(.pause, .pause)
    case .abort: return try both(.abort, .abort)
    case .retry: return try both(.retry, .retry)
    case .resume:
      let refusal = try windlass.command(.resume)
      argo.resume()
      return .happened(refusal)
    }
  }

  private mutating func start(_ revision: RevisionNumber) throws -> Applied {
    wait(1)
    argo.start(revision)
    return .happened(try windlass.command(.start(revision)))
  }

  private mutating func wait(_ seconds: Int64) {
    let now = windlass.now + .seconds(seconds)
    windlass.wait(until: now)
    argo.wait(until: now)
  }

  private mutating func both(
    _ command: RolloutCommand, _ plugin: PluginCommand
  ) throws -> Applied {
    let refusal = try windlass.command(command)
    // At rest a pause is refused here; there it would wait for the next update.
    if refusal?.rule == .notProgressing, plugin == .pause {
      met[.pauseAtRest, default: 0] += 1
      return .skipped
    }
    argo.command(plugin)
    return .happened(refusal)
  }
}

/// What a reason to differ may look at.
struct Moment: Sendable {
  let strategy: Strategy
  let happening: Happening
  let refusal: Refusal?
  let state: RolloutState
  let argo: ArgoRolloutStatus
  let argoReading: Reading
  let reading: Reading
  /// The state before it happened.
  let stateBefore: RolloutState
  let argoBefore: ArgoRolloutStatus
  /// The last pass ended early and wrote no status.
  let passFailed: Bool
  let argoRuns: [ArgoAnalysisRun]
  /// An old revision carries a scale-down deadline that has passed.
  let hasOrphanDeadline: Bool
  /// A person went past something in this attempt.
  let wasPushed: Bool
  /// A person's pause has ended with its attempt.
  let pauseHasEnded: Bool

  init(
    _ duel: Duel, _ happening: Happening, refusal: Refusal?,
    before: (RolloutState, ArgoRolloutStatus)
  ) {
    strategy = duel.story.strategy
    self.happening = happening
    self.refusal = refusal
    state = duel.windlass.state
    argo = duel.argo.cluster.rollout.status
    argoReading = duel.argo.reading
    reading = duel.windlass.reading
    stateBefore = before.0
    argoBefore = before.1
    passFailed = duel.argo.passFailed
    argoRuns = duel.argo.cluster.runs
    hasOrphanDeadline = duel.argo.cluster.replicaSets.contains {
      $0.hash != duel.argo.cluster.rollout.spec.templateHash && $0.scaleDownDeadline != nil
        && $0.scaleDownDeadline?.isAhead(of: duel.argo.cluster.now) == false
    }
    pauseHasEnded = duel.met[.pauseEndsWithAttempt] != nil
    wasPushed = duel.pushed != nil && duel.pushed == duel.windlass.state.attempt?.number
  }

  var availableOfStable: Int {
    let pods = state.pods?.counts
    return (state.stable == state.desired ? pods?.desired : pods?.stable)?.available ?? 0
  }

  /// The nearest weight that steps before this one ask for.
  func weight(before index: Int) -> Int {
    for case .setWeight(let weight) in strategy.steps.prefix(index).reversed() { return weight }
    return 0
  }

  func step(_ index: Int) -> Strategy.Step? {
    strategy.steps.indices.contains(index) ? strategy.steps[index] : nil
  }

  /// A rollback without steps is under way or has just ended.
  var isFastRollback: Bool {
    let classification = state.attempt?.classification ?? state.lastEnded?.classification
    return classification?.kind == .rollback && classification?.track == .fast
  }
}
