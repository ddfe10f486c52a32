import Foundation
import Logging

/// One readable line on stderr for each message: time, level where it matters, cluster, text.
struct PlainLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .info

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let now = Date().timeIntervalSince1970
    let milliseconds = Int64(now * 1_000)
    let (day, part) = (milliseconds / 1_000 % 86_400, milliseconds % 1_000)
    let parts = [day / 3_600, day / 60 % 60, day % 60].map { Self.padded($0, 2) }
    let time = parts.joined(separator: ":") + "." + Self.padded(part, 3)
    let level = event.level >= .warning ? " \(event.level.rawValue)" : ""
    let line = "\(time)\(level) \(event.message)\n"
    FileHandle.standardError.write(Data(line.utf8))
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
