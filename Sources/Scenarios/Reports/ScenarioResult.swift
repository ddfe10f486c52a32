public import ArgoManifests

/// What came of one scenario.
public struct ScenarioResult: Equatable, Sendable {
  public var name: String
  public var location: SourceLocation
  public var steps: Int
  /// Expectations that were looked at, the failed ones included.
  public var expectations: Int
  /// At most ``ScenarioLimits/failures``, in the order they were found.
  public var failures: [ScenarioFailure]

  public var hasPassed: Bool { failures.isEmpty }
}

/// Something that was not as expected.
public struct ScenarioFailure: Equatable, Sendable {
  /// Of the expectation, or of the step where none was written.
  public var location: SourceLocation
  /// Counted from 1.
  public var step: Int
  /// The step's action: `rollback`.
  public var action: String
  /// Empty where it is not about one cluster.
  public var cluster: String
  /// `expect.track`; for what no expectation is about, the action.
  public var field: String
  /// One line for a scalar, one for each item of a list.
  public var expected: [String]
  public var actual: [String]
  /// Why, where there is more to say: the decision's own explanation.
  public var note: String
  /// What ``ScenarioUpdate`` would do about it.
  var edit: Edit

  enum Edit: Equatable, Sendable {
    /// Writes a value in the place of another; a number is never quoted.
    case write(ScenarioValue, over: ScenarioNode, isNumber: Bool)
    /// Only a person can, and why.
    case impossible(String)
  }
}
