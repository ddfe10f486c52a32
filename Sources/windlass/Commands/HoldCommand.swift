import ArgumentParser
import WindlassWire

struct HoldCommand: RevisionChange {
  static let configuration = CommandConfiguration(
    commandName: "hold",
    abstract: "Refuse every start to a revision, everywhere.",
    discussion: """
      A hold counts on every cluster until `windlass release`; attempts that run already go on.

        windlass hold shop/checkout v2.3.0 --reason "leaks file handles"
      """)

  @OptionGroup var target: RevisionArguments
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  var change: SubmitRequest.Command { .hold(target.revision) }
}
