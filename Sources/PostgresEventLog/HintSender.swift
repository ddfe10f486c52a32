import Logging
import Postgres
import Synchronization

/// Tells other replicas that the log has grown. Only a hint: they look for themselves anyway.
///
/// After the commit and on another connection, because a notification inside a transaction takes a lock
/// on the whole server until the commit is on disk.
final class HintSender: Sendable {
  private static let interval = Duration.milliseconds(5)

  private struct State {
    var isScheduled = false
    var last: ContinuousClock.Instant?
  }

  /// Says in every hint whose it is: who sent it need not look.
  let name = String(UInt64.random(in: .min ... .max), radix: 16)

  private let session: PostgresSession
  private let logger: Logger
  private let state = Mutex(State())

  init(_ session: PostgresSession, _ logger: Logger) {
    self.session = session
    self.logger = logger
  }

  /// Sends a hint soon, and at most one every 5 ms.
  func poke() {
    let wait = state.withLock { state -> Duration? in
      guard !state.isScheduled else { return nil }
      state.isScheduled = true
      guard let last = state.last else { return .zero }
      return max(.zero, Self.interval - last.duration(to: .now))
    }
    guard let wait else { return }
    Task { [self] in
      // Never cancelled, so the sleep does not throw; a hint too early would do no harm either.
      do { try await Task.sleep(for: wait) } catch { logger.debug("hint sent early") }
      state.withLock { state in
        state.isScheduled = false
        state.last = .now
      }
      var parameters = ParameterList()
      parameters.append(text: name)
      do { try await session.execute(Self.notify, parameters, within: .seconds(2)) } catch {
        logger.debug("no hint sent", metadata: ["error": "\(error)"])
      }
    }
  }

  private static let notify = Statement("notify", "select pg_notify('windlass_log', $1)")
}
