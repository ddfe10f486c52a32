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
    argoDiffers: String?
  ) {
    self.headline = headline
    self.paragraphs = paragraphs
    self.trace = trace
    self.counterfactual = counterfactual
    self.argoDiffers = argoDiffers
  }
}

/// A change of input that would flip a window answer. Tests apply it and ask again.
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
  }
}
