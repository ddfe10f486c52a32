import GRPC
import Synchronization
import WindlassWire

/// How many questions of one sort are being answered: each may read much, and they share the
/// database.
final class HistoryReads: Sendable {
  let max: Int
  private let what: String
  private let running = Mutex(0)

  /// - Parameter what: what there may be `max` of at once, in the plural.
  init(_ max: Int = 16, of what: String = "questions about the past are being answered") {
    self.max = max
    self.what = what
  }

  func enter() -> Bool {
    running.withLock { running in
      guard running < max else { return false }
      running += 1
      return true
    }
  }

  func leave() { running.withLock { $0 -= 1 } }

  /// The status of a call for which there is no room.
  var full: RPCStatus { RPCStatus(.resourceExhausted, "\(max) \(what); try again") }

  /// Runs a question in a task of its own, off the connection's loop, if there is room.
  func answer(
    _ call: ServerCall,
    _ answer: @escaping @Sendable () async -> Result<some WireMessage, RPCStatus>
  ) {
    guard enter() else { return call.reply(full) }
    Task {
      defer { leave() }
      call.reply(await answer())
    }
  }
}
