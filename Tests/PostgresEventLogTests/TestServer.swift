import Foundation
import Postgres

/// A private PostgreSQL in a temporary directory, removed afterwards.
func withServer(
  _ body: (_ server: EmbeddedPostgres, _ directory: String) async throws -> Void
) async throws {
  await Turn.server.take()
  let directory = FileManager.default.temporaryDirectory
    .appending(path: "windlass-test-\(UUID().uuidString.prefix(8))").path()
  let result: Result<Void, any Error>
  do {
    let server = try await EmbeddedPostgres.start(in: directory)
    do { result = .success(try await body(server, directory)) } catch { result = .failure(error) }
    await server.stop()
  } catch { result = .failure(error) }
  await Turn.server.give()
  try FileManager.default.removeItem(atPath: directory)
  try result.get()
}

/// Tries again until it works, for at most a minute.
func eventually<R: Sendable>(_ body: () async throws -> R) async throws -> R {
  let end = ContinuousClock.now + .seconds(60)
  while true {
    do { return try await body() } catch {
      guard .now < end else { throw error }
      try await Task.sleep(for: .milliseconds(20))
    }
  }
}

/// Lets one test at a time have a server: many at once would only wait for the disk, and for longer
/// than the log lets a decision be old.
private actor Turn {
  static let server = Turn()
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func take() async {
    guard isTaken else {
      isTaken = true
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func give() {
    if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
  }
}
