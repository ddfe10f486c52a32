/// How a rollout replaces one revision by another.
public enum ArgoStrategy: Equatable, Sendable {
  case canary(CanaryStrategy)
  case blueGreen(BlueGreenStrategy)

  public var canary: CanaryStrategy? {
    guard case .canary(let canary) = self else { return nil }
    return canary
  }

  public var blueGreen: BlueGreenStrategy? {
    guard case .blueGreen(let blueGreen) = self else { return nil }
    return blueGreen
  }
}
