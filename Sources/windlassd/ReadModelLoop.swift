import Logging
import Postgres
import PostgresEventLog
import Projections
import ServiceLifecycle

/// Keeps the read models beside everything else: by connections of its own, and whatever happens to
/// it happens to it alone.
struct ReadModelLoop: ServiceLifecycle.Service {
  let models: ReadModels
  private let reader: PostgresEventLog

  init(_ database: Database, logger: Logger) async {
    if let server = database.embedded {
      do { try await ReadModels.prepare(server) } catch {
        logger.error(
          "the read models' role cannot be granted", metadata: ["error": "\(error)"])
      }
    }
    reader = .forReadModels(database.connection, logger: logger)
    models = ReadModels(
      log: database.log, reader: reader, settings: database.connection, logger: logger)
  }

  func run() async throws {
    await cancelWhenGracefulShutdown { [models] in
      await models.run()
    }
    await reader.close()
  }
}
