internal import CWindlassProto
internal import RolloutCore

// Which number stands for which case: the tables of every enum in the proto files.

extension Track: WireEnum {
  var wire: Windlass__V1__Track {
    switch self {
    case .full: WINDLASS__V1__TRACK__FULL
    case .fast: WINDLASS__V1__TRACK__FAST
    }
  }
}

extension RollbackClass: WireEnum {
  var wire: Windlass__V1__RollbackClass {
    switch self {
    case .regular: WINDLASS__V1__ROLLBACK_CLASS__REGULAR
    case .emergency: WINDLASS__V1__ROLLBACK_CLASS__EMERGENCY
    case .automatic: WINDLASS__V1__ROLLBACK_CLASS__AUTOMATIC
    }
  }
}

extension Classification.Kind: WireEnum {
  var wire: Windlass__V1__Classification__Kind {
    switch self {
    case .initial: WINDLASS__V1__CLASSIFICATION__KIND__INITIAL
    case .forward: WINDLASS__V1__CLASSIFICATION__KIND__FORWARD
    case .returnToStable: WINDLASS__V1__CLASSIFICATION__KIND__RETURN_TO_STABLE
    case .rollback: WINDLASS__V1__CLASSIFICATION__KIND__ROLLBACK
    }
  }
}

extension Classification.Origin: WireEnum {
  var wire: Windlass__V1__Classification__Origin {
    switch self {
    case .commanded: WINDLASS__V1__CLASSIFICATION__ORIGIN__COMMANDED
    case .observed: WINDLASS__V1__CLASSIFICATION__ORIGIN__OBSERVED
    }
  }
}

extension RollbackWindow.Counting: WireEnum {
  var wire: Windlass__V1__RollbackWindow__Counting {
    switch self {
    case .attempted: WINDLASS__V1__ROLLBACK_WINDOW__COUNTING__ATTEMPTED
    case .promoted: WINDLASS__V1__ROLLBACK_WINDOW__COUNTING__PROMOTED
    case .registered: WINDLASS__V1__ROLLBACK_WINDOW__COUNTING__REGISTERED
    }
  }
}

extension RollbackWindow.Match: WireEnum {
  var wire: Windlass__V1__RollbackWindow__Match {
    switch self {
    case .all: WINDLASS__V1__ROLLBACK_WINDOW__MATCH__ALL
    case .any: WINDLASS__V1__ROLLBACK_WINDOW__MATCH__ANY
    }
  }
}

extension WindowAnswer.Verdict: WireEnum {
  var wire: Windlass__V1__WindowAnswer__Verdict {
    switch self {
    case .inside: WINDLASS__V1__WINDOW_ANSWER__VERDICT__INSIDE
    case .outsideByRevisions: WINDLASS__V1__WINDOW_ANSWER__VERDICT__OUTSIDE_BY_REVISIONS
    case .outsideByDuration: WINDLASS__V1__WINDOW_ANSWER__VERDICT__OUTSIDE_BY_DURATION
    case .outsideByBoth: WINDLASS__V1__WINDOW_ANSWER__VERDICT__OUTSIDE_BY_BOTH
    case .noWindow: WINDLASS__V1__WINDOW_ANSWER__VERDICT__NO_WINDOW
    case .neverStableHere: WINDLASS__V1__WINDOW_ANSWER__VERDICT__NEVER_STABLE_HERE
    case .neverRanHere: WINDLASS__V1__WINDOW_ANSWER__VERDICT__NEVER_RAN_HERE
    }
  }
}

extension ClusterRegistration.Mode: WireEnum {
  var wire: Windlass__V1__ClusterRegistration__Mode {
    switch self {
    case .observe: WINDLASS__V1__CLUSTER_REGISTRATION__MODE__OBSERVE
    case .enforce: WINDLASS__V1__CLUSTER_REGISTRATION__MODE__ENFORCE
    }
  }
}

extension RunType: WireEnum {
  var wire: Windlass__V1__RunType {
    switch self {
    case .background: WINDLASS__V1__RUN_TYPE__BACKGROUND
    case .step: WINDLASS__V1__RUN_TYPE__STEP
    case .prePromotion: WINDLASS__V1__RUN_TYPE__PRE_PROMOTION
    case .postPromotion: WINDLASS__V1__RUN_TYPE__POST_PROMOTION
    case .experiment: WINDLASS__V1__RUN_TYPE__EXPERIMENT
    case .plugin: WINDLASS__V1__RUN_TYPE__PLUGIN
    case .verification: WINDLASS__V1__RUN_TYPE__VERIFICATION
    }
  }
}

extension RunResult.Phase: WireEnum {
  var wire: Windlass__V1__RunResult__Phase {
    switch self {
    case .successful: WINDLASS__V1__RUN_RESULT__PHASE__SUCCESSFUL
    case .failed: WINDLASS__V1__RUN_RESULT__PHASE__FAILED
    case .error: WINDLASS__V1__RUN_RESULT__PHASE__ERROR
    case .inconclusive: WINDLASS__V1__RUN_RESULT__PHASE__INCONCLUSIVE
    }
  }
}

extension RunResult.Evidence: WireEnum {
  /// What says nothing of it was measured.
  var wire: Windlass__V1__RunResult__Evidence {
    switch self {
    case .measured: WINDLASS__V1__RUN_RESULT__EVIDENCE__EVIDENCE_UNSPECIFIED
    case .noData: WINDLASS__V1__RUN_RESULT__EVIDENCE__NO_DATA
    case .vacuous: WINDLASS__V1__RUN_RESULT__EVIDENCE__VACUOUS
    }
  }
}

