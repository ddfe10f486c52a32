@testable import Scenarios

/// The words of the file format.
enum Words {
  static let all = ScenarioStep.Action.names + ExpectedField.allCases.map(\.rawValue)
}
