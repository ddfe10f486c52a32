import EventLog
import Synchronization

/// The names behind the numbers of streams and event types. In one log they never change, so knowing
/// some of them is right as long as the log is the one they were read from.
final class NameCache: Sendable {
  /// About 10 MiB; then it starts again.
  private static let streamsMax = 100_000

  struct Names {
    var streams: [Int64: StreamName] = [:]
    var types: [Int32: String] = [:]
  }

  private let names = Mutex(Names())

  var snapshot: Names { names.withLock { $0 } }

  /// The log turned out to be another one, in which the numbers may stand for other names.
  func forget() { names.withLock { $0 = Names() } }

  func learn(streams: [Int64: StreamName], types: [Int32: String]) {
    names.withLock { names in
      if names.streams.count + streams.count > Self.streamsMax {
        names.streams.removeAll(keepingCapacity: true)
      }
      names.streams.merge(streams) { _, new in new }
      names.types.merge(types) { _, new in new }
    }
  }
}
