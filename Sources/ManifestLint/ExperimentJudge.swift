import ArgoManifests

/// Judges an experiment, by itself or as a step.
struct ExperimentJudge {
  let experiment: Place
  let isStep: Bool
  let log: FindingLog

  private static let fields: Set<String> = [
    "templates", "duration", "progressDeadlineSeconds", "terminate", "analyses",
    "scaleDownDelaySeconds", "dryRun", "measurementRetention", "analysisRunMetadata",
  ]

  func judge(_ analyses: inout AnalysisJudge, namespace: String?) {
    guard experiment.isPresent else { return }
    Fields.check(experiment, Self.fields, log)
    let duration = experiment["duration"]
    if let text = duration.text, GoDuration.seconds(text) == nil {
      log.report(
        .durationInvalid, duration, "\(Shown.quoted(text)) is no duration",
        fix: "write a duration with a unit, such as 30s or 5m")
    }
    let items = experiment["analyses"].items
    let hasRequired = items.contains { $0["requiredForCompletion"].bool == true }
    let hasEnd = duration.isPresent || hasRequired
    if !hasEnd {
      log.report(
        .experimentWithoutEnd, experiment,
        "the experiment has no duration and no analysis that is requiredForCompletion, so it runs "
          + "until someone ends it" + (isStep ? "; the step waits as long" : ""),
        fix: "give a duration, or set requiredForCompletion on an analysis")
    }
    if duration.isPresent && !items.isEmpty && !hasRequired {
      log.report(
        .experimentOutrunsAnalysis, experiment["analyses"],
        "when the duration is over the experiment is Successful, also while an analysis still runs "
          + "and fails later",
        fix: "set requiredForCompletion on the analysis")
    }
    for analysis in items {
      analyses.judge(experimentAnalysis: analysis, hasEnd: hasEnd, namespace: namespace)
    }
  }
}
