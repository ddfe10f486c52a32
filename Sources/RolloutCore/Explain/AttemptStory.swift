/// What there is to say about one classification.
struct AttemptStory {
  let event: AttemptClassified
  let cluster: ClusterName
  let name: ApplicationName?
  let application: ApplicationState

  private var classification: Classification { event.classification }
  private var answer: WindowAnswer? { classification.rollback?.answer }

  private var place: String { name.map { "of \($0) on \(cluster)" } ?? "on \(cluster)" }

  // MARK: Headline

  var headline: String {
    switch classification.kind {
    case .initial:
      "First deployment \(place): revision \(event.revision), nothing may run."
    case .forward:
      "Roll-out \(place) from revision \(stableText) to \(event.revision): all steps and analysis "
        + "run."
    case .returnToStable:
      "Return \(place) to stable revision \(event.revision): \(consequence)."
    case .rollback:
      "\(manner) \(place) from revision \(stableText) to "
        + "\(event.revision): \(windowVerdict), \(consequence)."
    }
  }

  private var manner: String {
    switch classification.rollback?.rollbackClass {
    case .emergency: "Emergency rollback"
    case .automatic: "Automatic rollback"
    case .regular, nil: "Rollback"
    }
  }

  private var owesVerification: Bool {
    classification.rules.contains(.emergencyOwesVerification)
  }
  private var stableText: String { event.stable?.description ?? "none" }

  private var windowVerdict: String {
    guard let answer else { return "no window" }
    return switch answer.verdict {
    case .inside: "inside the window"
    case .outsideByRevisions, .outsideByDuration, .outsideByBoth: "outside the window"
    case .noWindow: "no window is set"
    case .neverStableHere: "never stable here, so outside the window"
    case .neverRanHere: "never ran here, so outside the window"
    }
  }

  private var consequence: String {
    switch classification.track {
    case .fast where owesVerification: "nothing may run now, its verification is owed"
    case .fast where classification.rules.contains(.stillHeldByScaleDownDelay):
      "its pods are still held, nothing may run"
    case .fast: "nothing may run"
    case .full where classification.rules.contains(.analysisInsisted):
      "analysis was asked for and runs"
    case .full: "all steps and analysis run"
    }
  }

  // MARK: Prose

  var paragraphs: [String] {
    [beginning, judgement, meaning, warning].filter { !$0.isEmpty }
  }

  private var beginning: String {
    let target = described(event.revision)
    var text: String
    switch classification.origin {
    case .commanded where classification.rollback?.rollbackClass == .automatic:
      text =
        "At \(event.now.utcText) Windlass went back to \(target) by itself, as policy asks: "
        + "\(event.by.reason.isEmpty ? "the watch after the promotion failed" : event.by.reason)."
    case .commanded:
      text =
        "\(Explainer.who(event.by)) asked for \(target) at \(event.now.utcText)"
        + "\(Explainer.why(event.by))."
    case .observed:
      text =
        "At \(event.now.utcText) \(cluster) reported a change to \(target) that nobody asked "
        + "Windlass for. It was adopted and judged by the same rules; who made it is not known."
    }
    if classification.rules.contains(.heldButObserved) {
      text +=
        " Revision \(event.revision) is held, which refuses commands; the change was already made, "
        + "so it is recorded and not fought."
    }
    if classification.rollback?.rollbackClass == .emergency {
      text += " It was declared an emergency."
    }
    return text
  }

  private var judgement: String {
    switch classification.kind {
    case .initial:
      return "Nothing was stable on \(cluster) yet, so there is nothing to compare with."
    case .forward:
      return
        "Stable was \(described(event.stable)). A higher number is a forward attempt, whatever "
        + "ran before."
    case .returnToStable:
      return "Revision \(event.revision) never stopped being stable; something else was being "
        + "attempted or had been aborted."
    case .rollback:
      guard let answer else { return "" }
      var text = ["Stable was \(described(event.stable)).", between(answer), windowProse(answer)]
      if classification.rules.contains(.stillHeldByScaleDownDelay) {
        text.append(
          "Whatever the window says, its pods are still held by a scale-down delay, so going back "
            + "is only a switch.")
      }
      return text.joined(separator: " ")
    }
  }

