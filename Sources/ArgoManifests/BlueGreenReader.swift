import RolloutCore

/// Reads `spec.strategy.blueGreen`.
struct BlueGreenReader {
  let namespace: String?
  let log: ReadLog

  private static let read: Set<String> = [
    "activeService", "previewService", "previewReplicaCount", "autoPromotionEnabled",
    "autoPromotionSeconds", "prePromotionAnalysis", "postPromotionAnalysis",
    "scaleDownDelaySeconds", "scaleDownDelayRevisionLimit", "abortScaleDownDelaySeconds",
    "maxUnavailable",
  ]

  /// - Returns: `nil` if anything about it was refused.
  func blueGreen(_ field: Field, _ catalog: inout TemplateCatalog) -> BlueGreen? {
    for (key, member) in field.entries(log) where !Self.read.contains(key) {
      log.ignore(member, "has no effect on what Windlass decides")
    }
    let active = field["activeService"].objectName(log)
    let preview = field["previewService"]
    let previewName = preview.isAbsent ? nil : preview.objectName(log)
    if let active, active == previewName {
      log.refuse(preview, "must not be the active service, is \(quoted(active))")
    }
    let pre = plan(field["prePromotionAnalysis"], &catalog)
    let post = plan(field["postPromotionAnalysis"], &catalog)
    guard active != nil, pre != nil || field["prePromotionAnalysis"].isAbsent,
      post != nil || field["postPromotionAnalysis"].isAbsent
    else { return nil }
    return BlueGreen(
      hasPreviewService: previewName != nil,
      previewReplicas: field["previewReplicaCount"].integer(in: 0...ManifestLimits.replicas, log),
      autoPromotion: field["autoPromotionEnabled"].bool(log) ?? true,
      autoPromotionDelay: field["autoPromotionSeconds"].seconds(log), prePromotion: pre,
      postPromotion: post, scaleDownDelay: field["scaleDownDelaySeconds"].seconds(log),
      scaleDownDelayRevisionLimit: field["scaleDownDelayRevisionLimit"].integer(
        in: 0...Int(Int32.max), log),
      abortScaleDownDelay: field["abortScaleDownDelaySeconds"].seconds(log),
      maxUnavailable: field["maxUnavailable"].podBound(log) ?? .percent(25))
  }

  private func plan(_ field: Field, _ catalog: inout TemplateCatalog) -> AnalysisPlan? {
    guard !field.isAbsent else { return nil }
    guard case .mapping = field.content else {
      _ = field.members(log)
      return nil
    }
    field.noteIgnoredAnalysis(log)
    return catalog.plan(field, namespace: namespace, log)
  }
}
