import ArgoRules
import RolloutCore

/// Where Windlass means to differ from Argo: each with a sentence, its place in
/// `docs/argo-differences.md`, and the narrowest test of whether it is what is seen.
enum Deliberate: String, CaseIterable, Sendable {
  /// Seen by ``Duel`` itself.
  case pauseAtRest, pauseEndsWithAttempt
  case promoteEndsDelay
  case initialWaitsForPods
  case deadlineOfAttempt
  case conditionPausedAfterAbort
  case abortStaysOnFullPromotion, abortStaysInsideWindow
  case keptForEver
  case oldPreviewDelay
  case serviceReturnsToStable
  case heldStaysFast
  case abandonedIsNotHeld
  case orphanDeadline
  case weightsMoveWithoutStable
  case thresholdOfLeavingPods
  case fastRunsNothing
  case experimentInDoubt
  case withdrawnCanaryGoes
  case promotionNeedsPods
  case previewSizeOnFastTrack
  case stoppedIsNoPass
  case experimentOfOneStep
  case statusOfFailedPass
  case skipLiftsPause
  case scaleOfReplicas
  case checkpointOfAttempt
  case mustHaveBeenStable
  case pluginGoesOnWhenLate
  case commandIsProgress
  case doubtHaltsAll
  case pauseHaltsPromotion
  case oldRunsDecideNothing
  case sameWeightIsConfirmed
  case clockOfAttempt

  struct Excuse {
    var aspects: Set<Reading.Aspect> = []
    /// The worlds have parted: what comes later cannot be compared.
    var endsStory = false
  }

  var sentence: String {
    switch self {
    case .pauseAtRest: "a pause while nothing is in progress is refused, not kept for later"
    case .pauseEndsWithAttempt: "a person's pause belongs to one attempt and ends with it"
    case .promoteEndsDelay: "promoting during a delayed switch switches, and starts no new delay"
    case .initialWaitsForPods: "the first deployment is promoted once its pods are available"
    case .deadlineOfAttempt: "only an attempt can be late; what is promoted and lost pods is not"
    case .conditionPausedAfterAbort: "an aborted rollout is no longer shown as paused"
    case .abortStaysOnFullPromotion: "an abort stops a full promotion, and none follows an abort"
    case .abortStaysInsideWindow: "an abort stops a rollback inside the window"
    case .keptForEver: "an abort delay of zero keeps the pods that are there, whatever the steps"
    case .oldPreviewDelay: "the pods of a superseded preview stay for the delay and no longer"
    case .serviceReturnsToStable:
      "services go back to stable as soon as an unverified revision is superseded"
    case .heldStaysFast: "a rollback to pods that are still up stays fast while it is carried out"
    case .abandonedIsNotHeld: "pods of an attempt that was given up are no reason to go fast"
    case .orphanDeadline: "a scale-down delay that has passed no longer suspends the deadline"
    case .weightsMoveWithoutStable:
      "weights are set while stable is short of pods, and a step waits for its weight"
    case .thresholdOfLeavingPods: "pods that are about to go do not meet a threshold"
    case .fastRunsNothing: "inside the window no experiment is made, not even for a moment"
    case .experimentInDoubt: "an inconclusive experiment is not repeated before a person resumes"
    case .withdrawnCanaryGoes: "the pods of a canary that was withdrawn go at once"
    case .stoppedIsNoPass: "a pre-promotion run that was stopped is no pass for the next attempt"
    case .experimentOfOneStep: "skipping from one experiment step to the next makes the next one"
    case .statusOfFailedPass: "the status tells how far it is while the last weight is denied"
    case .skipLiftsPause: "skipping a step lifts its pause as well"
    case .scaleOfReplicas: "a canary's scale is a share of the replicas, whatever all traffic is"
    case .checkpointOfAttempt: "the checkpoint of a preview belongs to one attempt"
    case .mustHaveBeenStable: "the target of a fast rollback must once have been stable"
    case .pluginGoesOnWhenLate: "a plugin's answer counts after the deadline as well"
    case .commandIsProgress: "going past a step by command is progress"
    case .previewSizeOnFastTrack: "the fast track brings up all pods, not the preview's number"
    case .doubtHaltsAll: "while an analysis is inconclusive nothing goes on by itself"
    case .promotionNeedsPods: "nothing is promoted while its pods are not available"
    case .pauseHaltsPromotion: "a person's pause holds a promotion back as well"
    case .oldRunsDecideNothing: "a run of an earlier attempt decides nothing after a retry"
    case .sameWeightIsConfirmed: "a weight that is in place already needs no second confirmation"
    case .clockOfAttempt: "a new attempt has a clock of its own"
    }
  }