  private func described(_ number: RevisionNumber?) -> String {
    guard let number else { return "no revision" }
    guard let revision = application.revision(number)?.revision else { return "revision \(number)" }
    return "revision \(number) (\(revision.release))"
  }

  private func between(_ answer: WindowAnswer) -> String {
    let manner =
      switch answer.window?.counting ?? .attempted {
      case .attempted: "attempted here"
      case .promoted: "stable here"
      case .registered: "registered"
      }
    guard !answer.between.isEmpty else {
      return "No revision \(manner) lies between revision \(answer.stable) and \(answer.target)."
    }
    let verb = answer.between.count == 1 ? "lies" : "lie"
    let list = Counterfactual.list(answer.between)
    return "\(Explainer.sentence(list).dropLast()), \(manner), \(verb) between."
  }

  private func windowProse(_ answer: WindowAnswer) -> String {
    guard answer.verdict != .noWindow, let window = answer.window else {
      return "No policy and no manifest sets a rollback window, so a rollback is treated like any "
        + "other change."
    }
    let source =
      switch answer.source {
      case .policy(let name): "policy \(name)"
      case .manifest: "the Rollout manifest"
      case .none: "no source"
      }
    var text = "The window comes from \(source): \(spoken(window))."
    switch answer.verdict {
    case .neverRanHere:
      text +=
        " Revision \(answer.target) never ran on \(cluster), so there is no experience to rely on."
      return text
    case .neverStableHere:
      text +=
        " Revision \(answer.target) ran on \(cluster) but was never stable there, so there is no "
        + "good experience to rely on."
      return text
    case .inside, .outsideByRevisions, .outsideByDuration, .outsideByBoth, .noWindow: break
    }
    if let limit = window.revisions {
      let count = answer.between.count
      text +=
        count < limit
        ? " \(Counterfactual.count(count, "revision")) between is fewer than \(limit)."
        : " \(Counterfactual.count(count, "revision")) between is not fewer than \(limit)."
    }
    if let duration = window.duration {
      if let stopped = answer.stoppedBeingStableAt {
        let age = event.now.since(stopped)
        text +=
          " Revision \(answer.target) stopped being stable at \(stopped.utcText), \(age.text) "
          + "before, which is \(age <= duration ? "within" : "more than") \(duration.text)."
      } else {
        text +=
          " The log has no moment at which revision \(answer.target) stopped being stable, so the "
          + "time cannot hold."
      }
    }
    if answer.restsOnImport {
      text +=
        " That it was once stable rests on the cluster's own objects, imported when the rollout "
        + "was adopted, not on a promotion that Windlass saw."
    }
    return text
  }

  private func spoken(_ window: RollbackWindow) -> String {
    let revisions = window.revisions.map {
      "fewer than \(Counterfactual.count($0, "revision")) between"
    }
    let duration = window.duration.map { "stable until at most \($0.text) ago" }
    return [revisions, duration].compactMap { $0 }
      .joined(separator: window.match == .all ? " and " : " or ")
  }

  private var meaning: String {
    switch classification.track {
    case .fast where owesVerification:
      "A policy lets an emergency skip steps and analysis outside the window, for now: all analysis "
        + "of strategy version \(event.strategy) is owed and runs once revision \(event.revision) "
        + "is stable. Until one run of it ends verified, or somebody waives it with a reason, no "
        + "forward attempt starts here; going back is never held up."
    case .fast:
      "So it goes at once: no step and no analysis of any kind may run for it, whatever was in "
        + "flight is cancelled, and a run that appears all the same is recorded as a violation. "
        + "Revision \(event.revision) becomes stable when \(cluster) reports it available at full "
        + "scale."
    case .full:
      "So it takes the full way, strategy version \(event.strategy)\(stepsText): each step and its "
        + "analysis has to succeed, and a failed analysis gives all traffic back to revision "
        + "\(stableText)."
    }
  }

  private var warning: String {
    var text: [String] = []
    if classification.warnings.contains(.trafficAheadOfCapacity) {
      text.append(
        "Beware: this controller may send all traffic to revision \(event.revision) as soon as one "
          + "of its pods is ready (argoproj/argo-rollouts#3941), and the pods last reported do not "
          + "show that it has all it needs.")
    }
    if classification.warnings.contains(.unknownController) {
      text.append(
        "Which version of Argo Rollouts \(cluster) runs is not known, so the worst is assumed.")
    }
    return text.joined(separator: " ")
  }

