/// Background analysis after promotion, and what its failure leads to.
extension Decision {
  /// How an attempt is watched once it is promoted; `nil`: not at all, by policy, because no
  /// background analysis of it is running, or because the cluster is only observed: there Argo
  /// stops it.
  func watchRule(after attempt: Attempt) -> WatchRule? {
    guard context.registration.mode == .enforce,
      attempt.runs.contains(where: { $0.isOpen && $0.key.type == .background }),
      let rule = context.inForce(\.watch)?.part, rule.duration > .zero
    else { return nil }
    return rule
  }

  /// Asked when an attempt was promoted; its background analysis is still open then.
  mutating func startWatchIfAsked(ended: Attempt) {
    guard let rule = watchRule(after: ended) else { return }
    emit(
      .watchStarted(
        ended.number, ended.revision, until: now + rule.duration, rule.onFailure, now: now))
  }

  /// Another attempt begins: what still ran after the last one stops, each with its event.
  mutating func endWatchIfReplaced(by track: Track) {
    cancelVerification(track == .fast ? .fastTrack : .attemptEnded)
    guard let watch = state.watch else { return }
    cancelWatch(watch)
    emit(.watchEnded(watch.attempt, .replaced, now: now))
  }

  mutating func watchDue() {
    guard let watch = state.watch, now >= watch.until else { return }
    cancelWatch(watch)
    emit(.watchEnded(watch.attempt, .passed, now: now))
  }

  private mutating func cancelWatch(_ watch: Watch) {
    for run in watch.runs where run.isOpen {
      emit(.runCancelled(watch.attempt, run.key, .watchEnded, now: now))
    }
  }

  /// - Returns: whether the object is analysis that goes on after a promotion.
  mutating func seenWatched(_ object: RunObject, _ result: RunResult?) -> Bool {
    guard object.type == .background, let watch = state.watch,
      let run = watchedRun(watch, for: object)
    else { return false }
    // A late timer changes no answer: what is reported after the end comes too late.
    guard now < watch.until else {
      watchDue()
      return false
    }
    if run.object == nil { emit(.runCreated(watch.attempt, run.key, object, now: now)) }
    guard let result, run.isOpen else { return true }
    emit(.runFinished(watch.attempt, run.key, result, Self.reading(of: result), now: now))
    switch result.phase {
    case .failed, .error: watchFailed(watch, run.key, result.message)
    // Inconclusive stops nothing here: the revision is stable, and the reading is recorded.
    case .successful, .inconclusive: break
    }
    return true
  }

  private func watchedRun(_ watch: Watch, for object: RunObject) -> Attempt.Run? {
    if let run = watch.runs.first(where: { $0.object?.name == object.name }) { return run }
    guard !state.expectedObjects.contains(object.name) else { return nil }
    let hash = state.local[watch.revision]?.podHash
    guard hash == nil || object.podHash.isEmpty || object.podHash == hash else { return nil }
    return watch.runs.first { $0.object == nil && $0.isOpen }
  }

  /// Ends the watch, and goes back where policy says so: in the same decision, or the failure says
  /// why not. No other analysis of it is open then: an attempt has one at a time.
  private mutating func watchFailed(_ watch: Watch, _ key: RunKey, _ message: String) {
    guard watch.reaction == .rollback else {
      emit(.watchEnded(watch.attempt, .failed(key, message: message), now: now))
      return
    }
    var goingBack = self
    do {
      let target = try automaticTarget(watch)
      goingBack.emit(.watchEnded(watch.attempt, .failed(key, message: message), now: now))
      var wish = Wish(rollbackClass: .automatic)
      wish.failedWatch = Fact(.watchFailed, revision: watch.revision, at: watch.position)
      wish.by = Requester(
        principal: "windlass",
        reason: Self.bounded(
          "the watch of revision \(watch.revision) failed"
            + (message.isEmpty ? "" : ": \(message)")))
      try goingBack.begin(target, wish)
      self = goingBack
    } catch {
      let why = "no automatic rollback: \(error.message)"
      emit(
        .watchEnded(
          watch.attempt,
          .failed(key, message: Self.bounded(message.isEmpty ? why : "\(why); \(message)")),
          now: now))
    }
  }

  /// - Throws: ``Refusal`` where there is nothing lower that was stable before.
  private func automaticTarget(_ watch: Watch) throws(Refusal) -> RevisionNumber {
    guard let previous = watch.previous else {
      throw Refusal(.noPreviousStable, "nothing was stable before revision \(watch.revision)")
    }
    // After a rollback what was stable before is what it led away from.
    guard previous < watch.revision else {
      throw Refusal(
        .rollbackAboveStable,
        "revision \(previous), stable before, is not below revision \(watch.revision)")
    }
    return previous
  }

  /// What a reason or a message may hold, cut at a character.
  static func bounded(_ text: String) -> String {
    var kept = ""
    var count = 0
    for character in text {
      count += character.utf8.count
      guard count <= textMax else { break }
      kept.append(character)
    }
    return kept
  }

  /// UTF-8 bytes, as at the edges.
  private static let textMax = 2_048
}

extension RolloutState {
  /// What was stable last of all below what is, by when it stopped.
  var previousStable: RevisionNumber? {
    guard let stable else { return nil }
    var previous: (number: RevisionNumber, since: LogPosition)?
    for (number, history) in history where number < stable {
      guard let position = history.stoppedBeingStablePosition else { continue }
      if let best = previous, (best.since, best.number) > (position, number) { continue }
      previous = (number, position)
    }
    return previous?.number
  }

  /// Folded after the promotion that it follows.
  mutating func startWatch(
    _ number: AttemptNumber, _ revision: RevisionNumber, until: Timestamp,
    _ reaction: WatchRule.Reaction, at position: LogPosition
  ) {
    guard let ended = lastEnded, ended.number == number, attempt == nil else { return }
    watch = Watch(
      attempt: number, revision: revision, strategy: ended.strategy, previous: ended.stable,
      until: until, reaction: reaction, position: position,
      runs: ended.runs.filter { $0.isOpen && $0.key.type == .background })
  }
}
