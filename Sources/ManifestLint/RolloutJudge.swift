import ArgoManifests

/// Judges a Rollout as a whole; its strategy goes to `CanaryJudge` or `BlueGreenJudge`.
struct RolloutJudge {
  let rollout: Place
  let log: FindingLog

  var spec: Place { rollout["spec"] }
  var namespace: String? { rollout["metadata"]["namespace"].text }
  /// Kubernetes' default, which the controller shares.
  var historyLimit: Int64 { spec["revisionHistoryLimit"].integer ?? 10 }
  var progressDeadline: Int64 { spec["progressDeadlineSeconds"].integer ?? 600 }
  /// The window, where there is one that works.
  var window: Place? {
    let revisions = spec["rollbackWindow"]["revisions"]
    return (revisions.integer ?? 0) > 0 ? revisions : nil
  }

  private static let fields: Set<String> = [
    "replicas", "selector", "template", "workloadRef", "minReadySeconds", "revisionHistoryLimit",
    "paused", "progressDeadlineSeconds", "progressDeadlineAbort", "restartAt", "strategy",
    "analysis", "rollbackWindow",
  ]

  func judge(_ analyses: inout AnalysisJudge, _ workloads: Workloads) {
    guard spec.isMapping else {
      log.report(
        .fieldMissing, spec.isPresent ? spec : rollout, "the rollout has no spec", fix: "give one")
      return
    }
    Fields.check(spec, Self.fields, log)
    numbers()
    windowItself()
    workloadReference(workloads)
    let strategy = spec["strategy"]
    let (canary, blueGreen) = (strategy["canary"], strategy["blueGreen"])
    Fields.check(strategy, ["canary", "blueGreen"], log)
    switch (canary.isPresent, blueGreen.isPresent) {
    case (true, true):
      log.report(
        .strategyCount, strategy, "the rollout has both canary and blueGreen", fix: "keep one")
    case (false, false):
      log.report(
        .strategyCount, strategy,
        "the rollout has neither canary nor blueGreen: Argo Rollouts refuses it",
        fix: "write canary: {} for a rolling update")
    case (true, false):
      CanaryJudge(rollout: self, canary: canary, log: log).judge(&analyses)
    case (false, true):
      BlueGreenJudge(rollout: self, blueGreen: blueGreen, log: log).judge(&analyses, workloads)
    }
  }

  private func numbers() {
    Fields.integers(
      spec, ["replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"],
      from: 0, log)
    let ready = spec["minReadySeconds"].integer ?? 0
    if progressDeadline <= ready {
      log.report(
        .deadlineTooShort,
        spec["progressDeadlineSeconds"].isPresent
          ? spec["progressDeadlineSeconds"] : spec["minReadySeconds"],
        "progressDeadlineSeconds (\(progressDeadline)) is not above minReadySeconds (\(ready)): Argo "
          + "Rollouts refuses it",
        fix: "use a longer progress deadline")
    }
  }

  private func windowItself() {
    let block = spec["rollbackWindow"]
    guard block.isPresent else { return }
    Fields.check(block, ["revisions"], log)
    let place = block["revisions"]
    guard let revisions = place.integer else {
      if place.isPresent {
        log.report(
          .fieldType, place, "revisions must be an integer, is \(place.node?.kind ?? "nothing")",
          fix: "write a whole number")
      } else {
        log.report(
          .windowNotPositive, block, "the window has no revisions, so it is off",
          fix: "give revisions, or take the block out")
      }
      return
    }
    Fields.integer(place, "revisions", from: nil, log)
    guard revisions > 0 else {
      log.report(
        .windowNotPositive, place,
        "a window of \(revisions) is accepted and switches the window off",
        fix: "use 1 or more, or take the block out")
      return
    }
    if revisions > historyLimit {
      log.report(
        .windowBeyondHistory, place,
        "the window reaches \(revisions) revisions back, and only \(historyLimit) are kept: a "
          + "rollback to one that was deleted plays all steps",
        fix: "raise revisionHistoryLimit to \(revisions), or shrink the window")
    }
    log.report(
      .windowReach, place,
      "from revision N back to N-\(revisions) counts as inside, one more than the documentation's "
        + "example says; revisions that were aborted or scaled down use up the window",
      fix: revisions == 1
        ? "no window is shorter; 0 switches it off"
        : "use \(revisions - 1) to end one earlier; 0 switches the window off")
  }

  private func workloadReference(_ workloads: Workloads) {
    let reference = spec["workloadRef"]
    let template = spec["template"]
    guard reference.isPresent else {
      selector(spec["selector"])
      if template.isAbsent {
        log.report(
          .fieldMissing, spec, "the rollout has neither template nor workloadRef",
          fix: "give spec.template")
      }
      return
    }
    if template.isPresent && !template.members.isEmpty {
      log.report(
        .workloadRefAndTemplate, template,
        "template must be empty beside workloadRef: Argo Rollouts refuses it", fix: "keep one")
    }
    let blueGreen = spec["strategy"]["blueGreen"]
    let gate = blueGreen["autoPromotionEnabled"].bool == false
    if blueGreen["prePromotionAnalysis"].isPresent || gate {
      log.report(
        .workloadRefSkipsChecks, reference,
        "a change of the referenced workload can go live without the "
          + (gate ? "manual promotion" : "pre-promotion analysis"),
        fix: "give the pods in spec.template")
    }
    let key = Workloads.Key(
      kind: reference["kind"].text ?? "", namespace: namespace, name: reference["name"].text ?? "")
    let scaleDown = reference["scaleDown"].text ?? "never"
    if let replicas = workloads.replicas(key), replicas > 0, scaleDown == "never" {
      log.report(
        .workloadStillScaled, reference,
        "the \(Shown.text(key.kind)) \(Shown.quoted(key.name)) keeps \(replicas) pods of its own "
          + "beside those of the rollout",
        fix: "set its replicas to 0, or workloadRef.scaleDown to onsuccess or progressively")
    }
  }

  private func selector(_ place: Place) {
    guard place.isMapping else {
      log.report(
        .fieldMissing, spec, "the rollout has no selector: Argo Rollouts refuses it",
        fix: "give spec.selector")
      return
    }
    if place["matchLabels"].members.isEmpty && place["matchExpressions"].items.isEmpty {
      log.report(
        .fieldMissing, place, "the selector is empty: Argo Rollouts refuses it",
        fix: "give matchLabels")
    }
  }

  /// Rules on the window that hold for both strategies.
  func windowWithAnalysis(_ analyses: [Place]) {
    guard let window else { return }
    if spec["progressDeadlineAbort"].bool == true {
      log.report(
        .windowAbortFlaps, spec["progressDeadlineAbort"],
        "a rollback inside the window removes the abort that the deadline sets, pass after pass",
        fix: "leave progressDeadlineAbort out, or the window")
    }
    if analyses.contains(where: \.isPresent) {
      log.report(
        .windowSkipsAnalysis, window,
        "a rollback inside the window runs no analysis and stops what runs; only availability is "
          + "waited for",
        fix: "keep the window small enough for revisions you would trust unseen")
    }
  }

  /// An old revision with a scale-down deadline keeps the progress deadline from counting.
  func scaleDownDelay(_ place: Place) {
    guard let delay = place.integer, delay > progressDeadline else { return }
    log.report(
      .deadlineSuspended, place,
      "while an old revision waits \(delay) s to be scaled down, the progress deadline "
        + "(\(progressDeadline) s) of the next update does not count",
      fix: "use a delay of at most progressDeadlineSeconds")
  }
}
