import EventLog
import Logging
import Postgres
import Synchronization

/// Follows the head of the log: hints make it quick, looking every 50 ms makes it true.
final class LogTail: Sendable {
  private static let interval = Duration.milliseconds(50)

  private let session: PostgresSession
  /// The payload of our own hints.
  private let own: String
  private let signal: ChangeSignal
  private let clock: LogClock
  private let logger: Logger
  private let task = Mutex<Task<Void, Never>?>(nil)

  init(
    _ session: PostgresSession, own: String, _ signal: ChangeSignal, _ clock: LogClock,
    _ logger: Logger
  ) {
    self.session = session
    self.own = own
    self.signal = signal
    self.clock = clock
    self.logger = logger
  }

  deinit { task.withLock { $0?.cancel() } }

  func start() {
    let loop = Task { [session, own, signal, clock, logger] in
      var isReachable = true
      while !Task.isCancelled {
        do {
          try await Self.look(session, signal, clock, logger)
          if !isReachable { logger.info("PostgreSQL answers again") }
          isReachable = true
          _ = try await session.waitForNotification(atMost: Self.interval, besides: own)
        } catch {
          if isReachable {
            logger.warning("PostgreSQL does not answer", metadata: ["error": "\(error)"])
          }
          isReachable = false
          do { try await Task.sleep(for: Self.interval) } catch { return }
        }
      }
    }
    task.withLock { $0 = loop }
  }

  func stop() async {
    let loop = task.withLock { $0.take() }
    loop?.cancel()
    await loop?.value
    await session.close()
  }

  private static func look(
    _ session: PostgresSession, _ signal: ChangeSignal, _ clock: LogClock, _ logger: Logger
  ) async throws(PostgresError) {
    let before = signal.next
    let mark = clock.mark()
    let reading = try await session.query(HeadStatement.statement, within: .seconds(5)) {
      (result) throws(PostgresError) in try HeadStatement.decode(result)
    }
    clock.observe(serverNow: reading.serverNow, since: mark)
    if reading.head.next < before {
      // Announced before we looked, and gone now: readers find out from the chain.
      logger.error(
        "the log is shorter than it was",
        metadata: ["was": "\(before)", "is": "\(reading.head.next)"])
      signal.reset(to: reading.head.next)
    } else {
      signal.announce(reading.head.next)
    }
  }

  static let listen = Statement("listen", "listen windlass_log")
}
