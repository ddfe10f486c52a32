import ArgumentParser
import WindlassWire

struct SkipStepCommand: RolloutChange {
  static let configuration = CommandConfiguration(
    commandName: "skip-step",
    abstract: "Go past the current step, whatever it is.",
    discussion: """
      What runs for the step is stopped; background analysis goes on. `windlass promote` goes past \
      a pause only.

        windlass skip-step shop/checkout --cluster eu-1 --reason "metrics are down"
      """)

  @OptionGroup var rollouts: RolloutArguments
  @OptionGroup(title: "Waiting") var wait: WaitOptions
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  var waiting: WaitOptions? { wait }
  var change: SubmitRequest.Command { .skipStep }
}