extension WatchRule.Reaction: WireEnum {
  var wire: Windlass__V1__WatchRule__Reaction {
    switch self {
    case .record: WINDLASS__V1__WATCH_RULE__REACTION__RECORD
    case .rollback: WINDLASS__V1__WATCH_RULE__REACTION__ROLLBACK
    }
  }
}

extension Strategy.ExperimentPlan.Template.Source: WireEnum {
  var wire: Windlass__V1__ExperimentPlan__Source {
    switch self {
    case .stable: WINDLASS__V1__EXPERIMENT_PLAN__SOURCE__STABLE
    case .canary: WINDLASS__V1__EXPERIMENT_PLAN__SOURCE__CANARY
    }
  }
}

extension RunReading: WireEnum {
  var wire: Windlass__V1__RunReading {
    switch self {
    case .verified: WINDLASS__V1__RUN_READING__READING_VERIFIED
    case .failed: WINDLASS__V1__RUN_READING__READING_FAILED
    case .inconclusive: WINDLASS__V1__RUN_READING__READING_INCONCLUSIVE
    case .skipped: WINDLASS__V1__RUN_READING__READING_SKIPPED
    case .stopped: WINDLASS__V1__RUN_READING__READING_STOPPED
    case .vacuous: WINDLASS__V1__RUN_READING__READING_VACUOUS
    case .noData: WINDLASS__V1__RUN_READING__READING_NO_DATA
    }
  }
}

extension PauseReason: WireEnum {
  var wire: Windlass__V1__PauseReason {
    switch self {
    case .step: WINDLASS__V1__PAUSE_REASON__PAUSE_STEP
    case .person: WINDLASS__V1__PAUSE_REASON__PAUSE_PERSON
    case .inconclusiveAnalysis: WINDLASS__V1__PAUSE_REASON__PAUSE_INCONCLUSIVE_ANALYSIS
    case .inconclusiveExperiment: WINDLASS__V1__PAUSE_REASON__PAUSE_INCONCLUSIVE_EXPERIMENT
    case .blueGreen: WINDLASS__V1__PAUSE_REASON__PAUSE_BLUE_GREEN
    }
  }
}

extension StepEnd: WireEnum {
  var wire: Windlass__V1__StepEnd {
    switch self {
    case .entered: WINDLASS__V1__STEP_END__STEP_ENTERED
    case .weightApplied: WINDLASS__V1__STEP_END__STEP_WEIGHT_APPLIED
    case .pauseElapsed: WINDLASS__V1__STEP_END__STEP_PAUSE_ELAPSED
    case .resumed: WINDLASS__V1__STEP_END__STEP_RESUMED
    case .analysisSuccessful: WINDLASS__V1__STEP_END__STEP_ANALYSIS_SUCCESSFUL
    case .promoted: WINDLASS__V1__STEP_END__STEP_PROMOTED
    case .experimentSuccessful: WINDLASS__V1__STEP_END__STEP_EXPERIMENT_SUCCESSFUL
    case .pluginSuccessful: WINDLASS__V1__STEP_END__STEP_PLUGIN_SUCCESSFUL
    case .scaled: WINDLASS__V1__STEP_END__STEP_SCALED
    case .applied: WINDLASS__V1__STEP_END__STEP_APPLIED
    case .skipped: WINDLASS__V1__STEP_END__STEP_SKIPPED
    }
  }
}

extension CancelReason: WireEnum {
  var wire: Windlass__V1__RunCancelled__Reason {
    switch self {
    case .fastTrack: WINDLASS__V1__RUN_CANCELLED__REASON__FAST_TRACK
    case .attemptEnded: WINDLASS__V1__RUN_CANCELLED__REASON__ATTEMPT_ENDED
    case .stepSkipped: WINDLASS__V1__RUN_CANCELLED__REASON__STEP_SKIPPED
    case .fullPromotion: WINDLASS__V1__RUN_CANCELLED__REASON__FULL_PROMOTION
    case .repeated: WINDLASS__V1__RUN_CANCELLED__REASON__REPEATED
    case .watchEnded: WINDLASS__V1__RUN_CANCELLED__REASON__WATCH_ENDED
    }
  }
}

extension Decision.Result: WireEnum {
  var wire: Windlass__V1__Decision__Result {
    switch self {
    case .allowed: WINDLASS__V1__DECISION__RESULT__ALLOWED
    case .alreadySatisfied: WINDLASS__V1__DECISION__RESULT__ALREADY_SATISFIED
    case .refused: WINDLASS__V1__DECISION__RESULT__REFUSED
    case .conflict: WINDLASS__V1__DECISION__RESULT__CONFLICT
    case .unknown: WINDLASS__V1__DECISION__RESULT__UNKNOWN
    case .unavailable: WINDLASS__V1__DECISION__RESULT__UNAVAILABLE
    }
  }
}

extension ReportOutcomesResponse.Result.Kind: WireEnum {
  var wire: Windlass__V1__ReportOutcomesResponse__Result__Kind {
    switch self {
    case .recorded: WINDLASS__V1__REPORT_OUTCOMES_RESPONSE__RESULT__KIND__RECORDED
    case .ignored: WINDLASS__V1__REPORT_OUTCOMES_RESPONSE__RESULT__KIND__IGNORED
    case .refused: WINDLASS__V1__REPORT_OUTCOMES_RESPONSE__RESULT__KIND__REFUSED
    case .fenced: WINDLASS__V1__REPORT_OUTCOMES_RESPONSE__RESULT__KIND__FENCED
    case .retry: WINDLASS__V1__REPORT_OUTCOMES_RESPONSE__RESULT__KIND__RETRY
    }
  }
}
