import ArgumentParser
import WindlassWire

struct AbortCommand: RolloutChange {
  static let configuration = CommandConfiguration(
    commandName: "abort",
    abstract: "End the running attempt; stable gets its traffic back.",
    discussion: """
      Works on the fast track too. The revision stays desired: `windlass retry` tries it again, \
      `windlass rollback` returns to the stable one.

        windlass abort shop/checkout --selector env=prod --reason "error budget"
      """)

  @OptionGroup var rollouts: RolloutArguments
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  var change: SubmitRequest.Command { .abort }
}
