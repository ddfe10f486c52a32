import ArgumentParser

struct ScenarioCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scenario",
    abstract: "Test rollout policies against stories, without a service.",
    discussion: """
      docs/scenarios.md explains how stories are written.

        windlass scenario run docs/examples/scenarios/
      """,
    subcommands: [ScenarioRunCommand.self])
}
