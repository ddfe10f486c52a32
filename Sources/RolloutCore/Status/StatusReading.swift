import ArgoRules

/// What a status is made of.
struct StatusReading {
  private let state: RolloutState
  private let desired: RevisionNumber
  private let strategy: Strategy?
  private let replicas: Int
  /// Pods of the desired revision, as far as they were reported for it.
  private let pods: PodCounts?
  /// The cluster's controller says which kind of analysis an abort is about.
  private let namesAnalysis: Bool

  init?(_ state: RolloutState, _ context: RolloutContext) {
    guard let desired = state.desired else { return nil }
    self.state = state
    self.desired = desired
    let pinned =
      state.attempt?.strategy ?? state.lastEnded?.strategy ?? context.application.latestStrategy
    strategy = pinned.flatMap { context.application.strategy($0) }
    replicas = strategy.map { PodMath.replicas($0) } ?? 0
    pods = state.pods.flatMap { $0.revision == desired ? $0.counts : nil }
    let version = ControllerVersion(context.registration.controllerVersion) ?? .main
    namesAnalysis = ControllerBehaviour(version).namesAnalysisInAbortMessage
  }

  private var isPromoted: Bool { state.attempt == nil && state.stable == desired }

  /// What is desired is stable, be it that its pods are still on their way back.
  private var isCompleted: Bool { state.stable == desired }

  /// The attempt that is over and whose revision is still desired.
  private var abort: AbortCause? {
    guard state.attempt == nil, !isPromoted, let ended = state.lastEnded,
      ended.revision == desired, case .aborted(let cause) = ended.verdict
    else { return nil }
    return cause
  }

  // MARK: Conditions

  var progressing: RolloutStatus.Condition {
    if let abort {
      return .init(
        .progressing, .no, reason: "RolloutAborted",
        message: "Rollout aborted update to revision \(desired)"
          + (cause(abort).isEmpty ? "" : ": \(cause(abort))"))
    }
    if state.attempt?.isLate == true {
      return .init(
        .progressing, .no, reason: "ProgressDeadlineExceeded", message: timedOut)
    }
    if isPaused {
      return .init(
        .progressing, .unknown, reason: "RolloutPaused", message: "Rollout is paused")
    }
    if isHealthy {
      return .init(
        .progressing, .yes, reason: "NewReplicaSetAvailable",
        message: "Revision \(desired) has successfully progressed.")
    }
    switch state.shown.word {
    case .created:
      return .init(
        .progressing, .yes, reason: "NewReplicaSetCreated",
        message: "Created revision \(desired)")
    case .updated:
      return .init(
        .progressing, .yes, reason: "ReplicaSetUpdated",
        message: "Revision \(desired) is progressing.")
    case .resumed:
      return .init(
        .progressing, .unknown, reason: "RolloutResumed", message: "Rollout is resumed")
    case .retried:
      return .init(
        .progressing, .unknown, reason: "RolloutRetry", message: "Retrying Rollout after abort")
    case .lostPods:
      return .init(
        .progressing, .yes, reason: "ReplicaSetNotAvailable",
        message: "Rollout does not have minimum availability")
    }
  }

  private var isPaused: Bool { state.attempt?.pauses.isEmpty == false }

  private var timedOut: String { "Revision \(desired) has timed out progressing." }

  private func cause(_ abort: AbortCause) -> String {
    if case .deadline = abort { return timedOut }
    return abort.argoMessage(namingAnalysis: namesAnalysis)
  }

  /// Canary: as many available pods as wanted, whatever their revision. Blue-green: the active
  /// revision has exactly its pods, all available.
  var available: RolloutStatus.Condition {
    let isTrue: Bool
    switch (pods, strategy?.blueGreen) {
    case (nil, _): isTrue = state.stable != nil
    case (let pods?, nil): isTrue = pods.available >= replicas
    case (_?, _?):
      isTrue =
        activePods.map { $0.requested == replicas && $0.available == replicas }
        ?? false
    }
    return .init(
      .available, isTrue ? .yes : .no, reason: "AvailableReason",
      message: isTrue
        ? "Rollout has minimum availability" : "Rollout does not have minimum availability")
  }

  /// `nil` before anything was healthy.
  var healthy: RolloutStatus.Condition? {
    guard isHealthy || state.stable != nil else { return nil }
    return .init(
      .healthy, isHealthy ? .yes : .no, reason: "RolloutHealthy",
      message: isHealthy ? "Rollout is healthy" : "Rollout is not healthy")
  }

  var completed: RolloutStatus.Condition {
    .init(
      .completed, isCompleted ? .yes : .no, reason: "RolloutCompleted",
      message: "RolloutCompleted")
  }

