import ArgumentParser
import WindlassWire

struct ResumeCommand: RolloutChange {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Let a paused attempt go on.",
    discussion: """
      Ends the pause of a person or of an inconclusive analysis.

        windlass resume shop/checkout --cluster eu-1 --wait
      """)

  @OptionGroup var rollouts: RolloutArguments
  @OptionGroup(title: "Waiting") var wait: WaitOptions
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  var waiting: WaitOptions? { wait }
  var change: SubmitRequest.Command { .resume }
}
