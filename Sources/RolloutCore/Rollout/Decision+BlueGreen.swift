/// The way of a blue-green rollout: preview, verification, pause, switch, verification, promotion.
extension Decision {
  mutating func advance(_ blueGreen: BlueGreen) {
    while let attempt = state.attempt {
      let isFull = takesFullWay(attempt)
      if !attempt.switched {
        schedule(.prePromotion)
        guard isSaturated(attempt, blueGreen) else { return }
        if isFull {
          guard isSatisfied(.prePromotion, blueGreen.prePromotion),
            isPauseOver(attempt, blueGreen)
          else { return }
          guard blueGreen.wantsFullPreview(attempt) else {
            emit(.checkpointReached(attempt.number, now: now))
            continue
          }
        }
        // With nothing stable there is nothing to switch from.
        guard attempt.stable != nil else { return promoted() }
        emit(.switchDecided(attempt.number, now: now))
        continue
      }
      guard attempt.activeSeen == attempt.revision else { return }
      if isFull {
        schedule(.postPromotion)
        guard isSatisfied(.postPromotion, blueGreen.postPromotion) else { return }
      }
      guard isAvailable(attempt) else { return }
      return promoted()
    }
  }

  /// The revision has exactly the pods that it should have now, all of them available.
  func isSaturated(_ attempt: Attempt, _ blueGreen: BlueGreen) -> Bool {
    guard let strategy = strategy(of: attempt) else { return false }
    return Self.isSaturated(attempt, blueGreen, replicas: PodMath.replicas(strategy))
  }

  static func isSaturated(_ attempt: Attempt, _ blueGreen: BlueGreen, replicas: Int) -> Bool {
    guard attempt.podsAreNewer, let pods = attempt.pods?.desired else {
      return attempt.available && blueGreen.wantsFullPreview(attempt)
    }
    let wanted = blueGreen.previewSize(attempt, replicas: replicas)
    return pods.requested == wanted && pods.available == wanted
  }

  /// The preview waits before its switch and has fewer pods than it should.
  static func lacksPods(_ attempt: Attempt, _ blueGreen: BlueGreen, replicas: Int) -> Bool {
    guard attempt.podsAreNewer, let pods = attempt.pods?.desired else { return false }
    return pods.available < blueGreen.previewSize(attempt, replicas: replicas)
  }

  /// What was configured has succeeded, or nothing was.
  private func isSatisfied(_ type: RunType, _ plan: AnalysisPlan?) -> Bool {
    plan == nil || hasPassed(type)
  }

  /// No pause is wanted, or it is over; one that is wanted begins here.
  private mutating func isPauseOver(_ attempt: Attempt, _ blueGreen: BlueGreen) -> Bool {
    if attempt.switchApproved || attempt.checkpoint || !blueGreen.wantsPause { return true }
    guard let since = attempt.pauses[.blueGreen] else {
      emit(.paused(attempt.number, .blueGreen, by: nil, now: now))
      return false
    }
    guard blueGreen.autoPromotion, let delay = blueGreen.autoPromotionDelay else { return false }
    // Strictly after, as in Argo.
    return now > since + delay
  }
}

extension BlueGreen {
  var wantsPause: Bool {
    !autoPromotion || autoPromotionDelay.map { $0 > .zero } == true
  }

  /// The preview should have, or grow to, as many pods as the rollout.
  func wantsFullPreview(_ attempt: Attempt) -> Bool {
    previewReplicas == nil || attempt.track == .fast || attempt.fullPromotion
      || attempt.stable == nil || attempt.checkpoint || attempt.switched
      || attempt.revision == attempt.stable
  }

  func previewSize(_ attempt: Attempt, replicas: Int) -> Int {
    guard let previewReplicas, !wantsFullPreview(attempt) else { return replicas }
    return min(max(0, previewReplicas), PodMath.podsMax)
  }
}
