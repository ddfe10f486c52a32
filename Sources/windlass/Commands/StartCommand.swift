import ArgumentParser
import WindlassWire

struct StartCommand: RolloutChange {
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Roll out a registered revision.",
    discussion: """
      Begins an attempt of the revision, by number or release, on each cluster meant. A revision \
      below the stable one is judged as a rollback.

        windlass start shop/checkout v2.3.0 --cluster eu-1,eu-2 --wait
        windlass start shop/checkout 7 --selector env=prod,wave=1
      """)

  @OptionGroup var rollouts: RolloutArguments

  @Argument(
    help: ArgumentHelp(
      "A revision number or a release; revision=N or release=ID where that is not clear.",
      valueName: "revision"),
    transform: Reading.revision)
  var revision: RevisionRef

  @OptionGroup(title: "Waiting") var wait: WaitOptions
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  var waiting: WaitOptions? { wait }
  var change: SubmitRequest.Command { .start(revision) }
}
