import Glibc

/// A private PostgreSQL in a data directory: created, started, watched and stopped by us.
///
/// It listens on a unix socket only and keeps every promise about durability. If it dies it is started
/// again; if we die it goes on, and the next owner of the directory adopts it.
public actor EmbeddedPostgres {
  /// How long things may take.
  public struct Limits: Sendable {
    /// From start to ready, including the recovery after a crash.
    public var start = Duration.seconds(300)
    /// From the request to stop until the server is stopped less gently.
    public var stop = Duration.seconds(20)

    public init() {}
  }

  private enum Phase {
    case running
    case stopped
  }

  /// The role that may append and read, in the log's database.
  public nonisolated let settings: ConnectionSettings
  /// The superuser, for migrations only.
  public nonisolated let adminSettings: ConnectionSettings

  private let executor: ThreadExecutor
  private let place: ServerPlace
  private var lock: LockFile?
  private let limits: Limits
  private let log: @Sendable (String) -> Void
  private var process: ServerProcess
  private var phase = Phase.running
  private var watcher: Task<Void, Never>?

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  private init(
    _ place: ServerPlace, _ lock: LockFile, _ process: ServerProcess, _ executor: ThreadExecutor,
    _ limits: Limits, _ log: @escaping @Sendable (String) -> Void
  ) {
    self.place = place
    self.lock = lock
    self.process = process
    self.executor = executor
    self.limits = limits
    self.log = log
    settings = ConnectionSettings(
      socketDirectory: place.socketDirectory, user: "windlass", database: "windlass")
    adminSettings = ConnectionSettings(
      socketDirectory: place.socketDirectory, user: "postgres", database: "windlass")
  }

  deinit { executor.stop() }

  /// Starts or adopts the server of a data directory, creating both if they are missing.
  ///
  /// - Parameters:
  ///   - dataDirectory: the service's own directory; the server lives in `postgres` inside it.
  ///   - log: is told, in one line each, what happens.
  /// - Throws: ``EmbeddedPostgresError``; its text says what to do.
  public static func start(
    in dataDirectory: String, limits: Limits = Limits(),
    log: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws(EmbeddedPostgresError) -> EmbeddedPostgres {
    let launcher = Launcher()
    let (place, lock) = try await launcher.prepare(dataDirectory, log)
    let process = try await launcher.startOrAdopt(place, limits.start, log)
    let server = EmbeddedPostgres(place, lock, process, ThreadExecutor(), limits, log)
    do { try await server.createDatabase() } catch {
      await server.stop()
      throw .failed("the private PostgreSQL started but does not answer: \(error)")
    }
    await server.watch()
    return server
  }

  /// The postmaster's process id.
  public var processID: Int32 { process.id }

  /// Stops the server: fast first, then harder, always within ``Limits/stop`` and a few seconds.
  public func stop() async {
    guard case .running = phase else { return }
    phase = .stopped
    watcher?.cancel()
    defer { lock = nil }
    process.signal(SIGINT)
    if await ended(within: limits.stop) { return }
    log("PostgreSQL did not stop in time; stopping it at once, it will recover when started")
    process.signal(SIGQUIT)
    if await ended(within: .seconds(5)) { return }
    process.signal(SIGKILL)
    _ = await ended(within: .seconds(5))
  }

  /// Leaves the server running, as our own death would, and gives up the ownership of the directory.
  public func abandon() {
    phase = .stopped
    watcher?.cancel()
    lock = nil
  }

  private func ended(within limit: Duration) async -> Bool {
    let end = ContinuousClock.now + limit
    while process.isAlive {
      if .now >= end { return false }
      // The caller's cancellation must not turn a clean stop into a hard one.
      await Launcher.pause()
    }
    return true
  }

  private func createDatabase() async throws(PostgresError) {
    let session = PostgresSession(
      ConnectionSettings(
        socketDirectory: place.socketDirectory, user: "postgres", database: "postgres"))
    let wanted = try await session.query(Self.findDatabase) { (result) throws(PostgresError) in
      try (result.bool(row: 0, column: 0), result.bool(row: 0, column: 1))
    }
    if !wanted.0 { try await session.execute(Self.createRole) }
    if !wanted.1 { try await session.execute(Self.createDatabase, within: .seconds(60)) }
    await session.close()
  }

  private static let findDatabase = Statement(
    "find_database",
    """
    select exists (select from pg_roles where rolname = 'windlass'),
      exists (select from pg_database where datname = 'windlass')
    """)
  private static let createRole = Statement("create_role", "create role windlass login")
  private static let createDatabase = Statement("create_database", "create database windlass")

  // MARK: Watching

  private func watch() {
    watcher = Task.detached { [weak self] in
      var backoff = Backoff(first: .milliseconds(100), longest: .seconds(10))
      while !Task.isCancelled {
        do { try await Task.sleep(for: .milliseconds(100)) } catch { return }
        guard let self else { return }
        await restartIfDead(&backoff)
      }
    }
  }

  private func restartIfDead(_ backoff: inout Backoff) async {
    guard case .running = phase, backoff.mayTry, !process.isAlive else { return }
    log("PostgreSQL (process \(process.id)) has died; starting it again")
    let launcher = Launcher()
    do {
      let fresh = try await launcher.startOrAdopt(place, limits.start, log)
      process = fresh
      backoff.reset()
      // Stopped while it started.
      if case .stopped = phase { fresh.signal(SIGINT) }
    } catch {
      backoff.failed(because: "\(error)")
      log("PostgreSQL does not start: \(error)")
    }
  }
}