  /// `nil` before anything was paused.
  var paused: RolloutStatus.Condition? {
    guard state.shown.wasPaused else { return nil }
    return .init(
      .paused, isPaused ? .yes : .no, reason: "RolloutPaused", message: "Rollout is paused")
  }

  /// Every pod there and available and nothing paused. Canary: promoted, no other pod left.
  /// Blue-green: services where they belong, whatever is still verified after the switch.
  private var isHealthy: Bool {
    guard state.attempt?.pauses.isEmpty != false else { return false }
    if let pods {
      guard pods.desired.created == replicas, availablePods == replicas else { return false }
      if strategy?.canary != nil, pods.others.created > 0 || pods.stable.created > 0 {
        return false
      }
    }
    if let blueGreen = strategy?.blueGreen, let services = state.services {
      return services.active == desired
        && (!blueGreen.hasPreviewService || services.preview == desired)
    }
    return isPromoted
  }

  /// Pods that the active service reaches; `nil` where it points at none of the known.
  private var activePods: PodCounts.Pods? {
    guard let pods, let active = state.services?.active else { return nil }
    if active == desired { return pods.desired }
    return active == state.stable ? pods.stable : nil
  }

  /// What users read as available: of all revisions, or for blue-green of the active one.
  private var availablePods: Int? {
    strategy?.blueGreen == nil
      ? pods?.available : activePods?.available ?? pods?.available
  }

  // MARK: Phase

  /// The first that applies.
  func phase(_ progressing: RolloutStatus.Condition) -> (RolloutStatus.Phase, String) {
    if ["RolloutAborted", "ProgressDeadlineExceeded"].contains(progressing.reason) {
      return (.degraded, "\(progressing.reason): \(progressing.message)")
    }
    if let attempt = state.attempt {
      if attempt.pauses[.person] != nil { return (.paused, "manually paused") }
      for reason in PauseReason.allCases where attempt.pauses[reason] != nil {
        return (.paused, reason.argoReason)
      }
    }
    if state.restart != nil { return (.progressing, "rollout is restarting") }
    if let pods {
      if pods.desired.created < replicas {
        return (.progressing, "more replicas need to be updated")
      }
      if let availablePods, availablePods < pods.desired.created {
        return (.progressing, "updated replicas are still becoming available")
      }
    } else if state.attempt?.available == false {
      return (.progressing, "more replicas need to be updated")
    }
    switch strategy?.kind {
    case .canary(let canary):
      if canary.traffic == nil, let pods, pods.stable.created + pods.others.created > 0 {
        return (.progressing, "old replicas are pending termination")
      }
      if !isCompleted { return (.progressing, "waiting for all steps to complete") }
    case .blueGreen(let blueGreen):
      let active = state.attempt?.activeSeen ?? state.services?.active
      if active != desired, active != nil || !isCompleted {
        return (.progressing, "active service cutover pending")
      }
      if !isCompleted {
        let isDone =
          state.attempt?.presentRuns.last { $0.key.type == .postPromotion }.map { !$0.isOpen }
          ?? false
        return (
          .progressing,
          blueGreen.postPromotion != nil && !isDone
            ? "waiting for analysis to complete"
            : "waiting for post-promotion verification to complete"
        )
      }
    case nil:
      if !isCompleted { return (.progressing, "waiting for all steps to complete") }
    }
    return (.healthy, "")
  }
}

extension PodCounts {
  fileprivate var available: Int { desired.available + stable.available + others.available }
}

extension PauseReason {
  /// Argo's word for it; a person's pause is no pause condition there.
  public var argoReason: String {
    switch self {
    case .step: "CanaryPauseStep"
    case .person: "manually paused"
    case .inconclusiveAnalysis: "InconclusiveAnalysisRun"
    case .inconclusiveExperiment: "InconclusiveExperiment"
    case .blueGreen: "BlueGreenPause"
    }
  }
}

extension AbortCause {
  /// What Argo would give as the cause; empty for a person.
  public var argoMessage: String { argoMessage(namingAnalysis: true) }

  /// - Parameter namingAnalysis: since 1.8 the kind of analysis comes first.
  func argoMessage(namingAnalysis: Bool) -> String {
    switch self {
    case .person: return ""
    case .deadline(let message): return message
    case .analysis(let key, let message):
      let what =
        switch key.type {
        case .background: "Background analysis phase error/failed"
        case .step: "Step-based analysis phase error/failed"
        case .prePromotion: "Blue/green pre-promotion analysis phase error/failed"
        case .postPromotion: "Blue/green post-promotion analysis phase error/failed"
        case .experiment: "Experiment analysis phase is error/failed"
        case .plugin: ""
        case .verification: "Verification failed"
        }
      guard namingAnalysis else { return message }
      if what.isEmpty || message.isEmpty { return what + message }
      return "\(what): \(message)"
    }
  }
}
