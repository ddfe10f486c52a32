/// What lint looks for. The raw value is the rule's id, which never changes its meaning.
public enum LintRule: String, CaseIterable, Sendable {
  /// A suppression names no known rule, or no reason.
  case suppressionMalformed = "suppression-malformed"
  /// A suppression allows something that is not found.
  case suppressionUnused = "suppression-unused"
  /// The same object is given twice.
  case duplicateObject = "duplicate-object"
  /// A field without which nothing works is missing.
  case fieldMissing = "field-missing"
  /// A field has a value of the wrong type.
  case fieldType = "field-type"
  /// A field that Argo Rollouts does not have, and the API server drops.
  case fieldUnknown = "field-unknown"
  /// A metric has no conditions: every measurement is Successful.
  case conditionMissing = "condition-missing"
  /// Conditions of a provider that never evaluates them.
  case conditionNotEvaluated = "condition-not-evaluated"
  /// A condition does not depend on the result.
  case conditionConstant = "condition-constant"
  /// No result that was tried fails the metric.
  case conditionNeverFails = "condition-never-fails"
  /// No result that was tried passes the metric.
  case conditionNeverPasses = "condition-never-passes"
  /// A condition is no expression.
  case conditionSyntax = "condition-syntax"
  /// A condition uses a name that does not exist.
  case conditionUnknownName = "condition-unknown-name"
  /// A list is compared with a number.
  case conditionListAgainstNumber = "condition-list-against-number"
  /// A condition fits no result its provider gives.
  case conditionTypeMismatch = "condition-type-mismatch"
  /// isNil and default look at the whole result, not at their argument.
  case conditionIgnoresArgument = "condition-ignores-argument"
  /// Not a number counts as Successful.
  case conditionNanPasses = "condition-nan-passes"
  /// No data counts as Successful.
  case conditionNoDataPasses = "condition-no-data-passes"
  /// No data is an Error, and a few of them abort.
  case conditionNoDataErrors = "condition-no-data-errors"
  /// A result is compared with a number in quotes.
  case conditionStringNumber = "condition-string-number"
  /// A condition depends on the time it is evaluated.
  case conditionReadsClock = "condition-reads-clock"
  /// An analysis template has no metrics.
  case metricsMissing = "metrics-missing"
  /// Two metrics of one analysis have the same name.
  case metricDuplicate = "metric-duplicate"
  /// A metric has no provider.
  case providerMissing = "provider-missing"
  /// A metric has several providers.
  case providerSeveral = "provider-several"
  /// A provider that Argo Rollouts does not have.
  case providerUnknown = "provider-unknown"
  /// A limit is negative.
  case limitNegative = "limit-negative"
  /// Neither failure nor success can end the metric.
  case limitsBothDisabled = "limits-both-disabled"
  /// The count is smaller than the limits need.
  case countBelowLimits = "count-below-limits"
  /// More than one measurement, and no interval.
  case countWithoutInterval = "count-without-interval"
  /// A count of 0 is not "off".
  case countZero = "count-zero"
  /// A number that cannot be read.
  case numberInvalid = "number-invalid"
  /// A duration that cannot be read.
  case durationInvalid = "duration-invalid"
  /// The metric can never be Failed.
  case failureLimitUnreachable = "failure-limit-unreachable"
  /// The metric can never be Inconclusive by its limit.
  case inconclusiveLimitUnreachable = "inconclusive-limit-unreachable"
  /// The metric can never reach its consecutive successes.
  case successLimitUnreachable = "success-limit-unreachable"
  /// An outage of the provider goes unnoticed for long.
  case errorLimitDistant = "error-limit-distant"
  /// An argument is given twice.
  case argumentDuplicate = "argument-duplicate"
  /// A placeholder names an argument that is not declared.
  case argumentUnresolved = "argument-unresolved"
  /// An argument has no value.
  case argumentWithoutValue = "argument-without-value"
  /// An argument that no template declares is dropped.
  case argumentUndeclared = "argument-undeclared"
  /// An argument has both a value and a source, or an unreadable source.
  case argumentAmbiguous = "argument-ambiguous"
  /// Two templates of one analysis give an argument different values.
  case argumentConflict = "argument-conflict"
  /// A dry-run or retention rule matches no metric.
  case metricRuleUnmatched = "metric-rule-unmatched"
  /// A dry-run or retention rule is no pattern.
  case metricRulePattern = "metric-rule-pattern"
  /// A dry-run or retention rule is given twice.
  case metricRuleDuplicate = "metric-rule-duplicate"
  /// All metrics are dry runs.
  case dryRunEverything = "dry-run-everything"
  /// A retention rule without a positive limit does nothing.
  case retentionIgnored = "retention-ignored"
  /// An analysis template is not in the given files.
  case templateMissing = "template-missing"
  /// An analysis block without templates never completes.
  case analysisWithoutTemplates = "analysis-without-templates"
  /// A background analysis without templates never runs.
  case backgroundWithoutTemplates = "background-without-templates"
  /// A metric without end in an analysis that must end.
  case analysisEndless = "analysis-endless"
  /// An analysis is too large to be judged as a whole.
  case analysisNotExamined = "analysis-not-examined"
  /// A background analysis ends while the update goes on.
  case backgroundEndsEarly = "background-ends-early"
  /// A background analysis starts before the canary has pods or traffic.
  case backgroundBeforeTraffic = "background-before-traffic"
  /// A background analysis that starts after the last step never runs.
  case startingStepUnreachable = "starting-step-unreachable"
  /// A rollback window that is not positive is off.
  case windowNotPositive = "window-not-positive"
  /// A rollback window reaches beyond the revision history.
  case windowBeyondHistory = "window-beyond-history"
  /// How far a rollback window reaches.
  case windowReach = "window-reach"
  /// A rollback inside the window runs no analysis.
  case windowSkipsAnalysis = "window-skips-analysis"
  /// A rollback inside the window sends traffic to the first pod.
  case windowFullTraffic = "window-full-traffic"
  /// The first step is not skipped cleanly inside the window.
  case windowFirstStep = "window-first-step"
  /// A blue-green rollback inside the window waits for a person.
  case windowManualPromotion = "window-manual-promotion"
  /// A blue-green rollback inside the window may wait for ever.
  case windowPreviewCount = "window-preview-count"
  /// A rollback inside the window and an abort undo each other.
  case windowAbortFlaps = "window-abort-flaps"
  /// A rollout has no strategy, or two.
  case strategyCount = "strategy-count"
  /// A step does nothing.
  case stepWithoutType = "step-without-type"
  /// A step does several things.
  case stepSeveralTypes = "step-several-types"
  /// A weight outside its range.
  case weightOutOfRange = "weight-out-of-range"
  /// A later step has a smaller weight.
  case weightDecreases = "weight-decreases"
  /// Pods cannot make up the weight.
  case weightUnreachable = "weight-unreachable"
  /// Steps after the canary has all traffic.
  case stepsAfterFullWeight = "steps-after-full-weight"
  /// A pause of 0 is no pause.
  case pauseZero = "pause-zero"
  /// A pause whose duration is negative or cannot be read.
  case pauseDurationInvalid = "pause-duration-invalid"
  /// A canary scale that stays while the weight grows.
  case canaryScaleSticks = "canary-scale-sticks"
  /// A field that needs a traffic router, or another one.
  case routingRequired = "routing-required"
  /// A header or mirror route that is not among the managed routes.
  case routeUnmanaged = "route-unmanaged"
  /// A route matches a header, method or path by none or several of exact, regex and prefix.
  case routeMatchInvalid = "route-match-invalid"
  /// A traffic router without the services it needs.
  case servicesMissing = "services-missing"
  /// The active service selects no pods, so analysis and the manual gate are bypassed.
  case serviceWithoutSelector = "service-without-selector"
  /// Two services that must differ are the same.
  case servicesIdentical = "services-identical"
  /// Dynamic stable scaling together with a scale-down delay.
  case dynamicScaleWithDelay = "dynamic-scale-with-delay"
  /// Anti-affinity of no kind or of both, or with a weight outside its range.
  case antiAffinityInvalid = "anti-affinity-invalid"
  /// Neither surge nor unavailability is allowed.
  case surgeAndUnavailableZero = "surge-and-unavailable-zero"
  /// A progress deadline that no pod can meet.
  case deadlineTooShort = "deadline-too-short"
  /// A scale-down delay that keeps the progress deadline from counting.
  case deadlineSuspended = "deadline-suspended"
  /// The history is smaller than the scale-down limit.
  case historyBelowScaleDownLimit = "history-below-scale-down-limit"
  /// A preview count lets the next version skip its pre-promotion analysis.
  case previewCountCheckpoint = "preview-count-checkpoint"
  /// Automatic promotion is off, so its delay does nothing.
  case autoPromotionSecondsIgnored = "auto-promotion-seconds-ignored"
  /// The old pods may be gone before the post-promotion analysis ends.
  case postAnalysisLate = "post-analysis-late"
  /// A workload reference can skip analysis and the manual gate.
  case workloadRefSkipsChecks = "workload-ref-skips-checks"
  /// A workload reference and a template.
  case workloadRefAndTemplate = "workload-ref-and-template"
  /// The referenced workload keeps its own pods.
  case workloadStillScaled = "workload-still-scaled"
  /// An experiment that nothing ends.
  case experimentWithoutEnd = "experiment-without-end"
  /// An experiment can succeed before its analysis has ended.
  case experimentOutrunsAnalysis = "experiment-outruns-analysis"
  /// A RolloutPolicy that Windlass refuses.
  case policyInvalid = "policy-invalid"
  /// A policy's window reaches beyond the revision history.
  case policyWindowBeyondHistory = "policy-window-beyond-history"
  /// A window that either limit opens.
  case policyWindowAny = "policy-window-any"
  /// A window that lets in revisions that were never stable.
  case policyNeverStableAllowed = "policy-never-stable-allowed"
  /// A policy that fits none of the given rollouts.
  case policySelectsNothing = "policy-selects-nothing"
}

