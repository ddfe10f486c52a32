import Foundation

/// Standard input, line by line.
enum StandardInput {
  /// Ends at its end. Reading blocks, so it has a thread of its own that ends with the process.
  static func lines() -> AsyncStream<String> {
    // A background job of a terminal gets an error instead of being stopped.
    signal(SIGTTIN, SIG_IGN)
    let (lines, continuation) = AsyncStream.makeStream(
      of: String.self, bufferingPolicy: .bufferingOldest(1_000))
    Thread.detachNewThread {
      while let line = readLine() { continuation.yield(line) }
      continuation.finish()
    }
    return lines
  }
}
