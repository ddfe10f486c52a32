import Application
import Console
import ControlPlane
import EventLog
import GRPC
import GRPCServices
import Logging
import Postgres
import PostgresEventLog
import Projections
import ServiceLifecycle
import Transport
import UnixSignals
import WindlassWire

/// Builds the parts, runs them, and stops them in the opposite order.
struct Service: Sendable {
  var settings: Settings
  var logger: Logger

  func run() async throws {
    try checkFiles()
    warn()
    let database: Database
    do {
      database = try await Database.open(settings, logger)
    } catch {
      throw Settings.Invalid(description: "\(error)")
    }
    let health = HealthRegistry()
    health.set(.notServing)
    let snapshots = settings.snapshots.map { policy in
      SnapshotKeeper(store: database.log, policy: policy, logger: logger)
    }
    let decisions = DecisionService(
      log: database.log, clock: database.log.clock, logger: logger, snapshots: snapshots
    ) { status in
      health.set(status == .ready ? .serving : .notServing)
    }
    let leases = LeaseService(
      decisions: decisions, store: database.log, life: .seconds(settings.leaseSeconds))
    let feed = LogFeed(log: database.log, store: database.log, logger: logger)
    var methods =
      RolloutsService(decisions: decisions).methods
      + LogService(decisions: decisions, feed: feed, store: database.log).methods
      + ClustersService(decisions: decisions, leases: leases).methods
      + HealthService(health).methods
    if settings.reflection {
      methods += try ReflectionService(descriptorSets: [descriptorSet]).methods
    }
    let server = GRPCServer(
      host: settings.listen.host, port: settings.listen.port, methods: MethodTable(methods),
      limits: settings.limits.server, tls: settings.tls, callLog: settings.callLog, logger: logger)
    let draining = Draining()
    let readModels = settings.readModels ? await ReadModelLoop(database, logger: logger) : nil
    let console = ConsoleServer(
      host: settings.console.host, port: UInt16(clamping: settings.console.port),
      source: ServiceMetrics(
        decisions: decisions, feed: feed, server: server, draining: draining,
        readModels: readModels?.models, snapshots: snapshots),
      serviceURL: "\(settings.tls == nil ? "http" : "https")://\(settings.listen)", logger: logger
    ) { [logger] address in
      logger.notice("console listening", metadata: ["url": "http://\(address)"])
    }
    // Stopped from last to first: callers first, the database last. The Console outlives the
    // callers, so that /readyz can say what is going on.
    var services: [ServiceGroupConfiguration.ServiceConfiguration] = [.init(service: database)]
    if let readModels { services.append(.init(service: readModels)) }
    services += [
      .init(service: DecisionLoop(decisions: decisions)),
      .init(service: FeedLoop(feed: feed)),
      .init(service: console),
      .init(
        service: CertificateReloader(
          server: server, usesTLS: settings.tls != nil, logger: logger)),
      .init(
        service: RPCServer(
          server: server, health: health, draining: draining,
          grace: .seconds(settings.drainSeconds), logger: logger)),
    ]
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
    try await group.run()
    logger.notice("stopped")
  }

  /// TLS files that are no good are found before a database is started for nothing.
  private func checkFiles() throws(Settings.Invalid) {
    guard let tls = settings.tls else { return }
    do throws(TLSError) {
      try tls.check()
    } catch {
      let name =
        switch error.file {
        case tls.certificateFile: "--tls-cert (or WINDLASS_TLS_CERT)"
        case tls.privateKeyFile: "--tls-key (or WINDLASS_TLS_KEY)"
        default: "--tls-client-ca (or WINDLASS_TLS_CLIENT_CA)"
        }
      throw Settings.Invalid(description: "\(name): \(error.file) \(error.reason)")
    }
  }

  private func warn() {
    if settings.tls == nil, !settings.listen.isLoopback {
      logger.warning(
        """
        INSECURE: gRPC is served in cleartext beyond this host; whoever is on the way can read \
        and change every call. Give --tls-cert and --tls-key, or keep the network private
        """, metadata: ["listen": "\(settings.listen)"])
    }
    if settings.tls?.clientCertificates != .required, !settings.listen.isLoopback {
      logger.warning(
        """
        callers are not authenticated: whoever reaches this address may command. Require client \
        certificates (--tls-client-ca), or keep the network private
        """, metadata: ["listen": "\(settings.listen)"])
    }
    if !settings.console.isLoopback {
      logger.warning(
        "the Console is served in cleartext, and to everybody who reaches this address",
        metadata: ["console": "\(settings.console)"])
    }
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
  /// Where the log is, for those who need connections of their own.
  let connection: ConnectionSettings

  static func open(_ settings: Settings, _ logger: Logger) async throws -> Database {
    if let url = settings.database {
      var connection = try ConnectionSettings(parsing: url)
      connection.passwordFile = settings.databasePasswordFile
      do {
        try connection.checkPasswordFile()
        if !connection.verifiesServer {
          logger.warning(
            """
            the PostgreSQL beyond this host is not verified: whoever is on the way can take its \
            place. Add sslmode=verify-full and sslrootcert=FILE to the URL
            """, metadata: ["database": "\(connection)"])
        }
        return Database(
          log: try await PostgresEventLog.open(
            connection, allowsUnsafe: settings.allowUnsafeDatabase, logger: logger),
          embedded: nil, connection: connection)
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
        log: try await PostgresEventLog.open(server, logger: logger), embedded: server,
        connection: server.settings)
    } catch {
      await server.stop()
      throw error
    }
  }

  func run() async throws {
    // Ends by a signal, or by cancellation when another part of the service failed.
    do { try await gracefulShutdown() } catch {}
    await close()
  }

  /// In a task of its own: a cancelled one would not wait for the server to stop.
  func close() async {
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

struct FeedLoop: ServiceLifecycle.Service {
  let feed: LogFeed

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await feed.run()
    }
  }
}

/// The gRPC listener; serves reads from the start, while health says whether commands can be
/// decided.
struct RPCServer: ServiceLifecycle.Service {
  let server: GRPCServer
  let health: HealthRegistry
  let draining: Draining
  let grace: Duration
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
    draining.listens()
    do { try await gracefulShutdown() } catch {}
    // Whoever balances load hears of it before the connections do.
    draining.begin()
    health.drain()
    await server.shutdown(gracePeriod: grace)
  }
}
