import ArgumentParser

@main
struct WindlassBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "windlass-bench",
    abstract:
      "The parts of Benchmarks/run that need Swift: each prints one JSON object of figures.",
    subcommands: [
      PrepareCommand.self, AppendCommand.self, BareCommand.self, ReplayCommand.self,
      AnalysisCommand.self, PushCommand.self,
    ])
}
