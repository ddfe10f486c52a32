import ArgumentParser

struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Hand the event log on to other tools.",
    discussion: """
      `windlass events` reads it; this writes it out whole.

        windlass log export --format csv --to events.csv
      """,
    subcommands: [ExportCommand.self])
}
