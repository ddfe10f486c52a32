/// How a simulated cluster behaves: how long its own work takes, and what goes wrong.
///
/// The times are the cluster's alone: the service's pauses and windows always pass in real time.
public struct Script: Equatable, Sendable {
  /// Decides every chance; the same seed and the same inputs give the same outputs.
  public var seed: UInt64
  /// Pods at full scale.
  public var replicas: Int
  /// Until a changed weight is in place.
  public var weightDelay: Duration
  /// Until all pods of a revision are available.
  public var scaleDelay: Duration
  /// Until a directed run exists.
  public var createDelay: Duration
  /// Until a run with an end of its own finishes, or one that fails does.
  public var runTime: Duration

  public var failing: [RunSelector]
  public var inconclusive: [RunSelector]
  /// As Argo Rollouts 1.7.1: a fast rollback creates a background run nevertheless.
  public var leaksBackground: Bool
  /// Of each report, 0...1.
  public var duplicateProbability: Double
  /// Every report comes later, by half of this to all of it; their order stays.
  public var lateness: Duration
  /// Every report comes later by a chance of its own, up to this: the order is lost.
  public var jitter: Duration
  /// Made once, this long after the cluster heard of its application.
  public var change: OutsideChange?
  public var changeAfter: Duration

  public init(
    seed: UInt64 = 1, replicas: Int = 4, weightDelay: Duration = .milliseconds(150),
    scaleDelay: Duration = .milliseconds(500), createDelay: Duration = .milliseconds(100),
    runTime: Duration = .milliseconds(800), failing: [RunSelector] = [],
    inconclusive: [RunSelector] = [], leaksBackground: Bool = false,
    duplicateProbability: Double = 0, lateness: Duration = .zero, jitter: Duration = .zero,
    change: OutsideChange? = nil, changeAfter: Duration = .zero
  ) {
    self.seed = seed
    self.replicas = replicas
    self.weightDelay = weightDelay
    self.scaleDelay = scaleDelay
    self.createDelay = createDelay
    self.runTime = runTime
    self.failing = failing
    self.inconclusive = inconclusive
    self.leaksBackground = leaksBackground
    self.duplicateProbability = duplicateProbability
    self.lateness = lateness
    self.jitter = jitter
    self.change = change
    self.changeAfter = changeAfter
  }
}
