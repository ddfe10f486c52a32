import ArgumentParser
import WindlassWire

struct EscalateCommand: RolloutChange {
  static let configuration = CommandConfiguration(
    commandName: "escalate",
    abstract: "Declare a running regular rollback an emergency.",
    discussion: """
      Needs a reason.

        windlass escalate shop/checkout --cluster eu-1 --reason INC-42
      """)

  @OptionGroup var rollouts: RolloutArguments
  @OptionGroup(title: "Waiting") var wait: WaitOptions
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  var waiting: WaitOptions? { wait }
  var change: SubmitRequest.Command { .escalate }
}