  /// Words of the page that say so.
  var place: String {
    switch self {
    case .pauseAtRest: "A command that does not apply is dropped or edits a status"
    case .pauseEndsWithAttempt: "outlives the update it was set in"
    case .promoteEndsDelay: "starts that delay anew"
    case .initialWaitsForPods: "The first deployment is promoted before a single pod is available"
    case .deadlineOfAttempt: "A promoted rollout that loses pods times out as well"
    case .conditionPausedAfterAbort: "stays true after an abort"
    case .abortStaysOnFullPromotion: "An abort during a rollback inside the window is removed"
    case .abortStaysInsideWindow: "An abort during a rollback inside the window is removed"
    case .keptForEver: "keeps an aborted canary only where its first step sets a scale"
    case .oldPreviewDelay: "The pods of a superseded preview stay until"
    case .serviceReturnsToStable: "leaves the active service on the unverified one"
    case .heldStaysFast: "One event classifies an attempt when it starts"
    case .abandonedIsNotHeld:
      "Pods that stay because their attempt was aborted or given up do not count"
    case .orphanDeadline: "An expired scale-down deadline on an orphan"
    case .weightsMoveWithoutStable: "Weights are left alone while stable is short of pods"
    case .thresholdOfLeavingPods: "A threshold is met by pods that are being scaled down"
    case .fastRunsNothing: "an Experiment as step 0 is created and terminated"
    case .experimentInDoubt: "at a canary pause it once made runs for ever"
    case .withdrawnCanaryGoes: "Returning to stable keeps the withdrawn canary"
    case .stoppedIsNoPass: "was once taken for a pass (#3724)"
    case .experimentOfOneStep: "goes on with the experiment of the step that was skipped"
    case .statusOfFailedPass: "writes no status while the router denies the last weight"
    case .skipLiftsPause: "leaves the pause of the step that was skipped"
    case .scaleOfReplicas: "takes the percentage of a scale for a share of `maxTrafficWeight`"
    case .checkpointOfAttempt: "checkpoint survives a new template"
    case .mustHaveBeenStable: "The target need never have been stable"
    case .pluginGoesOnWhenLate: "no longer asks a step plugin"
    case .commandIsProgress: "Going past a step by command does not restart the clock"
    case .previewSizeOnFastTrack: "Pause and preview size do not apply on the fast track"
    case .doubtHaltsAll: "timed pauses and the promotion decision may go on"
    case .promotionNeedsPods: "A blue-green revision that lost pods after the switch is promoted"
    case .pauseHaltsPromotion: "but a promotion that is due happens"
    case .oldRunsDecideNothing: "Old runs decide again after a retry"
    case .sameWeightIsConfirmed: "A step that asks for the weight that is in place is verified anew"
    case .clockOfAttempt: "A new template whose first step makes no pods does not restart the clock"
    }
  }