extension LintRule {
  /// One line, for lists of rules.
  public var summary: String {
    switch self {
    case .suppressionMalformed: "A suppression names no known rule, or no reason"
    case .suppressionUnused: "A suppression allows something that is not found"
    case .duplicateObject: "The same object is given twice"
    case .fieldMissing: "A field without which nothing works is missing"
    case .fieldType: "A field has a value of the wrong type"
    case .fieldUnknown: "A field that Argo Rollouts does not have, and the API server drops"
    case .conditionMissing: "A metric has no conditions: every measurement is Successful"
    case .conditionNotEvaluated: "Conditions of a provider that never evaluates them"
    case .conditionConstant: "A condition does not depend on the result"
    case .conditionNeverFails: "No result that was tried fails the metric"
    case .conditionNeverPasses: "No result that was tried passes the metric"
    case .conditionSyntax: "A condition is no expression"
    case .conditionUnknownName: "A condition uses a name that does not exist"
    case .conditionListAgainstNumber: "A list is compared with a number"
    case .conditionTypeMismatch: "A condition fits no result its provider gives"
    case .conditionIgnoresArgument:
      "isNil and default look at the whole result, not at their argument"
    case .conditionNanPasses: "Not a number counts as Successful"
    case .conditionNoDataPasses: "No data counts as Successful"
    case .conditionNoDataErrors: "No data is an Error, and a few of them abort"
    case .conditionStringNumber: "A result is compared with a number in quotes"
    case .conditionReadsClock: "A condition depends on the time it is evaluated"
    case .metricsMissing: "An analysis template has no metrics"
    case .metricDuplicate: "Two metrics of one analysis have the same name"
    case .providerMissing: "A metric has no provider"
    case .providerSeveral: "A metric has several providers"
    case .providerUnknown: "A provider that Argo Rollouts does not have"
    case .limitNegative: "A limit is negative"
    case .limitsBothDisabled: "Neither failure nor success can end the metric"
    case .countBelowLimits: "The count is smaller than the limits need"
    case .countWithoutInterval: "More than one measurement, and no interval"
    case .countZero: "A count of 0 is not \"off\""
    case .numberInvalid: "A number that cannot be read"
    case .durationInvalid: "A duration that cannot be read"
    case .failureLimitUnreachable: "The metric can never be Failed"
    case .inconclusiveLimitUnreachable: "The metric can never be Inconclusive by its limit"
    case .successLimitUnreachable: "The metric can never reach its consecutive successes"
    case .errorLimitDistant: "An outage of the provider goes unnoticed for long"
    case .argumentDuplicate: "An argument is given twice"
    case .argumentUnresolved: "A placeholder names an argument that is not declared"
    case .argumentWithoutValue: "An argument has no value"
    case .argumentUndeclared: "An argument that no template declares is dropped"
    case .argumentAmbiguous: "An argument has both a value and a source, or an unreadable source"
    case .argumentConflict: "Two templates of one analysis give an argument different values"
    case .metricRuleUnmatched: "A dry-run or retention rule matches no metric"
    case .metricRulePattern: "A dry-run or retention rule is no pattern"
    case .metricRuleDuplicate: "A dry-run or retention rule is given twice"
    case .dryRunEverything: "All metrics are dry runs"
    case .retentionIgnored: "A retention rule without a positive limit does nothing"
    case .templateMissing: "An analysis template is not in the given files"
    case .analysisWithoutTemplates: "An analysis block without templates never completes"
    case .backgroundWithoutTemplates: "A background analysis without templates never runs"
    case .analysisEndless: "A metric without end in an analysis that must end"
    case .analysisNotExamined: "An analysis is too large to be judged as a whole"
    case .backgroundEndsEarly: "A background analysis ends while the update goes on"
    case .backgroundBeforeTraffic:
      "A background analysis starts before the canary has pods or traffic"
    case .startingStepUnreachable:
      "A background analysis that starts after the last step never runs"
    case .windowNotPositive: "A rollback window that is not positive is off"
    case .windowBeyondHistory: "A rollback window reaches beyond the revision history"
    case .windowReach: "How far a rollback window reaches"
    case .windowSkipsAnalysis: "A rollback inside the window runs no analysis"
    case .windowFullTraffic: "A rollback inside the window sends traffic to the first pod"
    case .windowFirstStep: "The first step is not skipped cleanly inside the window"
    case .windowManualPromotion: "A blue-green rollback inside the window waits for a person"
    case .windowPreviewCount: "A blue-green rollback inside the window may wait for ever"
    case .windowAbortFlaps: "A rollback inside the window and an abort undo each other"
    case .strategyCount: "A rollout has no strategy, or two"
    case .stepWithoutType: "A step does nothing"
    case .stepSeveralTypes: "A step does several things"
    case .weightOutOfRange: "A weight outside its range"
    case .weightDecreases: "A later step has a smaller weight"
    case .weightUnreachable: "Pods cannot make up the weight"
    case .stepsAfterFullWeight: "Steps after the canary has all traffic"
    case .pauseZero: "A pause of 0 is no pause"
    case .pauseDurationInvalid: "A pause whose duration is negative or cannot be read"
    case .canaryScaleSticks: "A canary scale that stays while the weight grows"
    case .routingRequired: "A field that needs a traffic router, or another one"
    case .routeUnmanaged: "A header or mirror route that is not among the managed routes"
    case .routeMatchInvalid:
      "A route matches a header, method or path by none or several of exact, regex and prefix"
    case .servicesMissing: "A traffic router without the services it needs"
    case .serviceWithoutSelector:
      "The active service selects no pods, so analysis and the manual gate are bypassed"
    case .servicesIdentical: "Two services that must differ are the same"
    case .dynamicScaleWithDelay: "Dynamic stable scaling together with a scale-down delay"
    case .antiAffinityInvalid:
      "Anti-affinity of no kind or of both, or with a weight outside its range"
    case .surgeAndUnavailableZero: "Neither surge nor unavailability is allowed"
    case .deadlineTooShort: "A progress deadline that no pod can meet"
    case .deadlineSuspended: "A scale-down delay that keeps the progress deadline from counting"
    case .historyBelowScaleDownLimit: "The history is smaller than the scale-down limit"
    case .previewCountCheckpoint:
      "A preview count lets the next version skip its pre-promotion analysis"
    case .autoPromotionSecondsIgnored: "Automatic promotion is off, so its delay does nothing"
    case .postAnalysisLate: "The old pods may be gone before the post-promotion analysis ends"
    case .workloadRefSkipsChecks: "A workload reference can skip analysis and the manual gate"
    case .workloadRefAndTemplate: "A workload reference and a template"
    case .workloadStillScaled: "The referenced workload keeps its own pods"
    case .experimentWithoutEnd: "An experiment that nothing ends"
    case .experimentOutrunsAnalysis: "An experiment can succeed before its analysis has ended"
    case .policyInvalid: "A RolloutPolicy that Windlass refuses"
    case .policyWindowBeyondHistory: "A policy's window reaches beyond the revision history"
    case .policyWindowAny: "A window that either limit opens"
    case .policyNeverStableAllowed: "A window that lets in revisions that were never stable"
    case .policySelectsNothing: "A policy that fits none of the given rollouts"
    }
  }

