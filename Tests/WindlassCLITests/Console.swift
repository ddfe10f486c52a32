import ArgumentParser
import RolloutCore
import Synchronization
import WindlassWire

@testable import windlass

/// What a command wrote, and a clock that moves only while it sleeps.
final class Console: Sendable {
  private struct State {
    var out = ""
    var error = ""
    var now: Duration = .zero
    var writesLeft: Int
  }

  private let state: Mutex<State>

  /// - Parameter readsUntil: writes to standard output that somebody still reads.
  init(readsUntil: Int = .max) { state = Mutex(State(writesLeft: readsUntil)) }

  var out: String { state.withLock { $0.out } }
  var error: String { state.withLock { $0.error } }

  func session(
    _ backend: FakeBackend, format: Output.Format = .text, style: Style = .plain,
    isTerminal: Bool = false, environment: [String: String] = [:]
  ) -> Session {
    Session(
      backend: backend, server: "http://127.0.0.1:7443",
      output: Output(
        write: { text in
          self.state.withLock { state in
            guard state.writesLeft > 0 else { return false }
            state.writesLeft -= 1
            state.out += text
            return state.writesLeft > 0
          }
        },
        writeError: { text in self.state.withLock { $0.error += text } },
        isTerminal: isTerminal, style: style, format: format),
      environment: environment, requestTimeout: .seconds(30),
      pacing: Pacing(
        now: { self.state.withLock { $0.now } },
        sleep: { length in
          try Task.checkCancellation()
          self.state.withLock { $0.now += length }
        }))
  }
}

/// Runs a command line against a fake service.
func run(
  _ arguments: [String], _ backend: FakeBackend, _ console: Console,
  format: Output.Format = .text, environment: [String: String] = [:]
) async throws -> Ending {
  guard let command = try Windlass.parseAsRoot(arguments) as? any ClientCommand else {
    throw Failure(.usage, "no command of the service")
  }
  return try await command.conclude(
    in: console.session(backend, format: format, environment: environment))
}
