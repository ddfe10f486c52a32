import ArgumentParser

/// Whether to wait for the verdict.
struct WaitOptions: ParsableArguments {
  @Flag(help: "Wait until the attempt has a verdict; the exit status tells which.")
  var wait = false

  @Option(
    help: ArgumentHelp(
      "How long to wait with --wait: 90s, 10m, 1h. Default 10m.", valueName: "duration"),
    transform: Reading.duration)
  var timeout: Duration?

  func validate() throws {
    if timeout != nil && !wait { throw ValidationError("--timeout goes with --wait") }
  }

  /// `nil` when not to wait.
  var patience: Duration? { wait ? timeout ?? .seconds(600) : nil }
}
