import RolloutCore

/// What an auditor demands of steps, pauses and switches.
extension Ledger {
  static func reclassify(
    _ entry: inout Entry, _ event: AttemptReclassified, _ broken: inout [String]
  ) {
    if event.rule == .emergencyOwesVerification { entry.fastOutside = true }
    if event.track != entry.track {
      entry.step = 0
      entry.voided = entry.scheduled
      for reason in PauseReason.allCases where reason != .person { entry.pauses[reason] = nil }
      if event.track == .full { entry.available = false }
      entry.weight = nil
      entry.verified = nil
      entry.approved = false
      entry.checkpoint = false
      if event.track == .full {
        entry.switched = false
        entry.active = nil
      }
      if event.track == .fast {
        if !entry.open.isEmpty { broken.append("reclassified to fast with runs in flight") }
        if entry.inside != true, !entry.fastOutside {
          broken.append("reclassified to fast outside the window")
        }
        entry.contractOpened = true
      }
      entry.beganAt = event.now
      entry.isLate = false
    }
    entry.track = event.track
    if event.rollbackClass == .emergency, entry.inside == false, !entry.fastOutside {
      broken.append("an emergency outside its window")
    }
  }

  static func pause(
    _ entry: inout Entry, _ reason: PauseReason, _ now: Timestamp, _ broken: inout [String]
  ) {
    if entry.pauses[reason] != nil { broken.append("paused twice for \(reason)") }
    switch reason {
    case .step, .blueGreen:
      if entry.isHalted { broken.append("a pause began while halted") }
      if entry.track == .fast { broken.append("a pause on the fast track") }
      if entry.fullPromotion { broken.append("a pause after full promotion") }
      if reason == .step {
        guard entry.steps.indices.contains(entry.step), case .pause = entry.steps[entry.step] else {
          broken.append("a pause at a step that is none")
          break
        }
      }
    case .person: break
    case .inconclusiveAnalysis, .inconclusiveExperiment:
      if !entry.results.values.contains(.inconclusive) { broken.append("nothing is inconclusive") }
    }
    entry.pauses[reason] = now
  }

  static func reach(
    _ entry: inout Entry, _ index: Int, _ how: StepEnd, _ now: Timestamp, _ broken: inout [String]
  ) {
    if entry.track == .fast { broken.append("a step on the fast track") }
    if entry.fullPromotion { broken.append("a step after full promotion") }
    if entry.isHalted { broken.append("a step completed while halted") }
    if index != entry.step + 1 { broken.append("step \(index) after \(entry.step)") }
    if index > entry.steps.count { broken.append("step \(index) of \(entry.steps.count)") }
    let step = entry.steps.indices.contains(entry.step) ? entry.steps[entry.step] : nil
    let isRouted = entry.strategy?.canary?.traffic != nil
    switch (how, step) {
    case (.weightApplied, .setWeight(let weight)):
      if entry.weight != weight { broken.append("weight \(weight) was never confirmed") }
      if entry.verified == false { broken.append("weight \(weight) was denied by the router") }
      if entry.pods?.desired.available == 0, weight > 0, (entry.strategy?.replicas ?? 0) > 1 {
        broken.append("weight \(weight) on no pod")
      }
    case (.scaled, .setWeight(let weight)):
      if isRouted { broken.append("a router was not asked for weight \(weight)") }
      checkPods(entry, &broken)
    case (.scaled, .setCanaryScale): checkPods(entry, &broken)
    case (.pauseElapsed, .pause(let duration?)):
      let since = entry.pauses[.step].map { now.since($0) }
      if since.map({ $0 <= duration }) ?? true { broken.append("a timer fired early") }
    case (.analysisSuccessful, .analysis):
      if entry.latest(.step, at: entry.step) != .successful { broken.append("without success") }
    case (.experimentSuccessful, .experiment):
      if entry.latest(.experiment, at: entry.step) != .successful {
        broken.append("without success")
      }
    case (.pluginSuccessful, .plugin):
      if entry.latest(.plugin, at: entry.step) != .successful { broken.append("without success") }
    case (.applied, .plugin(let call)):
      if !call.disabled { broken.append("a plugin was passed by") }
    case (.applied, .setHeaderRoute), (.applied, .setMirrorRoute), (.applied, .progressThreshold),
      (.resumed, .pause), (.promoted, _), (.skipped, _):
      break
    default: broken.append("step \(entry.step) ended by \(how.rawValue)")
    }
    if entry.open.contains(where: { $0.stepIndex == entry.step }) {
      broken.append("step \(entry.step) ended with its run open")
    }
    entry.step = index
    entry.pauses[.step] = nil
    entry.beganAt = now
    entry.isLate = false
  }

