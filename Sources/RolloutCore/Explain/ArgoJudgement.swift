internal import ArgoRules

/// What Argo Rollouts itself would decide about an attempt, for the versions that decide alike.
///
/// Asked of Argo's own rules with the ReplicaSets that the log knows of: each revision attempted
/// here, created when it was first attempted, in whole seconds; those beyond Argo's default history
/// of ten without pods are gone.
public struct ArgoJudgement: Equatable, Sendable {
  /// For example `1.7.2 to 1.9`.
  public var versions: String
  public var answer: Answer
  /// Whether it would start analysis of any kind for the attempt.
  public var runsAnalysis: Bool
  /// Whether its answer, or what it would run, is another than Windlass's.
  public var differs: Bool
  /// Where it differs and why, as clauses of a sentence; empty where it does not.
  public var why: [String]

  public init(
    versions: String, answer: Answer, runsAnalysis: Bool, differs: Bool, why: [String]
  ) {
    self.versions = versions
    self.answer = answer
    self.runsAnalysis = runsAnalysis
    self.differs = differs
    self.why = why
  }

  public enum Answer: String, Equatable, Sendable, CaseIterable {
    case firstDeployment = "first-deployment"
    /// No rollback by age of objects: all steps and analysis.
    case newVersion = "new-version"
    case returnToStable = "return-to-stable"
    case insideWindow = "inside-window"
    case outsideWindow = "outside-window"
    case noWindow = "no-window"
    /// Blue-green: its pods are still held by a scale-down delay.
    case scaleDownDelay = "scale-down-delay"
  }
}

/// Works the judgements out.
struct ArgoJudge {
  let event: AttemptClassified
  let strategy: Strategy
  /// The rollout when the attempt was classified, or later: what is read of it only grows.
  let state: RolloutState

  /// One controller version for each band that decides alike.
  private static let bands: [(versions: String, version: ControllerVersion)] = [
    ("1.4 to 1.7.1", ControllerVersion(1, 7, 1)),
    ("1.7.2 to 1.9", ControllerVersion(1, 9, 1)),
    ("1.10", ControllerVersion(1, 10, 0)),
    ("1.11 (alpha)", .main),
  ]

  /// Argo's default `revisionHistoryLimit`.
  private static let historyLimit = 10

  var judgements: [ArgoJudgement] {
    Self.bands.map { judge($0.versions, ControllerBehaviour($0.version)) }
  }

  private func judge(
    _ versions: String, _ behaviour: ControllerBehaviour
  ) -> ArgoJudgement {
    let sets = ArgoObjects(event: event, state: state, historyLimit: Self.historyLimit)
    let window = RollbackRules.window(
      desired: sets.desired, stable: sets.stable, all: sets.all,
      revisions: strategy.window?.revisions, behaviour: behaviour)
    let isBlueGreen = strategy.blueGreen != nil
    // An expired deadline, or a canary's, silences analysis before 1.10 for one pass only. A live one
    // is enough there, whether or not this is a rollback.
    let isHeld =
      isBlueGreen && (sets.desired.scaleDownDeadline?.isAhead(of: sets.now) ?? false)
      && (!behaviour.unifiedFastRollback
        || RollbackRules.isRollback(desired: sets.desired, stable: sets.stable))

    let answer: ArgoJudgement.Answer
    if sets.stable == nil {
      answer = .firstDeployment
    } else if event.revision == event.stable {
      answer = .returnToStable
    } else {
      switch window {
      case .inside: answer = .insideWindow
      case .notComparable, .notOlder: answer = isHeld ? .scaleDownDelay : .newVersion
      case .outside, .noWindow:
        let isOutside = if case .outside = window { true } else { false }
        answer = isHeld ? .scaleDownDelay : isOutside ? .outsideWindow : .noWindow
      }
    }
    let silenced = AnalysisGuard.reasons(
      .init(
        fullyPromoted: answer == .returnToStable, firstDeployment: answer == .firstDeployment,
        insideWindow: window.isInside,
        fastRollback: answer == .returnToStable || window.isInside || isHeld,
        desiredHasDeadline: isHeld), behaviour)
    // A fully promoted rollout is asked type by type before 1.10, with the same result.
    let isSilent = !silenced.isEmpty || answer == .returnToStable
    let runsAnalysis = !isSilent && startsAnalysis(fast: answer.isFast)

    let ours = event.classification.track
    let oursRuns = ours == .full && hasAnalysis
    let differs =
      (runsAnalysis != oursRuns && hasAnalysis) || answer.isFast != (ours == .fast)
      || (answer.isFast && !leaks.isEmpty && ours == .fast)
    return ArgoJudgement(
      versions: versions, answer: answer, runsAnalysis: runsAnalysis, differs: differs,
      why: differs ? reasons(answer, window, runsAnalysis, behaviour, sets) : [])
  }

