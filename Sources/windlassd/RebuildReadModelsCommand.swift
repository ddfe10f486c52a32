import ArgumentParser
import Foundation
import Logging
import Postgres
import PostgresEventLog
import Projections
import UnixSignals

struct RebuildReadModelsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild-read-models",
    abstract: "Build the tables for dashboards anew, beside the old ones.",
    discussion: """
      Folds the whole log into new tables and then, in one transaction, points the views at them. \
      Readers see the old tables until then. A service may be running or not. Interrupted, it goes \
      on where it was when it is started again, and so does a service.
      """)

  @Option(
    name: .customLong("data-dir"),
    help: "Where the private PostgreSQL lives. Default ./windlass-data.")
  var dataDirectory: String?

  @Option(help: "postgresql://... of a PostgreSQL that is used instead of a private one.")
  var database: String?

  @Option(
    help: ArgumentHelp("One line: the password for --database.", valueName: "file"))
  var databasePasswordFile: String?

  @Option(help: "trace, debug, info, notice, warning, error or critical. Default info.")
  var logLevel: String?

  @Option(help: "JSON file with the settings of the service.")
  var config: String?

  func run() async throws {
    let settings: Settings
    do {
      settings = try await Settings.resolve(
        Settings.Flags(
          dataDirectory: dataDirectory, database: database,
          databasePasswordFile: databasePasswordFile, logLevel: logLevel, file: config))
    } catch {
      throw ValidationError("\(error)")
    }
    let level = Logger.Level(rawValue: settings.logLevel) ?? .info
    LoggingSystem.bootstrap { label in
      var handler = StreamLogHandler.standardError(label: label)
      handler.logLevel = level
      return handler
    }
    let logger = Logger(label: "windlassd")
    let database = try await Self.open(settings, logger)
    let reader = PostgresEventLog.forReadModels(database.connection, logger: logger)
    let result: Result<Void, any Error>
    do {
      if let server = database.embedded { try await ReadModels.prepare(server) }
      let models = ReadModels(
        log: database.log, reader: reader, settings: database.connection, logger: logger)
      try await Self.untilSignal { try await Self.rebuild(models, logger) }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    await reader.close()
    await database.close()
    do { try result.get() } catch is CancellationError {
      logger.notice("interrupted; the next start goes on from here")
      throw ExitCode(130)
    }
  }

  private static func rebuild(_ models: ReadModels, _ logger: Logger) async throws {
    var nextNote = ContinuousClock.now
    try await models.rebuild { done, all in
      guard nextNote <= .now else { return }
      nextNote = .now + .seconds(2)
      logger.notice("building", metadata: ["events": "\(done)", "of": "\(all)"])
    }
    print("The read models are built anew.")
  }

  /// Runs until it is done, or a signal asks to stop.
  private static func untilSignal(_ body: @escaping @Sendable () async throws -> Void) async throws
  {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await body() }
      group.addTask {
        for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
          throw CancellationError()
        }
      }
      try await group.next()
      group.cancelAll()
    }
  }

  /// The database of the settings. A private one may be run by a service at this moment: then it is
  /// used and left running.
  private static func open(_ settings: Settings, _ logger: Logger) async throws -> Database {
    guard settings.database == nil, let socket = socketDirectory(of: settings.dataDirectory) else {
      return try await Database.open(settings, logger)
    }
    let connection = ConnectionSettings(
      socketDirectory: socket, user: "windlass", database: "windlass")
    do {
      return Database(
        log: try await PostgresEventLog.open(connection, logger: logger), embedded: nil,
        connection: connection)
    } catch {
      guard case .unavailable = error else { throw error }
      return try await Database.open(settings, logger)
    }
  }

  /// Where a server that runs in a data directory listens, as PostgreSQL itself notes it there.
  private static func socketDirectory(of dataDirectory: String) -> String? {
    let file = "\(dataDirectory)/postgres/data/postmaster.pid"
    guard let data = FileManager.default.contents(atPath: file), data.count <= 4_096 else {
      return nil
    }
    let lines = String(decoding: data, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.count > 4, lines[4].hasPrefix("/") else { return nil }
    return String(lines[4])
  }
}
