import Dispatch
import Foundation

/// SIGINT, SIGTERM and SIGHUP as something to wait for.
enum Interruption {
  /// From here on these signals end nothing by themselves, nor does writing to a program that ended.
  static func prepare() {
    for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_IGN) }
  }

  /// Returns at the first signal, or when the task is cancelled.
  static func wait() async {
    let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
    let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { continuation.yield() }
      source.resume()
      return source
    }
    for await _ in signals { break }
    for source in sources { source.cancel() }
  }
}