  private static func checkPods(_ entry: Entry, _ broken: inout [String]) {
    guard let pods = entry.pods else {
      broken.append("pods that nobody saw")
      return
    }
    guard !entry.hasThreshold else { return }
    if pods.desired.requested != pods.desired.available { broken.append("pods are on their way") }
    if entry.strategy?.canary?.traffic == nil, pods.others.available > 0 {
      broken.append("other revisions still serve")
    }
  }

  /// The preview is verified: it may grow, or be switched to.
  static func passPreview(
    _ entry: inout Entry, _ what: String, _ now: Timestamp, _ broken: inout [String]
  ) {
    guard let blueGreen = entry.strategy?.blueGreen else {
      broken.append("\(what) without a blue-green strategy")
      return
    }
    if entry.isHalted { broken.append("\(what) while halted") }
    if entry.track == .full, !entry.fullPromotion {
      if blueGreen.prePromotion != nil, entry.latest(.prePromotion) != .successful {
        broken.append("\(what) without pre-promotion analysis")
      }
      let delay = blueGreen.autoPromotionDelay ?? Interval(microseconds: 0)
      let needsPause = !blueGreen.autoPromotion || delay > Interval(microseconds: 0)
      if needsPause, !entry.approved, !entry.checkpoint {
        let since = entry.pauses[.blueGreen].map { now.since($0) }
        if !blueGreen.autoPromotion { broken.append("\(what) without a person") }
        if since.map({ $0 <= delay }) ?? true { broken.append("\(what): a timer fired early") }
      }
    } else if what == "checkpoint" {
      broken.append("a checkpoint of what skips the preview")
    }
    let pods = entry.pods?.desired
    if let pods, !entry.available, pods.requested != pods.available {
      broken.append("\(what) of a preview that is not saturated")
    }
    entry.pauses[.blueGreen] = nil
    entry.beganAt = now
    entry.isLate = false
  }

  static func miss(_ entry: inout Entry, _ now: Timestamp, _ broken: inout [String]) {
    if entry.isLate { broken.append("a deadline missed twice") }
    if !entry.pauses.isEmpty, !isShortOfPreview(entry) {
      broken.append("a deadline missed while paused")
    }
    // Reports without progress do not count, so less may have passed since the last report; since
    // the step began, or somebody resumed, all of it has.
    if now.since(entry.beganAt) <= entry.strategy?.progress.deadline ?? .seconds(0) {
      broken.append("a deadline missed early")
    }
    if entry.track == .full, !entry.fullPromotion, entry.steps.indices.contains(entry.step) {
      switch entry.steps[entry.step] {
      case .pause, .analysis, .experiment: broken.append("a deadline at a step that takes its time")
      case .setWeight, .setCanaryScale, .setHeaderRoute, .setMirrorRoute, .plugin,
        .progressThreshold:
        break
      }
    }
    entry.isLate = true
  }

  /// Alone before its switch, and the preview has lost pods meanwhile: that does not wait for a person.
  private static func isShortOfPreview(_ entry: Entry) -> Bool {
    guard entry.pauses.count == 1, entry.pauses[.blueGreen] != nil,
      let strategy = entry.strategy, let blueGreen = strategy.blueGreen,
      let pods = entry.pods?.desired
    else { return false }
    let wanted = entry.checkpoint || entry.approved ? nil : blueGreen.previewReplicas
    return pods.available < wanted ?? strategy.replicas
  }
}
