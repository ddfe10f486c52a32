import ArgumentParser
import WindlassWire

struct RetryCommand: RolloutChange {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Try an aborted revision again.",
    discussion: """
      Begins a new attempt of the desired revision after an abort.

        windlass retry shop/checkout --cluster eu-1 --wait
      """)

  @OptionGroup var rollouts: RolloutArguments
  @OptionGroup(title: "Waiting") var wait: WaitOptions
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  var waiting: WaitOptions? { wait }
  var change: SubmitRequest.Command { .retry }
}
