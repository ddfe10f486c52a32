/// Two full sets of pods; traffic is switched from one to the other at once.
public struct BlueGreen: Equatable, Codable, Sendable {
  public var hasPreviewService: Bool
  /// Pods of the preview before the switch; `nil`: as many as the rollout has.
  public var previewReplicas: Int?
  /// Off: a person has to resume before the switch.
  public var autoPromotion: Bool
  /// How long to wait before the switch; `nil` or zero: not at all. Counts where auto promotion is
  /// on.
  public var autoPromotionDelay: Interval?
  public var prePromotion: AnalysisPlan?
  public var postPromotion: AnalysisPlan?
  /// How long old pods stay after the switch; `nil`: Argo's 30 s, and not before post-promotion
  /// analysis has succeeded.
  public var scaleDownDelay: Interval?
  /// Old revisions kept within their delay, newest first; `nil`: all.
  public var scaleDownDelayRevisionLimit: Int?
  /// `nil`: Argo's 30 s; zero: for ever.
  public var abortScaleDownDelay: Interval?
  public var maxUnavailable: PodBound

  public init(
    hasPreviewService: Bool = false, previewReplicas: Int? = nil, autoPromotion: Bool = true,
    autoPromotionDelay: Interval? = nil, prePromotion: AnalysisPlan? = nil,
    postPromotion: AnalysisPlan? = nil, scaleDownDelay: Interval? = nil,
    scaleDownDelayRevisionLimit: Int? = nil, abortScaleDownDelay: Interval? = nil,
    maxUnavailable: PodBound = .percent(25)
  ) {
    self.hasPreviewService = hasPreviewService
    self.previewReplicas = previewReplicas
    self.autoPromotion = autoPromotion
    self.autoPromotionDelay = autoPromotionDelay
    self.prePromotion = prePromotion
    self.postPromotion = postPromotion
    self.scaleDownDelay = scaleDownDelay
    self.scaleDownDelayRevisionLimit = scaleDownDelayRevisionLimit
    self.abortScaleDownDelay = abortScaleDownDelay
    self.maxUnavailable = maxUnavailable
  }
}
