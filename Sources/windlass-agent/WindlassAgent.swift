import ArgumentParser

@main
struct WindlassAgent: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "windlass-agent",
    abstract: "Speaks for one cluster: follows its directives and reports what happens there.",
    discussion: """
      An agent claims its cluster's lease from the service, watches the directives, and reports \
      outcomes. `windlass-agent simulate` does so for a cluster that does not exist, to try \
      Windlass without one.
      """,
    version: "0.1.0",
    subcommands: [SimulateCommand.self])
}
