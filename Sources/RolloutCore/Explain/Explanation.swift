/// Why an attempt was classified as it was, for a person: derived from its event, never stored.
public struct Explanation: Equatable, Sendable {
  /// One line: what was decided.
  public var headline: String
  /// Prose, a few sentences a colleague would write.
  public var paragraphs: [String]
  /// Each applied rule in order, with what it saw.
  public var trace: [TraceLine]
  /// The nearest change that would flip the answer; `nil` where nothing nearby would.
  public var counterfactual: Counterfactual?
  /// How Argo Rollouts itself would have judged, where that differs.
  public var argoDiffers: String?
  /// What each version of Argo Rollouts itself would decide; empty where the rollout's past is not
  /// at hand.
  public var argo: [ArgoJudgement]

  public struct TraceLine: Equatable, Sendable {
    public var rule: Rule
    public var text: String
    /// Positions of the facts it used.
    public var facts: [LogPosition]

    public init(rule: Rule, text: String, facts: [LogPosition]) {
      self.rule = rule
      self.text = text
      self.facts = facts
    }
  }

  public init(
    headline: String, paragraphs: [String], trace: [TraceLine], counterfactual: Counterfactual?,
    argoDiffers: String?, argo: [ArgoJudgement] = []
  ) {
    self.headline = headline
    self.paragraphs = paragraphs
    self.trace = trace
    self.counterfactual = counterfactual
    self.argoDiffers = argoDiffers
    self.argo = argo
  }
}

/// A change of input that would flip an answer. Tests apply it and ask again.
public struct Counterfactual: Equatable, Sendable {
  public var change: Change
  /// As a sentence.
  public var text: String

  public init(change: Change, text: String) {
    self.change = change
    self.text = text
  }

  public enum Change: Equatable, Sendable {
    /// The window would have to be this one.
    case window(RollbackWindow?)
    /// The command would have had to arrive by this moment (or only after it, to be outside).
    case now(Timestamp)
    /// The revision would have had to be stable here once.
    case onceStable(RevisionNumber)
    /// The rollback would have had to be of this class.
    case rollbackClass(RollbackClass)
    /// Analysis would (not) have had to be insisted on.
    case insistence(Bool)
    /// The rule for emergencies would have to be this one.
    case emergencyRule(EmergencyRule?)
    /// A reason would have had to be given.
    case reason
    /// What is owed would have had to be paid or waived before.
    case nothingOwed
    /// The hold on the revision would have had to be lifted before.
    case released(RevisionNumber)
    /// `start` would have had to be asked for.
    case startInstead(RevisionNumber)
  }
}