  private var stepsText: String {
    guard let strategy = application.strategy(event.strategy) else { return "" }
    return " with \(Counterfactual.count(strategy.steps.count, "step"))"
      + (strategy.background == nil ? "" : " and background analysis")
  }

  // MARK: Trace

  var trace: [Explanation.TraceLine] {
    classification.rules.map { rule in
      Explanation.TraceLine(rule: rule, text: text(of: rule), facts: positions(for: rule))
    }
  }

  /// Places of the facts that a rule looked at.
  private func positions(for rule: Rule) -> [LogPosition] {
    let kinds: [Fact.Kind] =
      switch rule {
      case .initialDeployment: [.targetRegistered, .strategy]
      case .forwardByNumber, .rollbackByNumber, .startBelowStableIsRollback, .returnToStable,
        .rollbackAboveStable:
        [.targetRegistered, .stableSince]
      case .windowFromPolicy: [.windowPolicy]
      case .windowFromManifest, .noWindow, .noStrategy: [.strategy]
      case .windowRevisionsHeld, .windowRevisionsExceeded: [.attemptedBetween, .stableSince]
      case .windowDurationHeld, .windowDurationExceeded: [.targetStoppedBeingStable]
      case .importedHistory: [.importedHistory]
      case .neverStableHere, .neverRanHere, .unknownRevision: [.targetRegistered]
      case .heldRevision, .heldButObserved, .notHeld: [.hold]
      case .insideMeansFast, .outsideMeansFull, .emergencyInsideWindow, .emergencyOutsideWindow:
        [.windowPolicy, .strategy, .targetStoppedBeingStable, .importedHistory]
      case .emergencyOwesVerification: [.emergencyPolicy]
      case .verificationOwed, .nothingOwed, .waiverNeedsReason: [.verificationOwed]
      case .automaticAfterWatch: [.watchFailed]
      case .stillHeldByScaleDownDelay: [.scaleDownDelay]
      case .observedAdopted, .analysisInsisted, .emergencyNeedsReason, .noPreviousStable,
        .nothingStable, .unknownCluster, .notProgressing, .notPaused, .notAborted,
        .nothingToPromote, .notFast, .notARollback, .attemptRunning, .releaseContentChanged,
        .versionMoved, .noSteps, .nothingToUndo, .nothingToRestart, .limitReached,
        .emergencyWithAnalysis, .emergencyNotRetried, .onlyObserved:
        []
      }
    return classification.facts.filter { kinds.contains($0.kind) }.compactMap(\.position)
  }

