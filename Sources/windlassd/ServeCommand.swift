import ArgumentParser
import Logging

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Run the service in the foreground.",
    discussion: """
      Every flag can come from the environment (WINDLASS_DATA_DIR, WINDLASS_LISTEN, \
      WINDLASS_CONSOLE, WINDLASS_DATABASE, WINDLASS_DATABASE_PASSWORD_FILE, \
      WINDLASS_ALLOW_UNSAFE_DATABASE, WINDLASS_LOG_LEVEL, WINDLASS_LEASE_SECONDS, \
      WINDLASS_REFLECTION, WINDLASS_READ_MODELS, WINDLASS_TLS_CERT, WINDLASS_TLS_KEY, WINDLASS_TLS_CLIENT_CA, \
      WINDLASS_TLS_CLIENT_CERTS, WINDLASS_TLS_MIN, WINDLASS_INSECURE, WINDLASS_ACCESS_LOG, \
      WINDLASS_SLOW_CALL, WINDLASS_DRAIN_SECONDS, WINDLASS_SNAPSHOT_EVERY, \
      WINDLASS_SNAPSHOT_INTERVAL, WINDLASS_SNAPSHOT_CHECK, and for each limit one such as \
      WINDLASS_LIMIT_AGE_MAX) or from a JSON file given by --config or WINDLASS_CONFIG, with the \
      keys dataDir, listen, console, database, databasePasswordFile, \
      allowUnsafeDatabase, logLevel, leaseSeconds, reflection, readModels, tlsCert, tlsKey, \
      tlsClientCa, tlsClientCerts, tlsMin, insecure, accessLog, slowCall, drainSeconds, \
      snapshotEvery, snapshotInterval, snapshotCheck, and limit, \
      an object of limits. A flag wins over the environment, the environment over the file.

      Without --database the service creates and owns a private PostgreSQL in the data directory: \
      reachable by unix socket only, every commit on disk before it is answered. With --database \
      it uses any PostgreSQL 15 or later, and several services may share it.

      With --tls-cert and --tls-key gRPC is served over TLS; changed files are taken over by \
      themselves, at once on SIGHUP. Without them it is served in cleartext, on a loopback address \
      only unless --insecure is given.

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

  @Option(
    help: ArgumentHelp(
      "One line: the password for --database, read again for every connection.",
      valueName: "file"))
  var databasePasswordFile: String?

  @Flag(
    inversion: .prefixedNo,
    help: "Use a --database whose settings let a crash take back what was answered. Default off.")
  var allowUnsafeDatabase: Bool?

  @Option(
    help: ArgumentHelp(
      "Write a snapshot of the folded log after so many events; off for none. Default 100000.",
      valueName: "events"))
  var snapshotEvery: String?

  @Option(help: "And after this time, once a tenth of them has come. Default 10m.")
  var snapshotInterval: String?

  @Flag(
    inversion: .prefixedNo,
    help: "After a start from a snapshot, compare it with the log beside the work. Default on.")
  var snapshotCheck: Bool?

  @Option(help: "trace, debug, info, notice, warning, error or critical. Default info.")
  var logLevel: String?

  @Option(help: "How long an agent's lease lasts without renewal, 2 to 300. Default 15.")
  var leaseSeconds: Int?

  @Flag(inversion: .prefixedNo, help: "Answer gRPC server reflection. Default on.")
  var reflection: Bool?

  @Option(help: "Keep the tables for dashboards up: on or off. Default on.")
  var readModels: String?

  @Option(
    help: ArgumentHelp(
      "PEM: the certificate of this service, then its intermediates.", valueName: "file"))
  var tlsCert: String?

  @Option(help: ArgumentHelp("PEM: the certificate's key, not encrypted.", valueName: "file"))
  var tlsKey: String?

  @Option(
    help: ArgumentHelp("PEM: the authorities that may vouch for clients.", valueName: "file"))
  var tlsClientCa: String?

  @Option(
    help: """
      not-asked, requested (a client without one is served) or required. Default required with \
      --tls-client-ca, else not-asked.
      """)
  var tlsClientCerts: String?

  @Option(help: "The oldest version of TLS: 1.2 or 1.3. Default 1.2.")
  var tlsMin: String?

  @Flag(inversion: .prefixedNo, help: "Serve cleartext beyond this host. Default off.")
  var insecure: Bool?

  @Option(help: "Calls in the log: off, all, or sample:N for every N-th. Default off.")
  var accessLog: String?

  @Option(help: "Log unary calls that take at least this long; off for none. Default 1s.")
  var slowCall: String?

  @Option(help: "How long running calls may go on after SIGTERM, 1 to 600. Default 10.")
  var drainSeconds: Int?

  @Option(
    help: ArgumentHelp(
      "A limit of connections and calls, see docs/operating.md; repeat for more.",
      valueName: "name=value"))
  var limit: [String] = []

  @Option(help: "JSON file with the same settings.")
  var config: String?

  func run() async throws {
    let settings: Settings
    do {
      settings = try await Settings.resolve(
        Settings.Flags(
          dataDirectory: dataDirectory, listen: listen, console: console, database: database,
          databasePasswordFile: databasePasswordFile, allowUnsafeDatabase: allowUnsafeDatabase,
          snapshotEvery: snapshotEvery, snapshotInterval: snapshotInterval,
          snapshotCheck: snapshotCheck,
          logLevel: logLevel, leaseSeconds: leaseSeconds, reflection: reflection,
          readModels: readModels,
          tlsCert: tlsCert, tlsKey: tlsKey, tlsClientCa: tlsClientCa,
          tlsClientCerts: tlsClientCerts, tlsMin: tlsMin, insecure: insecure,
          accessLog: accessLog, slowCall: slowCall, drainSeconds: drainSeconds, limit: limit,
          file: config))
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
