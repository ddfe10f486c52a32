import Foundation
import Subprocess
import Synchronization
import SystemPackage

/// The programs of the demo and the directory they use.
final class Stage: Sendable {
  let places: Places
  let directory: URL
  let startedAt = ContinuousClock.now
  private let daemons = Mutex<[Daemon]>([])
  private let watchdog: Daemon
  private let address = Mutex<(server: String, console: String)?>(nil)
  private let over = Mutex(false)

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  init(_ places: Places) throws {
    self.places = places
    // Short, because PostgreSQL's socket is in it; readable by its user, if that is another.
    let name = "windlass-demo-" + String(UInt32.random(in: 0...UInt32.max), radix: 16)
    directory = URL(filePath: "/tmp").appending(path: name)
    try FileManager.default.createDirectory(
      at: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    watchdog = try Daemon(
      "watchdog", URL(filePath: "/bin/sh"),
      ["-c", Watchdog.script, "windlass-demo-watchdog", directory.path()],
      environment: ["PATH": "/usr/bin:/bin"], log: directory.appending(path: "watchdog.log"))
  }

  var server: String { address.withLock { $0?.server ?? "" } }
  var console: String { address.withLock { $0?.console ?? "" } }
  var isOver: Bool { over.withLock { $0 } }
  func finish() { over.withLock { $0 = true } }

  /// The demo's own environment without settings of Windlass, which would change the story.
  private var environment: [String: String] {
    ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("WINDLASS_") }
  }

  private func daemon(_ name: String, _ program: String, _ arguments: [String]) throws -> Daemon {
    let watchdog = watchdog
    let daemon = try Daemon(
      name, places.bin.appending(path: program), arguments, environment: environment,
      log: directory.appending(path: "\(name).log")
    ) { pid in watchdog.send("watch \(pid)") }
    daemons.withLock { $0.append(daemon) }
    return daemon
  }

  /// Starts the service on free ports and waits until it is ready.
  func startService() async throws {
    let service = try daemon(
      "windlassd", "windlassd",
      [
        "serve", "--data-dir", directory.appending(path: "data").path(), "--listen", "127.0.0.1:0",
        "--console", "127.0.0.1:0",
      ])
    for _ in 0..<600 {
      let text = service.text
      if let server = text.firstMatch(of: /address=(127\.0\.0\.1:\d+)/),
        let console = text.firstMatch(of: /url=(http:\/\/127\.0\.0\.1:\d+)/)
      {
        address.withLock { $0 = ("http://\(server.1)", "\(console.1)") }
        return
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw Failure(description: "windlassd did not listen within 30 s")
  }

  /// A simulated cluster.
  func startAgent(_ cluster: String, _ arguments: [String]) throws -> Daemon {
    try daemon(
      cluster, "windlass-agent", ["simulate", "--server", server, "--cluster", cluster] + arguments)
  }

  /// What a call of `windlass` came to.
  struct Answer: Sendable {
    var status: Int32
    var json: JSONValue
    var errors: String
  }

  /// Runs `windlass` in the examples' directory, with JSON as output.
  ///
  /// - Throws: ``Failure`` when it printed no JSON.
  func windlass(_ arguments: [String]) async throws -> Answer {
    // Nothing of a pipeline's environment: it would make keys the same for repeated commands.
    var own = ["WINDLASS_SERVER": server, "NO_COLOR": "1"]
    for name in ["PATH", "HOME", "USER", "LANG"] { own[name] = environment[name] }
    let result = try await Subprocess.run(
      .path(FilePath(places.bin.appending(path: "windlass").path())),
      arguments: Arguments(arguments + ["--output", "json"]),
      environment: .custom(
        Dictionary(uniqueKeysWithValues: own.map { (Environment.Key(stringLiteral: $0), $1) })),
      workingDirectory: FilePath(places.checkout.path()), output: .string(limit: 16 << 20),
      error: .string(limit: 4 << 20))
    try Task.checkCancellation()
    let status: Int32 = if case .exited(let code) = result.terminationStatus { code } else { -1 }
    do {
      return Answer(
        status: status, json: try JSONValue(parsing: result.standardOutput),
        errors: result.standardError)
    } catch {
      throw Failure(
        description: "windlass \(arguments.joined(separator: " ")) exited \(status): "
          + "\(result.standardError.suffix(2_000))\(error)")
    }
  }

  /// The end of each log, for whoever has to find out why.
  func showLogs() {
    for daemon in daemons.withLock({ $0 }) {
      Paper.line("")
      Paper.line(Paper.bold("\(daemon.name), last lines:"))
      for line in daemon.text.split(separator: "\n").suffix(20) { Paper.line("  \(line)") }
    }
  }

  /// Ends everything, clusters first, and removes the directory.
  func close() async {
    let all = daemons.withLock { $0 }
    await withTaskGroup(of: Void.self) { group in
      for daemon in all where daemon.name != "windlassd" { group.addTask { await daemon.stop() } }
    }
    for daemon in all where daemon.name == "windlassd" { await daemon.stop() }
    do {
      try FileManager.default.removeItem(at: directory)
    } catch {
      Paper.line(
        Paper.red("\(directory.path()) could not be removed: \(error.localizedDescription)"))
    }
    watchdog.send("done")
    await watchdog.stop()
  }
}
