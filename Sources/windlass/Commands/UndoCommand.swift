import ArgumentParser
import WindlassWire

struct UndoCommand: RolloutChange {
  static let configuration = CommandConfiguration(
    commandName: "undo",
    abstract: "Go back to the revision that was desired before.",
    discussion: """
      Judged as a start to that revision: below stable it is a rollback, inside its window or \
      outside.

        windlass undo shop/checkout --cluster eu-1 --reason "wrong release" --wait
      """)

  @OptionGroup var rollouts: RolloutArguments
  @OptionGroup(title: "Waiting") var wait: WaitOptions
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  var waiting: WaitOptions? { wait }
  var change: SubmitRequest.Command { .undo }
}
