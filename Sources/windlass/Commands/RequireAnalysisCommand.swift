import ArgumentParser
import WindlassWire

struct RequireAnalysisCommand: RolloutChange {
  static let configuration = CommandConfiguration(
    commandName: "require-analysis",
    abstract: "Make a running fast attempt run steps and analysis.",
    discussion: """
      Moves the attempt from the fast to the full track; recorded as an event of its own.

        windlass require-analysis shop/checkout --cluster eu-1 --reason "unsure"
      """)

  @OptionGroup var rollouts: RolloutArguments
  @OptionGroup(title: "Waiting") var wait: WaitOptions
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  var waiting: WaitOptions? { wait }
  var change: SubmitRequest.Command { .requireAnalysis }
}
