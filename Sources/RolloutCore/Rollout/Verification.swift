/// Analysis that an emergency rollback skipped outside its window and that has to succeed afterwards.
///
/// It ends paid, waived, or with the attempt that it is about: one that does not become stable, or
/// that is made to run its analysis after all, owes nothing.
public struct VerificationDebt: Equatable, Codable, Sendable {
  /// The emergency.
  public internal(set) var attempt: AttemptNumber
  /// What has to be verified; at most one debt for each revision, and a second one while another
  /// emergency goes there.
  public internal(set) var revision: RevisionNumber
  /// Whose analysis is owed.
  public internal(set) var strategy: StrategyVersion
  /// The last moment at which it may be paid in time.
  public internal(set) var due: Timestamp
  public internal(set) var owedAt: Timestamp
  /// Where its event is.
  public internal(set) var position: LogPosition
  /// `due` passed unpaid, and that was told.
  public internal(set) var overdue = false
  /// Verifications so far, the latest at most ``runsMax``.
  public internal(set) var runs: [Attempt.Run] = []
  /// Of the latest run; 0 before the first.
  public internal(set) var round = 0

  static let runsMax = 10

  /// A verification that may still succeed.
  public var openRun: Attempt.Run? { runs.last(where: \.isOpen) }

  /// A verification was tried to its end, or is being tried: another one is a person's decision.
  /// One that was cancelled was not, however its object stopped.
  var wasTried: Bool {
    runs.contains { run in
      switch run.state {
      case .scheduled, .created: true
      case .finished(_, _, let reading): reading != .stopped
      case .cancelled: false
      }
    }
  }
}

extension AnalysisPlan {
  /// All analysis that a strategy would have run for a revision, as one plan: background, steps,
  /// pre- and post-promotion. `nil`: it has none.
  ///
  /// Experiments are left out: their pods are gone. Each template counts once, and where two plans
  /// give an argument different values the first counts.
  public static func verification(of strategy: Strategy) -> AnalysisPlan? {
    var whole = AnalysisPlan(templates: [])
    switch strategy.kind {
    case .canary(let canary):
      if let background = canary.background { whole.add(background.plan) }
      for case .analysis(let plan) in canary.steps { whole.add(plan) }
    case .blueGreen(let blueGreen):
      if let plan = blueGreen.prePromotion { whole.add(plan) }
      if let plan = blueGreen.postPromotion { whole.add(plan) }
    }
    return whole.templates.contains { !$0.metrics.isEmpty } ? whole : nil
  }

  private mutating func add(_ other: AnalysisPlan) {
    for template in other.templates
    where !templates.contains(where: {
      $0.name == template.name && $0.clusterScoped == template.clusterScoped
    }) {
      templates.append(template)
    }
    for argument in other.arguments
    where !arguments.contains(where: { $0.name == argument.name }) {
      arguments.append(argument)
    }
    for pattern in other.dryRun where !dryRun.contains(pattern) { dryRun.append(pattern) }
  }
}
