import ArgumentParser
import RolloutCore
import WindlassWire

struct AdoptCommand: RolloutChange {
  static let configuration = CommandConfiguration(
    commandName: "adopt",
    abstract: "Take what a cluster already runs as stable.",
    discussion: """
      For a cluster that ran the application before Windlass watched it. No attempt is made and \
      nothing counts as verified; earlier revisions are marked as imported.

        windlass adopt shop/checkout --cluster eu-1 --stable 7 --history 5,6
      """)

  @OptionGroup var rollouts: RolloutArguments

  @Option(
    help: ArgumentHelp("Number of the revision that runs there.", valueName: "n"),
    transform: Reading.number)
  var stable: RevisionNumber

  @Option(
    help: ArgumentHelp(
      "Numbers of revisions that were stable there before, for example 5,6.", valueName: "list"),
    transform: Reading.numbers)
  var history: [RevisionNumber] = []

  @OptionGroup(title: "Service") var connection: ConnectionOptions

  func validate() throws {
    guard history.count <= 100 else {
      throw ValidationError("--history: at most 100 revisions")
    }
  }

  var change: SubmitRequest.Command {
    .adopt(Adoption(stable: stable, history: Set(history).sorted()))
  }
}
