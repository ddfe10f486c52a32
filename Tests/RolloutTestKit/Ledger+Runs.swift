import RolloutCore

/// What an auditor demands of analysis.
extension Ledger {
  mutating func readRun(_ event: RolloutEvent) {
    switch event {
    case .runScheduled(let number, let key, now: _):
      if key.type == .verification {
        demand(running == nil, "a verification begins beside an attempt")
        verifications[number, default: []].insert(key)
        attempts[number]?.scheduled.insert(key)
      } else {
        change(number, "scheduled") { Self.schedule(&$0, key, &$1) }
      }
    case .runCreated(let number, let key, _, now: _):
      guard var entry = attempts[number] else { return broken.append("created: no \(number)") }
      // A late report of a run that was cancelled meanwhile is no new start.
      demand(entry.scheduled.contains(key), "\(key.brief) created but not wanted")
      demand(!entry.created.contains(key), "\(key.brief) created twice")
      demand(
        number == running || entry.watched || key.type == .verification
          || !entry.open.contains(key),
        "\(key.brief) created after attempt \(number)")
      entry.created.insert(key)
      attempts[number] = entry
    case .runCancelled(let number, let key, _, now: _):
      if key.type == .verification {
        demand(verifications[number]?.remove(key) != nil, "\(key.brief) cancelled but not open")
      } else {
        demand(
          number == running || attempts[number]?.watched == true,
          "\(key.brief) cancelled after attempt \(number)")
        demand(attempts[number]?.open.remove(key) != nil, "\(key.brief) cancelled but not open")
      }
    case .runFinished(let number, let key, let result, let reading, now: _):
      finish(number, key, result, reading)
    case .runMissing(let number, let key, now: _):
      demand(attempts[number]?.scheduled.contains(key) == true, "\(key.brief) missing, not wanted")
      demand(attempts[number]?.created.contains(key) == false, "\(key.brief) missing but created")
      let isNew = attempts[number]?.missing.insert(key).inserted
      demand(isNew == true, "\(key.brief) missing twice")
    case .runawayDetected(let number, _, let objects, now: _):
      demand(attempts[number] != nil && objects > 0, "a runaway of no attempt")
    default: break
    }
  }

  private static func schedule(_ entry: inout Entry, _ key: RunKey, _ broken: inout [String]) {
    if entry.track == .fast { broken.append("\(key.brief) scheduled on the fast track") }
    if entry.fullPromotion { broken.append("\(key.brief) scheduled after full promotion") }
    if entry.isHalted { broken.append("\(key.brief) scheduled while halted") }
    if entry.stable == nil { broken.append("\(key.brief) scheduled in a first deployment") }
    if !entry.scheduled.insert(key).inserted { broken.append("\(key.brief) scheduled twice") }
    if let index = key.stepIndex, index != entry.step {
      broken.append("\(key.brief) scheduled at step \(entry.step)")
    }
    let step = entry.steps.indices.contains(entry.step) ? entry.steps[entry.step] : nil
    switch (key.type, step) {
    case (.step, .analysis), (.experiment, .experiment), (.plugin, .plugin): break
    case (.background, _):
      guard let start = entry.strategy?.background?.startingStep, entry.step >= start else {
        broken.append("background scheduled before its starting step")
        break
      }
    case (.prePromotion, _):
      if entry.strategy?.blueGreen?.prePromotion == nil { broken.append("nothing to verify") }
      if entry.switched { broken.append("pre-promotion scheduled after the switch") }
    case (.postPromotion, _):
      if entry.strategy?.blueGreen?.postPromotion == nil { broken.append("nothing to verify") }
      if !entry.switched || entry.active != entry.revision {
        broken.append("post-promotion scheduled before the switch was seen")
      }
    case (.step, _), (.experiment, _), (.plugin, _), (.verification, _):
      broken.append("\(key.brief) scheduled at another step")
    }
    if key.round > 1 {
      let before = RunKey(type: key.type, stepIndex: key.stepIndex, round: key.round - 1)
      if entry.results[before] != .inconclusive, !entry.voided.contains(before) {
        broken.append("\(key.brief) repeats what was not inconclusive")
      }
    }
    entry.open.insert(key)
  }

  private mutating func finish(
    _ number: AttemptNumber, _ key: RunKey, _ result: RunResult, _ reading: RunReading
  ) {
    guard var entry = attempts[number] else { return broken.append("finished: no \(number)") }
    let wasOpen =
      key.type == .verification
      ? verifications[number]?.remove(key) != nil : entry.open.remove(key) != nil
    demand(entry.created.contains(key), "\(key.brief) of \(number) finished but never created")
    let isFirst = entry.readings.insert(key).inserted
    demand(isFirst, "\(key.brief) of \(number) finished twice")
    demand(wasOpen == (reading != .stopped), "\(key.brief) of \(number) read as \(reading)")
    demand(
      reading != .verified
        || (result.phase == .successful && result.measurements > 0
          && result.evidence == .measured),
      "\(key.brief) of \(number) verified without evidence")
    if wasOpen {
      demand(
        number == running || entry.watched || key.type == .verification,
        "\(key.brief) counts after attempt \(number)")
      entry.results[key] = result.phase
    }
    attempts[number] = entry
  }
}
