import ArgumentParser
import RolloutCore

/// An application and the clusters on which a command changes its rollouts.
struct RolloutArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The application: project/name.", valueName: "app"),
    transform: Reading.application)
  var application: ApplicationName

  @OptionGroup(title: "Clusters") var clusters: ClusterOptions
  @OptionGroup(title: "Command") var command: CommandOptions

  @Option(
    help: ArgumentHelp(
      "Refuse unless the rollout is at this version; with exactly one --cluster.",
      valueName: "version"))
  var expectedVersion: UInt64?

  func validate() throws {
    guard !clusters.isEmpty else { throw ValidationError(ClusterOptions.missing) }
    guard let expectedVersion else { return }
    guard expectedVersion > 0 else {
      throw ValidationError("--expected-version: versions count from 1")
    }
    guard clusters.single != nil else {
      throw ValidationError(
        "--expected-version is the version of one rollout: name exactly one --cluster")
    }
  }
}
