/// One connection that comes back by itself, on a thread of its own.
///
/// Statements run one after the other. While PostgreSQL is away they fail at once with
/// ``PostgresError/notConnected(_:)``, apart from one attempt to connect whenever its turn has come.
public actor PostgresSession {
  private let executor = ThreadExecutor()
  private let settings: ConnectionSettings
  /// Each host, the one that answered last first.
  private var targets: [ConnectionSettings]
  private let setUp: [Statement]
  private var connection: Connection?
  private var backoff = Backoff(first: .milliseconds(50), longest: .seconds(2))
  private var closed = false
  /// The server's end of `connection`.
  private var backend: Backend?
  /// Ends of connections that were given up and may still hold locks, at most ``orphansMax``.
  private var orphans: [Backend] = []

  private static let orphansMax = 16

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Connects when first used.
  ///
  /// - Parameter setUp: statements without parameters that run on every new connection.
  public init(_ settings: ConnectionSettings, setUp: [Statement] = []) {
    self.settings = settings
    targets = settings.targets
    self.setUp = setUp
  }

  deinit { executor.stop() }

  /// Runs a statement and reads its result on the session's thread.
  ///
  /// - Parameters:
  ///   - limit: how long to wait for the whole answer. After that the connection is abandoned, never
  ///     cancelled, and the error is ``PostgresError/lost(_:)``.
  ///   - read: makes a value of the result.
  public func query<R: Sendable>(
    _ statement: Statement, _ parameters: ParameterList = ParameterList(),
    within limit: Duration = .seconds(10),
    _ read: @Sendable (borrowing QueryResult) throws(PostgresError) -> R
  ) throws(PostgresError) -> R {
    let connection = try connected()
    do {
      return try read(connection.query(statement, parameters, Deadline(after: limit)))
    } catch {
      try abandon(after: error)
    }
  }

  /// Runs a statement for its effect.
  public func execute(
    _ statement: Statement, _ parameters: ParameterList = ParameterList(),
    within limit: Duration = .seconds(10)
  ) throws(PostgresError) {
    try query(statement, parameters, within: limit) { _ in }
  }

  /// Runs several statements without parameters, as one transaction unless they say otherwise.
  public func run(script: StaticString, within limit: Duration) throws(PostgresError) {
    let connection = try connected()
    do { try connection.run(script: script, Deadline(after: limit)) } catch {
      try abandon(after: error)
    }
  }

  /// Waits for a notification on a channel that a set-up statement listens to. Keeps the session busy.
  ///
  /// - Parameter own: notifications with this payload are passed over.
  /// - Returns: whether one came; `false` when the time is over.
  public func waitForNotification(
    atMost limit: Duration, besides own: String
  ) throws(PostgresError) -> Bool {
    let connection = try connected()
    do { return try connection.waitForNotification(Deadline(after: limit), besides: own) } catch {
      try abandon(after: error)
    }
  }

  /// Forgets a failed attempt, so that the next statement tries to connect at once.
  public func retryNow() { backoff.reset() }

  /// Closes the connection for good.
  public func close() {
    closed = true
    connection = nil
  }

  private func connected() throws(PostgresError) -> Connection {
    guard !closed else { throw .notConnected("the session is closed") }
    if let connection, connection.isAlive { return connection }
    connection = nil
    guard backoff.mayTry else { throw .notConnected(backoff.reason) }
    do {
      let fresh = try connectToAny()
      let deadline = Deadline(after: settings.connectTimeout)
      // Before the set-up, which may leave us with fewer rights than the one who logged in has.
      let own = try Backend.ofConnection(fresh, deadline)
      for orphan in orphans where try orphan.endIfSilent(through: fresh, deadline) {
        orphans.removeAll { $0 == orphan }
      }
      for statement in setUp { _ = try fresh.query(statement, ParameterList(), deadline) }
      backoff.reset()
      connection = fresh
      backend = own
      return fresh
    } catch {
      let reason =
        switch error {
        case .lost(let detail), .notConnected(let detail): detail
        case .warned(_, let message), .refused(_, let message): message
        case .malformed, .invalidSettings: "\(error)"
        }
      backoff.failed(because: reason)
      switch error {
      case .lost, .notConnected, .warned, .refused: throw .notConnected(reason)
      case .malformed, .invalidSettings: throw error
      }
    }
  }

  /// The first host that takes us and can be written to.
  private func connectToAny() throws(PostgresError) -> Connection {
    var reasons: [String] = []
    for (index, target) in targets.enumerated() {
      do {
        let connection = try Connection(to: target)
        targets.swapAt(0, index)
        return connection
      } catch {
        guard case .notConnected(let reason) = error else { throw error }
        reasons.append(reason)
      }
    }
    throw .notConnected(reasons.joined(separator: "; "))
  }

  private static let lockNotAvailable = "55P03"
  /// The server takes no writes: it may have become a standby, or was told so.
  private static let readOnly = "25006"

  /// After a refusal the connection is as good as before. In every other state it is not known what
  /// the next bytes on it would answer.
  private func abandon(after error: PostgresError) throws(PostgresError) -> Never {
    switch error {
    case .refused(sqlState: Self.lockNotAvailable, _) where !orphans.isEmpty:
      // Connecting anew looks after whoever holds the lock, which may be us.
      connection = nil
    case .refused(sqlState: Self.readOnly, _):
      // Another host may be the primary now.
      connection = nil
      backend = nil
    case .refused, .warned, .malformed: break
    case .notConnected, .lost, .invalidSettings:
      connection = nil
      if let backend, !orphans.contains(backend) {
        if orphans.count == Self.orphansMax { orphans.removeFirst() }
        orphans.append(backend)
      }
      backend = nil
    }
    throw error
  }
}
