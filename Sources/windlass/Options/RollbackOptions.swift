import ArgumentParser
import RolloutCore
import WindlassWire

/// What kind of rollback is meant.
struct RollbackOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A revision number or a release; revision=N or release=ID where that is not clear.",
      valueName: "revision"),
    transform: Reading.revision)
  var to: RevisionRef?

  @Flag(help: "An emergency; needs --reason.")
  var emergency = false

  @Flag(help: "Run steps and analysis even inside the window.")
  var insistOnAnalysis = false

  var rollbackClass: RollbackClass { emergency ? .emergency : .regular }

  func validate() throws {
    if emergency && insistOnAnalysis {
      throw ValidationError("--emergency and --insist-on-analysis contradict each other")
    }
  }
}
