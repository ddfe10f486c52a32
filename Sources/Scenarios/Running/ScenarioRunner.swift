public import ArgoManifests
import RolloutCore

/// Runs scenarios through the deciders that production runs: same rules, same answers, no service.
public enum ScenarioRunner {
  /// Plays one scenario and compares.
  ///
  /// Pure: the same scenario and manifests give the same result.
  ///
  /// - Parameter manifests: the files of ``Scenario/paths``, by path as written there.
  /// - Throws: ``ManifestErrors`` where a manifest is missing or cannot be read.
  public static func run(
    _ scenario: Scenario, manifests: [String: SourceFile]
  ) throws(ManifestErrors) -> ScenarioResult {
    let registered = try ScenarioManifests(scenario, manifests)
    var run = ScenarioRun(scenario, registered)
    for step in scenario.steps { run.play(step) }
    return ScenarioResult(
      name: scenario.name, location: scenario.location, steps: scenario.steps.count,
      expectations: run.expectations, failures: run.failures)
  }
}
