import ArgumentParser
import WindlassWire

struct PauseCommand: RolloutChange {
  static let configuration = CommandConfiguration(
    commandName: "pause",
    abstract: "Stop the running attempt where it is.",
    discussion: """
      Nothing proceeds until `windlass resume`; what the cluster reports meanwhile is recorded.

        windlass pause shop/checkout --cluster eu-1 --reason "looking at latency"
      """)

  @OptionGroup var rollouts: RolloutArguments
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  var change: SubmitRequest.Command { .pause }
}
