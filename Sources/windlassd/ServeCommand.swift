import ArgumentParser
import Logging

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Run the service in the foreground.",
    discussion: """
      Every flag can come from the environment (WINDLASS_DATA_DIR, WINDLASS_LISTEN, \
      WINDLASS_CONSOLE, WINDLASS_DATABASE, WINDLASS_LOG_LEVEL, WINDLASS_LEASE_SECONDS, \
      WINDLASS_REFLECTION) or from a JSON file given by --config or WINDLASS_CONFIG, with the keys \
      dataDir, listen, console, database, logLevel, leaseSeconds, reflection. A flag wins over the \
      environment, the environment over the file.

      Without --database the service creates and owns a private PostgreSQL in the data directory: \
      reachable by unix socket only, every commit on disk before it is answered. With --database \
      it uses any PostgreSQL 15 or later, and several services may share it.

      SIGTERM and SIGINT end it cleanly: no new calls, running ones are finished, then the database \
      stops.
      """)

  @Option(
    name: .customLong("data-dir"),
    help: "Where the private PostgreSQL lives. Default ./windlass-data.")
  var dataDirectory: String?

  @Option(help: "HOST:PORT for gRPC. Default 127.0.0.1:7443. Port 0 picks a free one.")
  var listen: String?

  @Option(help: "HOST:PORT for health, readiness and metrics. Default 127.0.0.1:7480.")
  var console: String?

  @Option(help: "postgresql://... of a PostgreSQL to use instead of a private one.")
  var database: String?

  @Option(help: "trace, debug, info, notice, warning, error or critical. Default info.")
  var logLevel: String?

  @Option(help: "How long an agent's lease lasts without renewal, 2 to 300. Default 15.")
  var leaseSeconds: Int?

  @Flag(inversion: .prefixedNo, help: "Answer gRPC server reflection. Default on.")
  var reflection: Bool?

  @Option(help: "JSON file with the same settings.")
  var config: String?

  func run() async throws {
    let settings: Settings
    do {
      settings = try await Settings.resolve(
        Settings.Flags(
          dataDirectory: dataDirectory, listen: listen, console: console, database: database,
          logLevel: logLevel, leaseSeconds: leaseSeconds, reflection: reflection, file: config))
    } catch {
      throw ValidationError("\(error)")
    }
    let level = Logger.Level(rawValue: settings.logLevel) ?? .info
    LoggingSystem.bootstrap { label in
      var handler = StreamLogHandler.standardError(label: label)
      handler.logLevel = level
      return handler
    }
    try await Service(settings: settings, logger: Logger(label: "windlassd")).run()
  }
}
