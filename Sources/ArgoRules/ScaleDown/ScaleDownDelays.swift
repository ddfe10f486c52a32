/// The delays of scaling down, with their defaults.
public enum ScaleDownDelays {
  public static let defaultSeconds = 30
  public static let defaultAbortSeconds = 30

  /// Seconds an old revision is kept up. A canary without traffic routing has none.
  public static func seconds(_ strategy: ArgoStrategy) -> Int {
    switch strategy {
    case .blueGreen(let blueGreen): blueGreen.scaleDownDelaySeconds ?? defaultSeconds
    case .canary(let canary):
      canary.trafficRouting == nil ? 0 : canary.scaleDownDelaySeconds ?? defaultSeconds
    }
  }

  /// How many old revisions may be kept up with a deadline; absent means any number.
  public static func revisionLimit(_ strategy: ArgoStrategy) -> Int {
    let limit =
      switch strategy {
      case .blueGreen(let blueGreen): blueGreen.scaleDownDelayRevisionLimit
      case .canary(let canary): canary.scaleDownDelayRevisionLimit
      }
    return limit ?? Int(Int32.max)
  }

  /// How long an aborted revision is kept up.
  public enum Abort: Equatable, Sendable {
    /// It goes with the weight, or at once.
    case none
    /// It stays, by an explicit 0.
    case forEver
    case seconds(Int)
  }

  /// The delay after an abort.
  ///
  /// None for a canary without traffic routing, and none with dynamic stable scaling unless the
  /// delay is given: there the canary drains with its weight.
  public static func abort(_ strategy: ArgoStrategy) -> Abort {
    let given: Int?
    switch strategy {
    case .blueGreen(let blueGreen): given = blueGreen.abortScaleDownDelaySeconds
    case .canary(let canary):
      guard canary.trafficRouting != nil else { return .none }
      given = canary.abortScaleDownDelaySeconds
      if given == nil, canary.dynamicStableScale { return .none }
    }
    if given == 0 { return .forEver }
    return .seconds(given ?? defaultAbortSeconds)
  }
}
