import ArgumentParser
import WindlassWire

struct RunVerificationCommand: RolloutChange {
  static let configuration = CommandConfiguration(
    commandName: "run-verification",
    abstract: "Run the verification that an emergency owes, again if it failed.",
    discussion: """
      An emergency rollback outside its window goes without analysis and owes it. `windlass get` \
      shows what is owed and until when.

        windlass run-verification shop/checkout --cluster eu-1
      """)

  @OptionGroup var rollouts: RolloutArguments
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  var change: SubmitRequest.Command { .verify }
}