  private var hasAnalysis: Bool {
    if AnalysisPlan.verification(of: strategy) != nil { return true }
    return strategy.steps.contains { if case .experiment = $0 { true } else { false } }
  }

  /// What an unguarded controller starts: with its steps skipped only what is due at once.
  private func startsAnalysis(fast: Bool) -> Bool {
    guard fast else { return hasAnalysis }
    switch strategy.kind {
    case .canary(let canary):
      if canary.background != nil { return true }
      if case .analysis = canary.steps.first { return true }
      return false
    case .blueGreen(let blueGreen):
      return blueGreen.prePromotion != nil || blueGreen.postPromotion != nil
    }
  }

  /// Steps that leak out of Argo's fast path because another reconciler handles them.
  private var leaks: String {
    switch strategy.steps.first {
    case .experiment:
      "it would create the Experiment of step 0 and terminate it one pass later"
    case .plugin(let call) where !call.disabled: "it would call the plugin of step 0"
    case .setWeight, .pause, .analysis, .setCanaryScale, .setHeaderRoute, .setMirrorRoute, .plugin,
      .progressThreshold, nil:
      ""
    }
  }

  // MARK: Words

  private func reasons(
    _ answer: ArgoJudgement.Answer, _ window: RollbackWindowAnswer, _ runsAnalysis: Bool,
    _ behaviour: ControllerBehaviour, _ sets: ArgoObjects
  ) -> [String] {
    var reasons: [String] = []
    let rollback = event.classification.rollback
    if answer.isFast != (event.classification.track == .fast) || rollback?.answer.isInside == true {
      switch answer {
      case .newVersion where event.classification.kind == .rollback:
        reasons.append(newVersion(sets))
      case .newVersion, .firstDeployment: break
      case .scaleDownDelay:
        reasons.append(
          "the pods of revision \(event.revision) are still held by a scale-down delay, which is "
            + "enough for it")
      case .returnToStable, .insideWindow, .outsideWindow, .noWindow:
        if let rollback { reasons += windowReasons(rollback, answer, window) }
        if event.classification.kind == .forward {
          reasons.append(
            "it goes by the creation time of ReplicaSets, and that of revision \(event.revision) is "
              + "older than stable's, so to it that is a rollback")
        }
      }
      if event.classification.rules.contains(.analysisInsisted) {
        reasons.append("it has no way to ask for analysis (#1748)")
      }
      if rollback?.rollbackClass == .emergency, rollback?.answer.isInside == false {
        reasons.append("it knows no emergencies")
      }
    }
    if answer.isFast, runsAnalysis {
      reasons.append(
        "its analysis did not ask the window and would have started all the same (#3669)")
    }
    if answer.isFast, !leaks.isEmpty { reasons.append(leaks) }
    if answer == .insideWindow, let blueGreen = strategy.blueGreen,
      !behaviour.windowGuardsBlueGreenPause,
      !blueGreen.autoPromotion || (blueGreen.autoPromotionDelay ?? .zero) > .zero
    {
      reasons.append("it would hang between adding and clearing the pause (#3304)")
    }
    return reasons
  }

  private func newVersion(_ sets: ArgoObjects) -> String {
    let target = event.revision
    switch sets.origin {
    case .neverRan:
      return "revision \(target) has no ReplicaSet here, so to it that is a new version"
    case .collected:
      return "the ReplicaSet of revision \(target) is beyond its history of \(Self.historyLimit) "
        + "and gone, so to it that is a new version"
    case .kept:
      return "it goes by the creation time of ReplicaSets, and that of revision \(target) is not "
        + "older than stable's"
    }
  }

  private func windowReasons(
    _ rollback: Classification.Rollback, _ answer: ArgoJudgement.Answer,
    _ window: RollbackWindowAnswer
  ) -> [String] {
    var reasons: [String] = []
    let ours = rollback.answer
    if ours.verdict == .neverStableHere, answer == .insideWindow {
      reasons.append("it does not ask whether the target was ever stable")
    }
    if ours.window?.duration != nil { reasons.append("it knows no time range") }
    let manifest = strategy.window?.revisions
    if ours.window?.revisions != manifest {
      reasons.append(
        "it reads the manifest's window only, which "
          + (manifest.map { "is \(Counterfactual.count($0, "revision"))" } ?? "is not set"))
    }
    let counted: Int? =
      switch window {
      case .inside(let between, revisions: _), .outside(let between, revisions: _): between
      case .notComparable, .notOlder, .noWindow: nil
      }
    switch ours.window?.counting ?? .attempted {
    case .attempted:
      if let counted, counted != ours.between.count, ours.window != nil {
        reasons.append(
          "it counts \(counted) between by the creation time of ReplicaSets, where there "
            + "\(ours.between.count == 1 ? "is" : "are") \(ours.between.count) by number")
      }
    case .promoted:
      reasons.append("it counts every revision whose object survives, not only those once stable")
    case .registered:
      reasons.append("it counts revisions whose objects survive, not all that are registered")
    }
    return reasons
  }
}

