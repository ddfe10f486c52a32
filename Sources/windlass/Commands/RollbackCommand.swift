import ArgumentParser
import WindlassWire

struct RollbackCommand: RolloutChange {
  static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Go back to an earlier revision.",
    discussion: """
      Inside the rollback window the fast track is taken: no steps, no analysis. Outside it the \
      full one. Without --to: the stable revision if an attempt is running, else the one that was \
      stable before. `windlass evaluate` tells the answer without acting.

        windlass rollback shop/checkout --cluster eu-1 --reason "errors" --wait
        windlass rollback shop/checkout --to v2.2.1 --selector env=prod
        windlass rollback shop/checkout -c eu-1 --emergency --reason INC-42
      """)

  @OptionGroup var rollouts: RolloutArguments
  @OptionGroup var target: RollbackOptions
  @OptionGroup(title: "Waiting") var wait: WaitOptions
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  var waiting: WaitOptions? { wait }
  var change: SubmitRequest.Command {
    .rollback(target.to, target.rollbackClass, insistsOnAnalysis: target.insistOnAnalysis)
  }
}
