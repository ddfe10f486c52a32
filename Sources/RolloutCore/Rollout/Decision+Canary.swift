/// The way of a canary through its steps.
extension Decision {
  mutating func advance(_ canary: Canary) {
    guard let attempt = state.attempt else { return }
    if takesFullWay(attempt) { advanceSteps(canary) }
    guard let attempt = state.attempt, awaitsFullScale(attempt), isAvailable(attempt),
      isLastWeightReached(attempt, canary)
    else { return }
    promoted()
  }

  private mutating func advanceSteps(_ canary: Canary) {
    while let attempt = state.attempt {
      schedule(.background)
      guard canary.steps.indices.contains(attempt.stepIndex),
        let how = completes(canary.steps[attempt.stepIndex], attempt, canary)
      else { return }
      reach(attempt.stepIndex + 1, how)
    }
  }

  /// How the current step completes now; `nil` if it has to wait for something. Whatever it waits
  /// for is asked for here.
  private mutating func completes(
    _ step: Strategy.Step, _ attempt: Attempt, _ canary: Canary
  ) -> StepEnd? {
    switch step {
    case .setWeight(let weight):
      return isReached(weight, attempt, canary)
    case .setCanaryScale:
      guard let pods = attempt.pods,
        course(attempt, canary).arePodsReached(pods)
      else { return nil }
      return .scaled
    case .pause(let duration):
      guard let since = attempt.pauses[.step] else {
        emit(.paused(attempt.number, .step, by: nil, now: now))
        return nil
      }
      // Strictly after, as in Argo.
      guard let duration, now > since + duration else { return nil }
      return .pauseElapsed
    case .analysis:
      schedule(.step)
      return hasPassed(.step) ? .analysisSuccessful : nil
    case .experiment:
      schedule(.experiment)
      return hasPassed(.experiment) ? .experimentSuccessful : nil
    case .plugin(let call):
      if call.disabled { return .applied }
      schedule(.plugin)
      return hasPassed(.plugin) ? .pluginSuccessful : nil
    case .setHeaderRoute, .setMirrorRoute, .progressThreshold:
      return .applied
    }
  }

  /// At the end of the steps a cluster that tells weights has split all traffic so, and its router
  /// does not deny it.
  private func isLastWeightReached(_ attempt: Attempt, _ canary: Canary) -> Bool {
    guard canary.traffic != nil, !canary.steps.isEmpty, takesFullWay(attempt),
      attempt.pods != nil,
      let weight = attempt.weight, strategy(of: attempt).map({ PodMath.replicas($0) > 0 }) == true
    else { return true }
    return weight == PodMath.maxWeight(canary) && attempt.weightVerified != false
  }

  private func course(_ attempt: Attempt, _ canary: Canary) -> CanaryCourse {
    let replicas = strategy(of: attempt).map { PodMath.replicas($0) } ?? 0
    return CanaryCourse(attempt, canary, replicas: replicas)
  }

  /// Pods are there for the weight and, where a router splits traffic, it has split it so and does
  /// not deny it. Where no pods were ever reported, the weight that the cluster confirms vouches
  /// for them.
  private func isReached(_ weight: Int, _ attempt: Attempt, _ canary: Canary) -> StepEnd? {
    if let pods = attempt.pods {
      let course = course(attempt, canary)
      guard course.arePodsReached(pods) else { return nil }
      // Without pods there is nothing to split.
      if canary.traffic == nil { return .scaled }
      if weight > 0, course.podTargets.desired == 0 {
        return attempt.weightVerified == false ? nil : .scaled
      }
    }
    guard isConfirmed(weight, attempt, canary), attempt.weightVerified != false else { return nil }
    return .weightApplied
  }

  /// The cluster confirmed the weight after this step asked for it, or for the step before, which
  /// asked for the same: then the directive never changed and nothing more will be reported. Before
  /// the first weight a cluster is asked for 0.
  private func isConfirmed(_ weight: Int, _ attempt: Attempt, _ canary: Canary) -> Bool {
    guard attempt.weight == weight else { return false }
    if attempt.weightIsOfThisStep { return true }
    for case .setWeight(let earlier) in canary.steps.prefix(max(0, attempt.stepIndex)).reversed() {
      return earlier == weight
    }
    return weight == 0
  }
}
