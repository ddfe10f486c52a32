import ArgoRules
import RolloutCore

/// Where Windlass means to differ from Argo: each with a sentence, its place in
/// `docs/argo-differences.md`, and the narrowest test of whether it is what is seen.
enum Deliberate: String, CaseIterable, Sendable {
  /// Seen by ``Duel`` itself.
  case pauseAtRest
  case pauseEndsWithAttempt
  case pausedStaysPaused
  case progressNamesDesired
  case progressByCommand
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
  case pausedPreviewKeepsPods
  case previewPauseIsLate
  case endedExperimentStands
  case trafficNeedsFullScale
  case failureAbortsInDoubt
  case lastWeightCounts
  case fastGoesWithoutRouter
  case nothingToSplit
  case thresholdWithinReach
  case resumeRepeatsAtPause
  case walkBackEnds
  case stableComesBackAtOnce
  case instantStepsTakeNoPass
  case oldPodsGoAfterDelay

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
    case .pausedPreviewKeepsPods: "a person's pause takes no pods from a preview that grows"
    case .previewPauseIsLate: "the pause before a switch does not hide that the preview lost pods"
    case .endedExperimentStands: "an experiment that ended under a person's pause is not repeated"
    case .trafficNeedsFullScale: "traffic of a fast rollback waits until the target has its pods"
    case .failureAbortsInDoubt: "a failed analysis aborts while another is inconclusive"
    case .lastWeightCounts: "the end of the steps waits for its weight, however many pods there are"
    case .fastGoesWithoutRouter: "a fast rollback needs its pods, not the router's word"
    case .nothingToSplit: "where there are no pods no weight is verified"
    case .thresholdWithinReach: "a threshold asks for no more pods than a step wants"
    case .resumeRepeatsAtPause:
      "at a step's pause too a person's resume repeats what was inconclusive"
    case .walkBackEnds: "after an abort traffic goes back however many pods the canary keeps"
    case .stableComesBackAtOnce: "after an abort stable gets all its pods back at once"
    case .instantStepsTakeNoPass:
      "a step that asks for nothing is no moment in which pods are asked for"
    case .pausedStaysPaused: "what is paused is shown as paused, whole or not"
    case .progressNamesDesired: "progress is that of the revision which is desired now"
    case .progressByCommand: "going past a step by command is shown as progress"
    case .oldPodsGoAfterDelay: "old pods go after their delay although a threshold promoted"
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
    case .pausedPreviewKeepsPods: "takes away the pods to which a verified preview was growing"
    case .previewPauseIsLate: "suspends the deadline although the preview has lost pods"
    case .endedExperimentStands: "makes an experiment again that ended while a person paused"
    case .trafficNeedsFullScale: "Traffic moves to the last weight of the steps as soon as one pod"
    case .failureAbortsInDoubt: "changes nothing before a person resumes"
    case .lastWeightCounts: "before the router was told of the last weight"
    case .fastGoesWithoutRouter:
      "A rollback inside the window waits for as long as the router denies"
    case .nothingToSplit: "A rollout of no pods waits for the router"
    case .thresholdWithinReach: "A threshold of more pods than a step wants"
    case .resumeRepeatsAtPause: "cannot be resumed: its pause comes back"
    case .walkBackEnds: "wait for each other for ever"
    case .stableComesBackAtOnce: "one weight of the steps at a time"
    case .instantStepsTakeNoPass: "A step that asks for nothing takes a pass"
    case .pausedStaysPaused: "swings between paused and progressed"
    case .progressNamesDesired: "goes on to name the ReplicaSet that was desired before"
    case .progressByCommand: "Going past a step by command does not restart the clock"
    case .oldPodsGoAfterDelay: "stays without a deadline while the new one is short of pods"
    }
  }

  func excuses(_ aspects: Set<Reading.Aspect>, _ moment: Moment) -> Excuse? {
    let attempt = moment.state.attempt
    switch self {
    case .pauseAtRest: return nil
    case .pauseEndsWithAttempt:
      guard moment.pauseHasEnded,
        moment.argoReading[.progressing].hasPrefix("Unknown, RolloutResumed")
      else { return nil }
      return Excuse(aspects: [.progressing])
    case .progressNamesDesired:
      guard moment.argoReading.reason(.progressing) == moment.reading.reason(.progressing),
        moment.argoReading[.progressing].contains("\"checkout-")
      else { return nil }
      return Excuse(aspects: [.progressing])
    case .progressByCommand:
      guard moment.wasPushed, moment.reading.reason(.progressing) == "True, ReplicaSetUpdated",
        ["Unknown, RolloutRetry", "Unknown, RolloutResumed", "True, NewReplicaSetCreated"]
          .contains(moment.argoReading.reason(.progressing))
      else { return nil }
      return Excuse(aspects: [.progressing])
    case .promoteEndsDelay:
      let isNow =
        [.promote, .resume].contains(moment.happening)
        && moment.stateBefore.attempt?.pauses[.blueGreen] != nil
      guard isNow || moment.stateBefore.attempt?.switchApproved == true,
        let delay = moment.strategy.blueGreen?.autoPromotionDelay, delay.microseconds > 0,
        moment.strategy.blueGreen?.autoPromotion == true, attempt?.pauses[.blueGreen] == nil,
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
        aspects.isSubset(of: [.late, .phase, .message, .progressing])
      else { return nil }
      return Excuse(aspects: [.late, .phase, .message, .progressing])
    case .conditionPausedAfterAbort:
      guard moment.argo.abort, moment.reading[.aborted] == "true",
        moment.argoReading[.paused].hasPrefix("True")
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
        moment.argoReading[.aborted] == "false" || moment.argoReading[.late] == "true",
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
        moment.state.history[attempt.revision]?.everStable != true
          || moment.stateBefore.kept.contains(where: {
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
            && pods.desired.available < max(1, pods.desired.requested)
          || aspects.contains(.step) && moment.availableOfStable < moment.strategy.replicas
            && (moment.argo.stepIndex ?? 0) > (attempt?.stepIndex ?? .max)
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
        .phase, .message, .progressing, .available, .healthy, .completed, .paused,
      ]
      guard moment.passFailed,
        attempt?.weightVerified == false || moment.reading[.aborted] == "true"
      else { return nil }
      return aspects.isSubset(of: shown) ? Excuse(aspects: shown) : Excuse(endsStory: true)
    case .skipLiftsPause:
      guard moment.happening == .skipStep, moment.stateBefore.attempt?.pauses.isEmpty == false
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
      guard moment.wasPushed,
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
      guard let attempt else { return nil }
      let isOldRun =
        moment.happening == .retry && attempt.revision == moment.stateBefore.desired
        && (moment.argo.abort || moment.argo.pauseCondition(.blueGreenPause) != nil)
      let isOldPlugin =
        if case .plugin = moment.step(attempt.stepIndex) {
          moment.argoBefore.canary.plugins.contains {
            $0.index == attempt.stepIndex && $0.operation != .run
          }
        } else { false }
      return isOldRun || isOldPlugin ? Excuse(endsStory: true) : nil
    case .sameWeightIsConfirmed:
      guard moment.strategy.canary?.traffic != nil, let attempt, attempt.weightVerified != true,
        let behind = moment.argo.stepIndex, behind < attempt.stepIndex,
        case .setWeight(let weight) = moment.step(behind),
        moment.weight(before: behind) == weight
      else { return nil }
      return Excuse(endsStory: true)
    case .clockOfAttempt:
      if moment.argoReading[.aborted] == "true", moment.reading[.promoted] == "true",
        moment.strategy.replicas == 0
      {
        return Excuse(endsStory: true)
      }
      guard let attempt, attempt.number.value > 2, attempt.progressAt == attempt.startedAt,
        moment.argoReading[.late] == "true" || moment.argoReading[.aborted] == "true",
        moment.reading[.late] == "false"
      else { return nil }
      return Excuse(endsStory: true)
    case .pausedPreviewKeepsPods:
      guard moment.strategy.blueGreen?.previewReplicas != nil, let attempt,
        attempt.pauses[.person] != nil, attempt.checkpoint, !attempt.switched
      else { return nil }
      return Excuse(aspects: [.desiredPods])
    case .previewPauseIsLate:
      guard moment.stateBefore.attempt?.pauses[.blueGreen] != nil,
        moment.reading[.late] == "true" || moment.reading[.aborted] == "true",
        moment.argo.pauseCondition(.blueGreenPause) != nil
      else { return nil }
      return Excuse(endsStory: true)
    case .endedExperimentStands:
      guard let attempt, attempt.pauses[.person] != nil,
        case .experiment = moment.step(attempt.stepIndex), aspects.contains(.runsMade)
      else { return nil }
      return Excuse(endsStory: true)
    case .trafficNeedsFullScale:
      guard moment.isFastRollback, moment.strategy.canary?.traffic != nil,
        aspects.contains(.weight),
        let pods = moment.state.pods?.counts.desired, pods.available > 0,
        pods.available < moment.strategy.replicas
      else { return nil }
      return Excuse(endsStory: true)
    case .failureAbortsInDoubt:
      guard moment.stateBefore.attempt?.pauses[.inconclusiveAnalysis] != nil,
        case .runEnds = moment.happening, moment.reading[.aborted] == "true",
        moment.argo.pauseCondition(.inconclusiveAnalysis) != nil
      else { return nil }
      return Excuse(endsStory: true)
    case .lastWeightCounts:
      guard let attempt, attempt.weightVerified == false, attempt.track == .full,
        attempt.stepIndex >= moment.strategy.steps.count, moment.argoReading[.promoted] == "true"
      else { return nil }
      return Excuse(endsStory: true)
    case .fastGoesWithoutRouter:
      guard moment.isFastRollback, moment.strategy.canary?.traffic != nil, moment.passFailed,
        moment.reading[.promoted] == "true", moment.argoReading[.promoted] == "false"
      else { return nil }
      return Excuse(endsStory: true)
    case .nothingToSplit:
      guard moment.strategy.replicas == 0, moment.strategy.canary?.traffic != nil, let attempt,
        (moment.argo.stepIndex ?? 0) < attempt.stepIndex,
        moment.argo.canary.weights?.verified == false
      else { return nil }
      return Excuse(endsStory: true)
    case .thresholdWithinReach:
      guard case .pods(let least)? = moment.strategy.canary?.progressThreshold,
        (Int(moment.argoReading[.desiredPods]) ?? 0) < least,
        let behind = moment.argo.stepIndex, behind < moment.strategy.steps.count,
        moment.reading[.promoted] == "true" || behind < (attempt?.stepIndex ?? 0)
      else { return nil }
      return Excuse(endsStory: true)
    case .resumeRepeatsAtPause:
      guard moment.happening == .resume,
        moment.stateBefore.attempt?.pauses[.inconclusiveAnalysis] != nil,
        attempt?.pauses[.step] != nil, attempt?.pauses[.inconclusiveAnalysis] == nil,
        moment.argo.pauseCondition(.inconclusiveAnalysis) != nil
      else { return nil }
      return Excuse(endsStory: true)
    case .walkBackEnds:
      guard let canary = moment.strategy.canary, canary.dynamicStableScale,
        moment.reading[.aborted] == "true", aspects.contains(.weight),
        canary.minPodsPerRevision != nil || canary.abortScaleDownDelay == .seconds(0),
        moment.availableOfStable >= moment.strategy.replicas
      else { return nil }
      return Excuse(endsStory: true)
    case .stableComesBackAtOnce:
      guard moment.strategy.canary?.dynamicStableScale == true,
        moment.reading[.aborted] == "true",
        moment.availableOfStable < moment.strategy.replicas,
        !aspects.isDisjoint(with: [.stablePods, .desiredPods])
      else { return nil }
      return Excuse(endsStory: true)
    case .pausedStaysPaused:
      guard moment.argoReading[.progressing].hasPrefix("True, NewReplicaSetAvailable"),
        moment.reading[.progressing].hasPrefix("Unknown, RolloutPaused")
      else { return nil }
      return Excuse(aspects: [.progressing])
    case .instantStepsTakeNoPass:
      guard let canary = moment.strategy.canary, canary.traffic == nil, let attempt,
        attempt.number != moment.stateBefore.attempt?.number,
        case .plugin(let call)? = canary.steps.first, call.disabled,
        !aspects.isDisjoint(with: [.stablePods, .desiredPods])
      else { return nil }
      return Excuse(endsStory: true)
    case .oldPodsGoAfterDelay:
      guard let canary = moment.strategy.canary, canary.traffic != nil, aspects == [.kept],
        canary.progressThreshold != nil, let pods = moment.state.pods?.counts.desired,
        pods.available < moment.strategy.replicas
      else { return nil }
      return Excuse(aspects: [.kept])
    }
  }
}
