import ArgumentParser
import WindlassWire

struct WaiveVerificationCommand: RolloutChange {
  static let configuration = CommandConfiguration(
    commandName: "waive-verification",
    abstract: "Forgive the verification that an emergency owes.",
    discussion: """
      Needs a reason. While it is owed, no newer revision starts.

        windlass waive-verification shop/checkout -c eu-1 --reason INC-42
      """)

  @OptionGroup var rollouts: RolloutArguments
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  var change: SubmitRequest.Command { .waiveVerification }
}