  func excuses(_ aspects: Set<Reading.Aspect>, _ moment: Moment) -> Excuse? {
    let attempt = moment.state.attempt
    switch self {
    case .pauseAtRest, .pauseEndsWithAttempt: return nil
    case .promoteEndsDelay:
      guard moment.happening == .promote || moment.happening == .resume,
        let delay = moment.strategy.blueGreen?.autoPromotionDelay, delay.microseconds > 0,
        moment.strategy.blueGreen?.autoPromotion == true,
        moment.stateBefore.attempt?.pauses[.blueGreen] != nil, attempt?.pauses[.blueGreen] == nil,
        moment.argo.pauseCondition(.blueGreenPause) != nil
      else { return nil }
      return Excuse(endsStory: true)
    case .initialWaitsForPods:
      guard
        attempt?.classification.kind == .initial
          || moment.state.lastEnded?.classification.kind == .initial && moment.state.stable == nil
      else { return nil }
      return Excuse(endsStory: true)
    case .deadlineOfAttempt:
      guard attempt == nil || attempt?.classification.kind == .returnToStable,
        moment.reading[.promoted] == "true",
        moment.argoReading[.late] == "true", moment.reading[.late] == "false",
        aspects.isSubset(of: [.late, .phase, .message])
      else { return nil }
      return Excuse(aspects: [.late, .phase, .message])
    case .conditionPausedAfterAbort:
      guard moment.argo.abort, moment.reading[.aborted] == "true",
        moment.argoReading[.paused] == "true"
      else { return nil }
      return Excuse(aspects: [.paused])
    case .abortStaysOnFullPromotion:
      let isFull = moment.stateBefore.attempt?.fullPromotion == true
      guard
        isFull && (moment.happening == .abort || moment.reading[.aborted] == "true")
          || moment.happening == .promoteFull && moment.reading[.aborted] == "true"
      else { return nil }
      return Excuse(endsStory: true)
    case .abortStaysInsideWindow:
      guard moment.happening == .abort || moment.reading[.aborted] == "true",
        moment.argoReading[.aborted] == "false",
        moment.stateBefore.attempt?.classification.kind == .rollback,
        moment.stateBefore.attempt?.track == .fast
      else { return nil }
      return Excuse(endsStory: true)
    case .keptForEver:
      guard moment.reading[.aborted] == "true",
        moment.strategy.canary?.abortScaleDownDelay == .seconds(0)
          || moment.strategy.blueGreen?.abortScaleDownDelay == .seconds(0)
            && moment.strategy.blueGreen?.previewReplicas != nil
      else { return nil }
      return Excuse(aspects: [.desiredPods])
    case .oldPreviewDelay:
      guard moment.strategy.blueGreen != nil, aspects == [.kept] else { return nil }
      return Excuse(aspects: [.kept])
    case .serviceReturnsToStable:
      guard aspects.contains(.active), moment.stateBefore.attempt?.switched == true,
        moment.state.attempt?.number != moment.stateBefore.attempt?.number,
        moment.argoReading[.active] == moment.stateBefore.desired.map(ArgoSide.hash)
      else { return nil }
      return Excuse(endsStory: true)
    case .heldStaysFast:
      guard
        attempt?.classification.rules.contains(.stillHeldByScaleDownDelay) == true
          || moment.state.lastEnded?.classification.rules.contains(.stillHeldByScaleDownDelay)
            == true,
        moment.argoReading[.fast] == "false"
      else { return nil }
      return Excuse(endsStory: true)
    case .abandonedIsNotHeld:
      guard moment.strategy.blueGreen != nil, let attempt, attempt.track == .full,
        attempt.classification.kind == .rollback,
        attempt.number != moment.stateBefore.attempt?.number,
        moment.stateBefore.kept.contains(where: {
          $0.revision == attempt.revision && !$0.wasStable
        })
      else { return nil }
      return Excuse(endsStory: true)
    case .orphanDeadline:
      guard moment.reading[.late] == "true" || moment.reading[.aborted] == "true",
        moment.argoReading[.late] == "false", moment.argoReading[.aborted] == "false",
        moment.hasOrphanDeadline
      else { return nil }
      return Excuse(endsStory: true)
    case .weightsMoveWithoutStable:
      guard let canary = moment.strategy.canary, canary.traffic != nil,
        let pods = moment.state.pods?.counts,
        aspects.contains(.weight) && moment.availableOfStable < moment.strategy.replicas
          || aspects.contains(.stablePods) && canary.dynamicStableScale
            && pods.desired.available == 0
      else { return nil }
      return Excuse(endsStory: true)
    case .thresholdOfLeavingPods:
      guard case .pods(let least)? = moment.strategy.canary?.progressThreshold, let attempt,
        attempt.track == .full, let pods = moment.state.pods?.counts.desired,
        pods.requested < least || (Int(moment.argoReading[.desiredPods]) ?? 0) < least
      else { return nil }
      return Excuse(endsStory: true)
    case .fastRunsNothing:
      guard moment.isFastRollback, aspects.contains(.runsMade),
        moment.strategy.steps.first.map({ if case .experiment = $0 { true } else { false } })
          == true
      else { return nil }
      return Excuse(aspects: [.runsMade])
    case .experimentInDoubt:
      guard attempt?.pauses[.inconclusiveExperiment] != nil, aspects.contains(.runsMade) else {
        return nil
      }
      return Excuse(endsStory: true)
    case .withdrawnCanaryGoes:
      guard moment.strategy.canary?.traffic != nil, aspects == [.kept],
        Set(moment.reading[.kept].split(separator: ", "))
          .isSubset(of: moment.argoReading[.kept].split(separator: ", "))
      else { return nil }
      return Excuse(aspects: [.kept])
    case .stoppedIsNoPass:
      let names = [moment.argo.blueGreen.prePromotionRun, moment.argo.blueGreen.postPromotionRun]
        .compactMap { $0?.name }
      guard attempt != nil || moment.stateBefore.attempt != nil,
        moment.argoRuns.contains(where: {
          $0.phase == .successful && $0.terminate
            && (names.contains($0.name) || moment.happening == .retry)
        })
      else { return nil }
      return Excuse(endsStory: true)
    case .experimentOfOneStep:
      guard let before = moment.stateBefore.attempt?.stepIndex, let attempt,
        case .experiment = moment.step(before), case .experiment = moment.step(attempt.stepIndex),
        before != attempt.stepIndex, aspects.contains(.runs)
      else { return nil }
      return Excuse(endsStory: true)
    case .statusOfFailedPass:
      let shown: Set<Reading.Aspect> = [
        .phase, .message, .available, .healthy, .completed, .paused,
      ]
      guard moment.passFailed,
        attempt?.weightVerified == false || moment.reading[.aborted] == "true"
      else { return nil }
      return aspects.isSubset(of: shown) ? Excuse(aspects: shown) : Excuse(endsStory: true)
    case .skipLiftsPause:
      guard moment.happening == .skipStep, moment.stateBefore.attempt?.pauses.isEmpty == false,
        !moment.argo.pauseConditions.isEmpty
      else { return nil }
      return Excuse(endsStory: true)
    case .scaleOfReplicas:
      guard let canary = moment.strategy.canary, let traffic = canary.traffic,
        traffic.maxWeight != 100, aspects.contains(.desiredPods) || aspects.contains(.stablePods),
        canary.steps.contains(.setCanaryScale(.weight(50)))
      else { return nil }
      return Excuse(endsStory: true)
    case .checkpointOfAttempt:
      guard moment.strategy.blueGreen?.previewReplicas != nil,
        moment.argoBefore.blueGreen.scaleUpPreviewCheckpoint,
        moment.state.attempt?.number != moment.stateBefore.attempt?.number
      else { return nil }
      return Excuse(endsStory: true)
    case .mustHaveBeenStable:
      guard moment.strategy.window?.requireStable == true, let attempt,
        attempt.classification.kind == .rollback, attempt.track == .full,
        moment.state.history[attempt.revision]?.everStable != true
      else { return nil }
      return Excuse(endsStory: true)
    case .pluginGoesOnWhenLate:
      guard case .runEnds(.plugin, _) = moment.happening, moment.argoReading[.late] == "true" else {
        return nil
      }
      return Excuse(endsStory: true)
    case .commandIsProgress:
      guard [.promote, .skipStep, .promoteFull].contains(moment.happening),
        moment.argoReading[.late] == "true" || moment.argoReading[.aborted] == "true",
        moment.reading[.late] == "false", moment.reading[.aborted] == "false"
      else { return nil }
      return Excuse(endsStory: true)
    case .previewSizeOnFastTrack:
      guard moment.strategy.blueGreen?.previewReplicas != nil, moment.isFastRollback,
        aspects.contains(.desiredPods) || aspects.contains(.stable)
      else { return nil }
      return Excuse(endsStory: true)
    case .doubtHaltsAll:
      guard attempt?.pauses[.inconclusiveAnalysis] != nil else { return nil }
      return Excuse(endsStory: true)
    case .promotionNeedsPods:
      guard moment.strategy.blueGreen != nil, let attempt, attempt.switched,
        let pods = attempt.pods?.desired, pods.available < moment.strategy.replicas,
        moment.argoReading[.promoted] == "true", moment.reading[.promoted] == "false"
      else { return nil }
      return Excuse(endsStory: true)
    case .pauseHaltsPromotion:
      guard attempt?.pauses[.person] != nil, moment.argoReading[.promoted] == "true",
        moment.reading[.promoted] == "false"
      else { return nil }
      return Excuse(endsStory: true)
    case .oldRunsDecideNothing:
      guard moment.happening == .retry, moment.argo.abort, let attempt,
        attempt.revision == moment.stateBefore.desired
      else { return nil }
      return Excuse(endsStory: true)
    case .sameWeightIsConfirmed:
      guard moment.strategy.canary?.traffic != nil, let attempt, attempt.weightVerified == false,
        let behind = moment.argo.stepIndex, behind < attempt.stepIndex,
        case .setWeight(let weight) = moment.step(behind),
        moment.weight(before: behind) == weight
      else { return nil }
      return Excuse(endsStory: true)
    case .clockOfAttempt:
      guard let attempt, attempt.number.value > 2, attempt.progressAt == attempt.startedAt,
        moment.argoReading[.late] == "true" || moment.argoReading[.aborted] == "true",
        moment.reading[.late] == "false"
      else { return nil }
      return Excuse(endsStory: true)
    }
  }
}
