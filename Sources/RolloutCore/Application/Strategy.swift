/// How a rollout proceeds, as its manifest says.
public struct Strategy: Equatable, Codable, Sendable {
  /// Pods at full scale, 0...100,000.
  public var replicas: Int
  public var kind: Kind
  public var progress: ProgressRule
  /// The manifest's own `rollbackWindow`; counts where no policy says otherwise.
  public var window: RollbackWindow?

  public enum Kind: Equatable, Codable, Sendable {
    case canary(Canary)
    case blueGreen(BlueGreen)
  }

  public init(
    replicas: Int, kind: Kind, progress: ProgressRule = .init(), window: RollbackWindow? = nil
  ) {
    self.replicas = replicas
    self.kind = kind
    self.progress = progress
    self.window = window
  }

  /// A canary without more than steps and background analysis.
  public init(
    replicas: Int, steps: [Step], background: BackgroundAnalysis? = nil,
    window: RollbackWindow? = nil
  ) {
    self.init(
      replicas: replicas, kind: .canary(Canary(steps: steps, background: background)),
      window: window)
  }

  /// The canary's steps; a blue-green strategy has none.
  public var steps: [Step] {
    if case .canary(let canary) = kind { canary.steps } else { [] }
  }

  /// The canary's background analysis.
  public var background: BackgroundAnalysis? {
    if case .canary(let canary) = kind { canary.background } else { nil }
  }

  public var canary: Canary? {
    if case .canary(let canary) = kind { canary } else { nil }
  }

  public var blueGreen: BlueGreen? {
    if case .blueGreen(let blueGreen) = kind { blueGreen } else { nil }
  }

  /// When a rollout without progress is late, and what follows.
  public struct ProgressRule: Equatable, Codable, Sendable {
    /// `progressDeadlineSeconds`; > 0; Argo's default is 600 s.
    public var deadline: Interval
    /// `progressDeadlineAbort`: being late aborts.
    public var aborts: Bool

    public init(deadline: Interval = .seconds(600), aborts: Bool = false) {
      self.deadline = deadline
      self.aborts = aborts
    }
  }
}

/// Pods by number or by share, as `maxSurge` and `maxUnavailable` are given.
public enum PodBound: Equatable, Codable, Sendable {
  /// 0...100,000.
  case pods(Int)
  /// Of the rollout's replicas, 0...100.
  case percent(Int)
}
