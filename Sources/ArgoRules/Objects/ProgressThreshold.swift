/// When the desired revision has enough pods for the rollout to go on.
public struct ProgressThreshold: Equatable, Sendable {
  public enum Kind: String, Equatable, Sendable {
    case percent = "Percent"
    case pods = "Pods"
  }

  public var kind: Kind
  /// Percent, or pods. Negative: as if no threshold were given.
  @Count public var value: Int

  public init(_ kind: Kind, _ value: Int) {
    self.kind = kind
    _value = Count(wrappedValue: value)
  }
}