extension ArgoJudgement.Answer {
  /// Whether steps are skipped.
  public var isFast: Bool {
    switch self {
    case .firstDeployment, .returnToStable, .insideWindow, .scaleDownDelay: true
    case .newVersion, .outsideWindow, .noWindow: false
    }
  }

  var spoken: String {
    switch self {
    case .firstDeployment: "taken this for a first deployment"
    case .newVersion: "taken this for a new version"
    case .returnToStable: "gone straight back to stable"
    case .insideWindow: "judged this inside the window"
    case .outsideWindow: "judged this outside the window"
    case .noWindow: "seen no window"
    case .scaleDownDelay: "skipped the steps because the target's pods are still held"
    }
  }
}

extension ArgoJudgement {
  /// All that differ, in one sentence each; versions that agree share one.
  static func prose(_ judgements: [ArgoJudgement]) -> String? {
    var sentences: [String] = []
    var rest = judgements.filter(\.differs)[...]
    while let first = rest.popFirst() {
      var versions = [first.versions]
      while let next = rest.first, next.answer == first.answer, next.why == first.why,
        next.runsAnalysis == first.runsAnalysis
      {
        versions.append(next.versions)
        rest.removeFirst()
      }
      let names =
        versions.count == judgements.count ? "itself" : versions.joined(separator: ", ")
      let analysis = first.runsAnalysis ? "run analysis" : "run none"
      sentences.append(
        "Argo Rollouts \(names) would have \(first.answer.spoken) and would have \(analysis)"
          + (first.why.isEmpty ? "" : ": \(first.why.joined(separator: ", and "))") + ".")
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }
}

/// ReplicaSets as the log knows them, when an attempt was classified.
struct ArgoObjects {
  enum Origin { case neverRan, collected, kept }

  var desired: ArgoReplicaSet
  var stable: ArgoReplicaSet?
  var all: [ArgoReplicaSet]
  /// What became of the target's object.
  var origin: Origin
  let now: ArgoTime

  init(event: AttemptClassified, state: RolloutState, historyLimit: Int) {
    now = ArgoTime(microseconds: event.now.microseconds)
    let created = Self.creations(before: event, state)
    var sets: [ArgoReplicaSet] = []
    for (number, moment) in created {
      var set = ArgoReplicaSet(
        name: "revision-\(number)", hash: "\(number)", created: moment,
        requested: number == event.stable ? 1 : 0)
      // Known while the state is that of the moment; a later one may have forgotten it.
      if let until = state.keptUntil(number), number != event.stable {
        set.scaleDownDeadline = .at(ArgoTime(microseconds: until.microseconds))
        if until > event.now { set.requested = 1 }
      }
      sets.append(set)
    }
    // Neither stable nor with pods: the oldest beyond the limit are gone. What is excess is counted
    // before those that cannot go are left out.
    let others = sets.filter { $0.hash != "\(event.stable?.value ?? 0)" }
    let excess = max(0, others.count - historyLimit)
    let gone = Set(others.prefix(excess).filter { !$0.isActive }.map(\.hash))
    let hash = "\(event.revision)"
    let existed = sets.contains { $0.hash == hash }
    origin = !existed ? .neverRan : gone.contains(hash) ? .collected : .kept
    sets.removeAll { gone.contains($0.hash) }

    if let kept = sets.first(where: { $0.hash == hash }) {
      desired = kept
    } else {
      desired = ArgoReplicaSet(name: "revision-\(hash)", hash: hash, created: now)
      sets.append(desired)
    }
    stable = event.stable.flatMap { number in sets.first { $0.hash == "\(number)" } }
    all = sets
  }

  /// Revisions attempted before the event with the moment their ReplicaSet was made, oldest first.
  private static func creations(
    before event: AttemptClassified, _ state: RolloutState
  ) -> [(RevisionNumber, ArgoTime)] {
    var known: [(number: RevisionNumber, at: LogPosition, since: Timestamp)] = []
    for (number, history) in state.history {
      guard let position = history.attemptedAt, let since = history.attemptedSince,
        since < event.now || number == event.stable
      else { continue }
      known.append((number, position, since))
    }
    known.sort { ($0.since, $0.at, $0.number) < ($1.since, $1.at, $1.number) }
    var creations: [(RevisionNumber, ArgoTime)] = []
    for (index, entry) in known.enumerated() {
      // Imported together: their true moments are not known, only that they were one after another.
      let younger = known[(index + 1)...].prefix { $0.at == entry.at }.count
      let moment = ArgoTime(microseconds: entry.since.microseconds)
      creations.append((entry.number, moment.adding(seconds: -younger)))
    }
    return creations.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
  }
}
