import ArgoManifests

/// Judges a blue-green strategy.
struct BlueGreenJudge {
  let rollout: RolloutJudge
  let blueGreen: Place
  let log: FindingLog

  private static let fields: Set<String> = [
    "activeService", "previewService", "previewReplicaCount", "autoPromotionEnabled",
    "autoPromotionSeconds", "maxUnavailable", "scaleDownDelaySeconds",
    "scaleDownDelayRevisionLimit", "prePromotionAnalysis", "postPromotionAnalysis", "antiAffinity",
    "previewMetadata", "activeMetadata", "abortScaleDownDelaySeconds",
  ]

  func judge(_ analyses: inout AnalysisJudge, _ workloads: Workloads) {
    Fields.check(blueGreen, Self.fields, log)
    Fields.integers(
      blueGreen,
      [
        "previewReplicaCount", "autoPromotionSeconds", "scaleDownDelaySeconds",
        "scaleDownDelayRevisionLimit", "abortScaleDownDelaySeconds",
      ], log)
    AntiAffinity.judge(blueGreen["antiAffinity"], log)
    let (pre, post) = (blueGreen["prePromotionAnalysis"], blueGreen["postPromotionAnalysis"])
    analyses.judge(pre, .prePromotion, namespace: rollout.namespace)
    analyses.judge(post, .postPromotion, namespace: rollout.namespace)
    let (active, preview) = (blueGreen["activeService"], blueGreen["previewService"])
    if active.text?.isEmpty ?? true {
      log.report(
        .servicesMissing, blueGreen, "blue-green needs an activeService", fix: "name one")
    } else if active.text == preview.text {
      log.report(
        .servicesIdentical, preview,
        "activeService and previewService are the same: Argo Rollouts refuses it",
        fix: "use two services, or leave previewService out")
    }
    let service = Workloads.Key(
      kind: "Service", namespace: rollout.namespace, name: active.text ?? "")
    if workloads.isServiceWithoutSelector(service) {
      log.report(
        .serviceWithoutSelector, active,
        "the service \(Shown.quoted(service.name)) has no selector: the first update switches it "
          + "without analysis and without a person",
        fix: "give the service the selector of the rollout's pods")
    }
    let limit = blueGreen["scaleDownDelayRevisionLimit"]
    if let value = limit.integer, value > rollout.historyLimit {
      log.report(
        .historyBelowScaleDownLimit, limit,
        "scaleDownDelayRevisionLimit (\(value)) is above revisionHistoryLimit "
          + "(\(rollout.historyLimit)): Argo Rollouts refuses it",
        fix: "use at most \(rollout.historyLimit)")
    }
    promotion(pre: pre, post: post)
    rollout.scaleDownDelay(blueGreen["scaleDownDelaySeconds"])
    rollout.windowWithAnalysis([pre, post])
  }

  private func promotion(pre: Place, post: Place) {
    let count = blueGreen["previewReplicaCount"]
    let seconds = blueGreen["autoPromotionSeconds"]
    let isManual = blueGreen["autoPromotionEnabled"].bool == false
    let isDelayed = (seconds.integer ?? 0) > 0
    if isManual && isDelayed {
      log.report(
        .autoPromotionSecondsIgnored, seconds,
        "autoPromotionEnabled is false, so a person must promote however long it takes",
        fix: "leave one of them out")
    }
    if count.isPresent && pre.isPresent {
      log.report(
        .previewCountCheckpoint, count,
        "when the template changes during an update, the next version is scaled to full size and "
          + "promoted without the pre-promotion analysis",
        fix: "leave previewReplicaCount out")
    }
    if post.isPresent && blueGreen["scaleDownDelaySeconds"].isPresent {
      log.report(
        .postAnalysisLate, blueGreen["scaleDownDelaySeconds"],
        "the delay runs whatever the post-promotion analysis does; when it fails later, the old "
          + "pods are gone",
        fix: "use a delay longer than the analysis, or leave it out")
    }
    guard let window = rollout.window else { return }
    if isManual || isDelayed {
      log.report(
        .windowManualPromotion, window,
        "before version 1.10 of the controller a rollback inside the window still waits for "
          + (isManual ? "a person" : "autoPromotionSeconds"),
        fix: "use version 1.10, or promote the rollback by hand")
    }
    if count.isPresent && (pre.isPresent || isManual) {
      log.report(
        .windowPreviewCount, window,
        "with previewReplicaCount a rollback inside the window can wait for a checkpoint that "
          + "nothing sets, because "
          + (pre.isPresent ? "the pre-promotion analysis" : "the promotion") + " is skipped",
        fix: "leave previewReplicaCount out")
    }
  }
}