  private func text(of rule: Rule) -> String {
    let target = event.revision
    let count = answer?.between.count ?? 0
    let window = answer?.window
    return switch rule {
    case .initialDeployment: "nothing is stable yet: a first deployment"
    case .forwardByNumber: "\(target) is above stable \(stableText): a forward attempt"
    case .returnToStable: "\(target) is stable while something else was desired: a return to it"
    case .rollbackByNumber: "\(target) is below stable \(stableText): a rollback"
    case .startBelowStableIsRollback: "a start below stable is judged as a rollback"
    case .observedAdopted: "the change was made outside Windlass: adopted, not fought"
    case .windowFromPolicy:
      if case .policy(let name) = answer?.source {
        "the window of policy \(name) is in force"
      } else {
        "a policy's window is in force"
      }
    case .windowFromManifest: "the Rollout manifest's own window is in force"
    case .noWindow: "no policy and no manifest sets a window"
    case .windowRevisionsHeld:
      "\(count) between \(stableText) and \(target), fewer than \(window?.revisions ?? 0)"
    case .windowRevisionsExceeded:
      "\(count) between \(stableText) and \(target), not fewer than \(window?.revisions ?? 0)"
    case .windowDurationHeld:
      "\(target) stopped being stable at \(stoppedText), at most \(window?.duration?.text ?? "") ago"
    case .windowDurationExceeded:
      "\(target) stopped being stable at \(stoppedText), not within \(window?.duration?.text ?? "")"
    case .neverStableHere: "\(target) was attempted on \(cluster) but never stable there"
    case .neverRanHere: "\(target) was never attempted on \(cluster)"
    case .importedHistory: "that \(target) was once stable rests on imported history"
    case .insideMeansFast: "inside the window: no step and no analysis"
    case .outsideMeansFull: "outside the window: all steps and analysis"
    case .analysisInsisted: "the caller asked for analysis all the same"
    case .emergencyInsideWindow: "an emergency inside the window: no step and no analysis"
    case .emergencyOutsideWindow:
      "an emergency outside the window, which no policy allows, is refused"
    case .emergencyNeedsReason: "an emergency needs a reason"
    case .heldRevision: "\(target) is held"
    case .heldButObserved: "\(target) is held, but the change was already made"
    case .rollbackAboveStable: "\(target) is above stable \(stableText)"
    case .noPreviousStable: "nothing was stable before \(stableText)"
    case .nothingStable: "nothing is stable yet"
    case .unknownRevision: "\(target) is not registered"
    case .unknownCluster: "\(cluster) is not registered"
    case .noStrategy: "the application has no strategy"
    case .notProgressing: "nothing is in progress"
    case .notPaused: "nothing is paused"
    case .notAborted: "nothing was aborted"
    case .nothingToPromote: "no step is left to promote"
    case .notFast: "the attempt runs analysis already"
    case .notARollback: "the attempt is no rollback"
    case .attemptRunning: "an attempt is running"
    case .releaseContentChanged: "the release is registered with other content"
    case .versionMoved: "the rollout moved on since the caller looked"
    case .notHeld: "the revision is not held"
    case .stillHeldByScaleDownDelay: "the pods of \(target) are still held by a scale-down delay"
    case .emergencyOwesVerification:
      "an emergency outside the window, as policy allows: no step and no analysis now, owed for later"
    case .verificationOwed: "a verification is owed"
    case .nothingOwed: "no verification is owed"
    case .waiverNeedsReason: "waiving a verification needs a reason"
    case .automaticAfterWatch: "the watch over stable \(stableText) failed: back to what was before"
    case .noSteps: "the strategy has no steps"
    case .nothingToUndo: "nothing was desired before"
    case .nothingToRestart: "nothing runs that could be restarted"
    case .limitReached: "a limit is reached"
    case .emergencyWithAnalysis: "an emergency goes without analysis"
    case .emergencyNotRetried: "an emergency is declared again, not retried"
    case .onlyObserved: "\(cluster) is only observed"
    }
  }

  private var stoppedText: String {
    answer?.stoppedBeingStableAt?.utcText ?? "no recorded moment"
  }

  // MARK: Argo

  /// How Argo Rollouts itself would have judged, where that differs: it reads the manifest's number
  /// only, counts surviving objects by creation time, knows no time range and does not ask whether
  /// the target was ever stable. A revision that ran here stands for one object.
  var argoDiffers: String? {
    guard let answer else { return nil }
    let manifest = application.strategy(event.strategy)?.window?.revisions
    // A target that never ran has no object: to Argo it is a new one, with steps and analysis.
    let argoInside =
      answer.verdict != .neverRanHere && (manifest.map { answer.between.count < $0 } ?? false)
    let counting = answer.window?.counting ?? .attempted
    guard answer.isInside != argoInside || (counting != .attempted && manifest != nil) else {
      return nil
    }

    var reasons: [String] = []
    if answer.verdict == .neverStableHere {
      reasons.append("it does not ask whether the target was ever stable")
    }
    if answer.window?.duration != nil { reasons.append("it knows no time range") }
    if answer.window?.revisions != manifest {
      reasons.append(
        "it reads the manifest's window only, which "
          + (manifest.map { "is \(Counterfactual.count($0, "revision"))" } ?? "is not set"))
    }
    switch counting {
    case .attempted: break
    case .promoted:
      reasons.append("it counts every revision whose object survives, not only those once stable")
    case .registered:
      reasons.append("it counts revisions whose objects survive, not all that are registered")
    }
    guard !reasons.isEmpty else { return nil }
    // Only the count by the attempted rule is what Argo's objects would give.
    let verdict =
      counting == .attempted
      ? "would have judged this \(argoInside ? "inside" : "outside") the window"
      : "may have judged this otherwise"
    return "Argo Rollouts itself \(verdict): \(reasons.joined(separator: ", and "))."
  }
}
