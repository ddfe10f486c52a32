import ArgumentParser
import WindlassWire

struct ReleaseCommand: RevisionChange {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Lift the hold on a revision.",
    discussion: """
      Starts to the revision are judged as usual again.

        windlass release shop/checkout v2.3.0 --reason "fixed by configuration"
      """)

  @OptionGroup var target: RevisionArguments
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  var change: SubmitRequest.Command { .release(target.revision) }
}
