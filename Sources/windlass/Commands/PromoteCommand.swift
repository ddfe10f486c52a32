import ArgumentParser
import WindlassWire

struct PromoteCommand: RolloutChange {
  static let configuration = CommandConfiguration(
    commandName: "promote",
    abstract: "Move a paused attempt past its step, or past all of them.",
    discussion: """
      Without --full the current step ends now. With --full all steps and all analysis that are \
      left are skipped; the revision still has to become available.

        windlass promote shop/checkout --cluster eu-1
        windlass promote shop/checkout --cluster eu-1 --full --wait
      """)

  @OptionGroup var rollouts: RolloutArguments

  @Flag(help: "Skip everything that is left.")
  var full = false

  @OptionGroup(title: "Waiting") var wait: WaitOptions
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  var waiting: WaitOptions? { wait }
  var change: SubmitRequest.Command { full ? .promoteFull : .promote }
}
