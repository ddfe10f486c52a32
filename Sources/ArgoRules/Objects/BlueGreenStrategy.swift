/// `strategy.blueGreen`.
public struct BlueGreenStrategy: Equatable, Sendable {
  public var activeService: String
  /// Empty: none.
  public var previewService: String
  @OptionalCount public var previewReplicaCount: Int?
  /// Absent means enabled.
  public var autoPromotionEnabled: Bool?
  /// 0: no delay.
  @Count public var autoPromotionSeconds: Int
  public var maxUnavailable: CountOrPercent?
  @OptionalCount public var scaleDownDelaySeconds: Int?
  @OptionalCount public var scaleDownDelayRevisionLimit: Int?
  @OptionalCount public var abortScaleDownDelaySeconds: Int?
  public var prePromotionAnalysis: AnalysisBlock?
  public var postPromotionAnalysis: AnalysisBlock?

  public init(
    activeService: String, previewService: String = "", previewReplicaCount: Int? = nil,
    autoPromotionEnabled: Bool? = nil, autoPromotionSeconds: Int = 0,
    maxUnavailable: CountOrPercent? = nil, scaleDownDelaySeconds: Int? = nil,
    scaleDownDelayRevisionLimit: Int? = nil, abortScaleDownDelaySeconds: Int? = nil,
    prePromotionAnalysis: AnalysisBlock? = nil, postPromotionAnalysis: AnalysisBlock? = nil
  ) {
    self.activeService = activeService
    self.previewService = previewService
    _previewReplicaCount = OptionalCount(wrappedValue: previewReplicaCount)
    self.autoPromotionEnabled = autoPromotionEnabled
    _autoPromotionSeconds = Count(wrappedValue: autoPromotionSeconds)
    self.maxUnavailable = maxUnavailable
    _scaleDownDelaySeconds = OptionalCount(wrappedValue: scaleDownDelaySeconds)
    _scaleDownDelayRevisionLimit = OptionalCount(wrappedValue: scaleDownDelayRevisionLimit)
    _abortScaleDownDelaySeconds = OptionalCount(wrappedValue: abortScaleDownDelaySeconds)
    self.prePromotionAnalysis = prePromotionAnalysis
    self.postPromotionAnalysis = postPromotionAnalysis
  }

  /// Whether the active service switches without a person.
  public var promotesAutomatically: Bool { autoPromotionEnabled ?? true }
}
