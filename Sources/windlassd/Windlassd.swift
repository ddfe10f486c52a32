import ArgumentParser

@main
struct Windlassd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "windlassd",
    abstract: "The Windlass service: decides rollouts and rollbacks once, from an ordered log.",
    discussion: """
      Start it with `windlassd serve`. Without a database it creates and owns a private PostgreSQL \
      in its data directory.
      """,
    version: "0.1.0",
    subcommands: [ServeCommand.self, CheckSnapshotsCommand.self, RebuildReadModelsCommand.self])
}
