import ArgumentParser
import WindlassWire

/// As of when a question is meant, and how much of the log the answer must know.
struct BoundsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "As it was: when the log had so many events, or at a moment (2026-11-23T09:00:00Z, or 2h for "
        + "two hours ago).", valueName: "position|moment"),
    transform: Reading.asOf)
  var asOf: ReadBounds.AsOf?

  @Option(
    help: ArgumentHelp(
      "Wait until the answer rests on at least so many of the log's events, as a decision names "
        + "them; 25 when it does not.", valueName: "position"),
    transform: Reading.position)
  var atLeast: UInt64?

  var bounds: ReadBounds { ReadBounds(atLeast: atLeast ?? 0, asOf: asOf) }
}
