/// `strategy.canary.analysis`: runs beside the steps.
public struct BackgroundAnalysis: Equatable, Sendable {
  public var block: AnalysisBlock
  /// First step index at which it may run; absent: from the start.
  @OptionalCount public var startingStep: Int?

  public init(_ block: AnalysisBlock, startingStep: Int? = nil) {
    self.block = block
    _startingStep = OptionalCount(wrappedValue: startingStep)
  }
}
