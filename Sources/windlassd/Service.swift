import Application
import Console
import ControlPlane
import EventLog
import GRPC
import GRPCServices
import Logging
import Postgres
import PostgresEventLog
import ServiceLifecycle
import Transport
import UnixSignals
import WindlassWire

/// Builds the parts, runs them, and stops them in the opposite order.
struct Service: Sendable {
  var settings: Settings
  var logger: Logger

  func run() async throws {
    if !settings.listen.isLoopback || !settings.console.isLoopback {
      logger.warning(
        """
        callers are not authenticated and connections are not encrypted: listen on a loopback \
        address, or keep the network private
        """,
        metadata: ["listen": "\(settings.listen)", "console": "\(settings.console)"])
    }
    let database: Database
    do {
      database = try await Database.open(settings, logger)
    } catch {
      throw Settings.Invalid(description: "\(error)")
    }
    let health = HealthRegistry()
    health.set(.notServing)
    let decisions = DecisionService(
      log: database.log, clock: database.log.clock, logger: logger
    ) { status in
      health.set(status == .ready ? .serving : .notServing)
    }
    let leases = LeaseService(
      decisions: decisions, store: database.log, life: .seconds(settings.leaseSeconds))
    var methods =
      RolloutsService(decisions: decisions).methods
      + ClustersService(decisions: decisions, leases: leases).methods
      + HealthService(health).methods
    if settings.reflection {
      methods += try ReflectionService(descriptorSets: [descriptorSet]).methods
    }
    let server = GRPCServer(
      host: settings.listen.host, port: settings.listen.port, methods: MethodTable(methods),
      logger: logger)
    let console = ConsoleServer(
      host: settings.console.host, port: UInt16(clamping: settings.console.port),
      source: ServiceMetrics(decisions: decisions), serviceAddress: "\(settings.listen)",
      logger: logger
    ) { [logger] address in
      logger.notice("console listening", metadata: ["url": "http://\(address)"])
    }
    // Stopped from last to first: callers first, the database last.
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          .init(service: database),
          .init(service: DecisionLoop(decisions: decisions)),
          .init(service: RPCServer(server: server, logger: logger)),
          .init(service: console),
        ],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
    try await group.run()
    logger.notice("stopped")
  }

  private var quiet: Logger {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    return quiet
  }
}

/// The log and, when it is private, the PostgreSQL that holds it.
struct Database: ServiceLifecycle.Service {
  let log: PostgresEventLog
  let embedded: EmbeddedPostgres?

  static func open(_ settings: Settings, _ logger: Logger) async throws -> Database {
    if let url = settings.database {
      let connection = try ConnectionSettings(parsing: url)
      do {
        return Database(
          log: try await PostgresEventLog.open(connection, logger: logger), embedded: nil)
      } catch {
        throw Settings.Invalid(
          description: "--database (or WINDLASS_DATABASE) cannot be used: \(error). Check that "
            + "PostgreSQL runs there and lets this user in")
      }
    }
    logger.notice(
      "starting a private PostgreSQL", metadata: ["data-dir": "\(settings.dataDirectory)"])
    let server = try await EmbeddedPostgres.start(in: settings.dataDirectory) { line in
      logger.notice("\(line)")
    }
    do {
      return Database(
        log: try await PostgresEventLog.open(server, logger: logger), embedded: server)
    } catch {
      await server.stop()
      throw error
    }
  }

  func run() async throws {
    // Ends by a signal, or by cancellation when another part of the service failed.
    do { try await gracefulShutdown() } catch {}
    // In a task of its own: a cancelled one would not wait for the server to stop.
    await Task {
      await log.close()
      await embedded?.stop()
    }.value
  }
}

struct DecisionLoop: ServiceLifecycle.Service {
  let decisions: DecisionService

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await decisions.run()
    }
  }
}

/// The gRPC listener; serves reads from the start, while health says whether commands can be
/// decided.
struct RPCServer: ServiceLifecycle.Service {
  let server: GRPCServer
  let logger: Logger

  func run() async throws {
    let address: GRPCServer.Address
    do {
      address = try await server.start()
    } catch {
      throw Settings.Invalid(
        description: "\(error). Stop what uses it, or name another with --listen HOST:PORT")
    }
    logger.notice("gRPC listening", metadata: ["address": "\(address)"])
    do { try await gracefulShutdown() } catch {}
    await server.shutdown(gracePeriod: .seconds(10))
  }
}
