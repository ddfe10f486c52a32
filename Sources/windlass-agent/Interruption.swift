import Dispatch
import Foundation

/// SIGINT and SIGTERM as something to wait for.
enum Interruption {
  /// Returns at the first SIGINT or SIGTERM, or when the task is cancelled.
  static func wait() async {
    let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
    let sources = [SIGINT, SIGTERM].map { number in
      // The source takes the signal's place; without this it would still end the process.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { continuation.yield() }
      source.resume()
      return source
    }
    for await _ in signals { break }
    for source in sources { source.cancel() }
  }

  /// Returns when the task is cancelled.
  static func never() async {
    let (signals, _) = AsyncStream.makeStream(of: Void.self)
    for await _ in signals {}
  }
}
