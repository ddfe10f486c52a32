/// The answer to opening a subscription.
public enum SubscriptionOpening: Equatable, Sendable {
  /// It is the caller's now; whoever had it before is fenced.
  case opened(SubscriptionReading)
  /// There is one of this name with another filter; nothing was changed.
  case otherFilter(SubscriptionReading)
  /// There are as many as there may be; nothing was changed.
  case tooMany
}
