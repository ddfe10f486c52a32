/// A metric as its template gives it, before or after arguments were filled in.
///
/// Nothing is checked here; ``SpecificationIssue/first(in:)`` does that, with Argo's texts.
public struct MetricSpecification: Hashable, Sendable {
  public var name: String
  /// A Go duration; empty for none.
  public var interval: String
  /// A Go duration; empty for none.
  public var initialDelay: String
  public var count: NumberSetting?
  public var successCondition: String
  public var failureCondition: String
  /// Default 0; -1 switches it off.
  public var failureLimit: NumberSetting?
  /// Default 0.
  public var inconclusiveLimit: NumberSetting?
  /// Default 4.
  public var consecutiveErrorLimit: NumberSetting?
  /// Default 0, which is off.
  public var consecutiveSuccessLimit: NumberSetting?
  /// Exactly one where it is right; `nil` where the caller does not know, and nothing is checked.
  public var providers: [Provider]?

  public init(
    name: String, interval: String = "", initialDelay: String = "",
    count: NumberSetting? = nil, successCondition: String = "", failureCondition: String = "",
    failureLimit: NumberSetting? = nil, inconclusiveLimit: NumberSetting? = nil,
    consecutiveErrorLimit: NumberSetting? = nil, consecutiveSuccessLimit: NumberSetting? = nil,
    providers: [Provider]? = nil
  ) {
    self.name = name
    self.interval = interval
    self.initialDelay = initialDelay
    self.count = count
    self.successCondition = successCondition
    self.failureCondition = failureCondition
    self.failureLimit = failureLimit
    self.inconclusiveLimit = inconclusiveLimit
    self.consecutiveErrorLimit = consecutiveErrorLimit
    self.consecutiveSuccessLimit = consecutiveSuccessLimit
    self.providers = providers
  }

  /// Settings that are no number, which Argo reads as 0 without a word: their names and texts.
  public var unreadableNumbers: [(setting: String, text: String)] {
    numbers.compactMap { name, setting in
      guard case .text(let text)? = setting, setting?.isReadable == false else { return nil }
      return (name, text)
    }
  }

  /// Its number settings with their names, in the order in which Argo writes them.
  var numbers: [(name: String, setting: NumberSetting?)] {
    [
      ("count", count), ("failureLimit", failureLimit), ("inconclusiveLimit", inconclusiveLimit),
      ("consecutiveErrorLimit", consecutiveErrorLimit),
      ("consecutiveSuccessLimit", consecutiveSuccessLimit),
    ]
  }
}
