import Logging
import Synchronization

/// What a logger was told, for tests to look at.
final class LogLines: LogHandler, Sendable {
  struct Line: Sendable {
    var level: Logger.Level
    var message: String
    var fields: [String: String]
  }

  private let kept = Mutex<[Line]>([])

  var lines: [Line] { kept.withLock { $0 } }

  func lines(_ message: String) -> [Line] { lines.filter { $0.message == message } }

  // Loggers of one test share this one object, so it has no fields and no level of its own.
  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }

  var logLevel: Logger.Level {
    get { .debug }
    set {}
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) {
    let fields = (event.metadata ?? [:]).mapValues { "\($0)" }
    kept.withLock {
      $0.append(Line(level: event.level, message: "\(event.message)", fields: fields))
    }
  }
}