  public var severity: Severity {
    switch self {
    case .fieldMissing, .fieldType, .conditionSyntax, .conditionUnknownName,
      .conditionListAgainstNumber, .conditionTypeMismatch, .metricsMissing, .metricDuplicate,
      .providerMissing, .providerSeveral, .limitNegative, .limitsBothDisabled, .countBelowLimits,
      .countWithoutInterval, .numberInvalid, .durationInvalid, .argumentDuplicate,
      .argumentUnresolved, .argumentWithoutValue, .argumentAmbiguous, .argumentConflict,
      .metricRuleUnmatched, .metricRulePattern, .metricRuleDuplicate, .analysisWithoutTemplates,
      .analysisEndless, .strategyCount, .stepWithoutType, .stepSeveralTypes, .weightOutOfRange,
      .pauseDurationInvalid, .routingRequired, .routeUnmanaged, .servicesMissing,
      .servicesIdentical, .dynamicScaleWithDelay, .surgeAndUnavailableZero, .deadlineTooShort,
      .historyBelowScaleDownLimit, .workloadRefAndTemplate, .policyInvalid, .routeMatchInvalid,
      .antiAffinityInvalid:
      .error
    case .suppressionMalformed, .duplicateObject, .fieldUnknown, .conditionMissing,
      .conditionNotEvaluated, .conditionConstant, .conditionNeverFails, .conditionNeverPasses,
      .conditionIgnoresArgument, .conditionNanPasses, .conditionStringNumber, .providerUnknown,
      .countZero, .failureLimitUnreachable, .inconclusiveLimitUnreachable,
      .successLimitUnreachable, .argumentUndeclared, .dryRunEverything, .retentionIgnored,
      .templateMissing, .backgroundWithoutTemplates, .startingStepUnreachable, .windowNotPositive,
      .windowBeyondHistory, .windowFullTraffic, .windowFirstStep, .windowManualPromotion,
      .windowPreviewCount, .windowAbortFlaps, .pauseZero, .canaryScaleSticks,
      .serviceWithoutSelector, .deadlineSuspended,
      .previewCountCheckpoint, .autoPromotionSecondsIgnored, .workloadRefSkipsChecks,
      .workloadStillScaled, .experimentWithoutEnd, .experimentOutrunsAnalysis,
      .policyWindowBeyondHistory, .policyWindowAny, .policyNeverStableAllowed,
      .policySelectsNothing:
      .warning
    case .suppressionUnused, .conditionNoDataPasses, .conditionNoDataErrors, .conditionReadsClock,
      .errorLimitDistant, .analysisNotExamined, .backgroundEndsEarly, .backgroundBeforeTraffic,
      .windowReach, .windowSkipsAnalysis, .weightDecreases, .weightUnreachable,
      .stepsAfterFullWeight, .postAnalysisLate:
      .info
    }
  }

