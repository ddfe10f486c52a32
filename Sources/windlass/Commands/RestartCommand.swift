import ArgumentParser
import WindlassWire

struct RestartCommand: RolloutChange {
  static let configuration = CommandConfiguration(
    commandName: "restart",
    abstract: "Replace every pod by a new one of the same revision.",
    discussion: """
      No attempt begins: steps, analysis and traffic stay as they are.

        windlass restart shop/checkout --cluster eu-1 --reason "rotate certificates"
      """)

  @OptionGroup var rollouts: RolloutArguments
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  var change: SubmitRequest.Command { .restart }
}
