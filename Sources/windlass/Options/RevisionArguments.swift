import ArgumentParser
import RolloutCore
import WindlassWire

/// A revision of an application, wherever it runs.
struct RevisionArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The application: project/name.", valueName: "app"),
    transform: Reading.application)
  var application: ApplicationName

  @Argument(
    help: ArgumentHelp(
      "A revision number or a release; revision=N or release=ID where that is not clear.",
      valueName: "revision"),
    transform: Reading.revision)
  var revision: RevisionRef

  @OptionGroup(title: "Command") var command: CommandOptions
}