  /// Issues and pull requests of argoproj/argo-rollouts on the subject, by number.
  public var argoIssues: [Int] {
    switch self {
    case .failureLimitUnreachable: [4393, 4479]
    case .analysisWithoutTemplates: [4544]
    case .backgroundBeforeTraffic: [3258, 4864]
    case .windowFullTraffic: [3941, 4852]
    case .windowManualPromotion: [3304, 4787]
    case .windowAbortFlaps: [4461]
    case .serviceWithoutSelector: [4750]
    case .deadlineSuspended: [4971, 4972]
    case .previewCountCheckpoint: [4728, 4729]
    case .workloadRefSkipsChecks: [4503]
    case .experimentOutrunsAnalysis: [943]
    case .suppressionMalformed, .suppressionUnused, .duplicateObject, .fieldMissing, .fieldType,
      .fieldUnknown, .conditionMissing, .conditionNotEvaluated, .conditionConstant,
      .conditionNeverFails, .conditionNeverPasses, .conditionSyntax, .conditionUnknownName,
      .conditionListAgainstNumber, .conditionTypeMismatch, .conditionIgnoresArgument,
      .conditionNanPasses, .conditionNoDataPasses, .conditionNoDataErrors, .conditionStringNumber,
      .conditionReadsClock, .metricsMissing, .metricDuplicate, .providerMissing, .providerSeveral,
      .providerUnknown, .limitNegative, .limitsBothDisabled, .countBelowLimits,
      .countWithoutInterval, .countZero, .numberInvalid, .durationInvalid,
      .inconclusiveLimitUnreachable, .successLimitUnreachable, .errorLimitDistant,
      .argumentDuplicate, .argumentUnresolved, .argumentWithoutValue, .argumentUndeclared,
      .argumentAmbiguous, .argumentConflict, .metricRuleUnmatched, .metricRulePattern,
      .metricRuleDuplicate, .dryRunEverything, .retentionIgnored, .templateMissing,
      .backgroundWithoutTemplates, .analysisEndless, .analysisNotExamined, .backgroundEndsEarly,
      .startingStepUnreachable, .windowNotPositive, .windowBeyondHistory, .windowReach,
      .windowSkipsAnalysis, .windowFirstStep, .windowPreviewCount, .strategyCount,
      .stepWithoutType, .stepSeveralTypes, .weightOutOfRange, .weightDecreases,
      .weightUnreachable, .stepsAfterFullWeight, .pauseZero, .pauseDurationInvalid,
      .canaryScaleSticks, .routingRequired, .routeUnmanaged, .servicesMissing, .servicesIdentical,
      .dynamicScaleWithDelay, .antiAffinityInvalid, .routeMatchInvalid,
      .surgeAndUnavailableZero, .deadlineTooShort, .historyBelowScaleDownLimit,
      .autoPromotionSecondsIgnored,
      .postAnalysisLate, .workloadRefAndTemplate, .workloadStillScaled, .experimentWithoutEnd,
      .policyInvalid, .policyWindowBeyondHistory, .policyWindowAny, .policyNeverStableAllowed,
      .policySelectsNothing:
      []
    }
  }
}
