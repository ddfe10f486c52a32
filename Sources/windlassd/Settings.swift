import Configuration
import Foundation
import SystemPackage

/// What the service runs with: a flag wins over the environment, the environment over the file.
struct Settings: Sendable {
  var dataDirectory: String
  var listen: HostPort
  var console: HostPort
  var database: String?
  var logLevel: String
  var leaseSeconds: Int
  var reflection: Bool

  static let defaults = Settings(
    dataDirectory: "./windlass-data", listen: HostPort(host: "127.0.0.1", port: 7443),
    console: HostPort(host: "127.0.0.1", port: 7480), database: nil, logLevel: "info",
    leaseSeconds: 15, reflection: true)

  /// Flags as given; `nil` where not given.
  struct Flags: Sendable {
    var dataDirectory: String?
    var listen: String?
    var console: String?
    var database: String?
    var logLevel: String?
    var leaseSeconds: Int?
    var reflection: Bool?
    var file: String?
  }

  struct Invalid: Error, CustomStringConvertible {
    var description: String
  }

  /// - Throws: ``Invalid`` naming the setting, where it came from and what is allowed.
  static func resolve(
    _ flags: Flags, environment: [String: String] = ProcessInfo.processInfo.environment
  ) async throws -> Settings {
    let variables = ConfigReader(
      provider: EnvironmentVariablesProvider(environmentVariables: environment)
    ).scoped(to: "windlass")
    let file: ConfigReader?
    if let path = flags.file ?? variables.string(forKey: "config") {
      try checkKeys(of: path)
      do {
        file = ConfigReader(
          provider: try await FileProvider<JSONSnapshot>(filePath: FilePath(path)))
      } catch {
        throw Invalid(description: "--config \(path): cannot be read as JSON: \(error)")
      }
    } else {
      file = nil
    }
    func text(_ key: String, _ flag: String?) -> String? {
      let key = ConfigKey(key)
      if let value = flag ?? variables.string(forKey: key) { return value }
      guard let file else { return nil }
      if let text = file.string(forKey: key) { return text }
      // A file may say 15 and true without quotes.
      if let number = file.int(forKey: key) { return "\(number)" }
      return file.bool(forKey: key).map { "\($0)" }
    }
    var settings = Settings.defaults
    if let value = text("dataDir", flags.dataDirectory) {
      guard !value.isEmpty, !value.utf8.contains(0) else {
        throw Invalid(description: "data-dir: must be a path")
      }
      settings.dataDirectory = value
    }
    if let value = text("listen", flags.listen) {
      settings.listen = try HostPort(value, setting: "listen")
    }
    if let value = text("console", flags.console) {
      settings.console = try HostPort(value, setting: "console")
    }
    settings.database = text("database", flags.database)
    if let value = text("logLevel", flags.logLevel) {
      let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
      guard levels.contains(value) else {
        throw Invalid(
          description: "log-level: '\(value)' is none of \(levels.joined(separator: ", "))")
      }
      settings.logLevel = value
    }
    if let value = text("leaseSeconds", flags.leaseSeconds.map(String.init)) {
      guard let seconds = Int(value), (2...300).contains(seconds) else {
        throw Invalid(description: "lease-seconds: '\(value)' is no number from 2 to 300")
      }
      settings.leaseSeconds = seconds
    }
    if let value = text("reflection", flags.reflection.map(String.init)) {
      guard let reflection = ["true": true, "1": true, "false": false, "0": false][value] else {
        throw Invalid(description: "reflection: '\(value)' is neither true nor false")
      }
      settings.reflection = reflection
    }
    return settings
  }
}

extension Settings {
  private static let keys: Set<String> = [
    "dataDir", "listen", "console", "database", "logLevel", "leaseSeconds", "reflection",
  ]

  /// A key that is misspelt would otherwise be passed over without a word.
  private static func checkKeys(of path: String) throws {
    guard let data = FileManager.default.contents(atPath: path),
      let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return }  // Said better by the reader that comes next.
    let unknown = object.keys.filter { !keys.contains($0) }.sorted()
    guard unknown.isEmpty else {
      throw Invalid(
        description: "--config \(path): unknown key \(unknown[0].prefix(64)); known are "
          + keys.sorted().joined(separator: ", "))
    }
  }
}

/// `HOST:PORT`, with brackets around an IPv6 address.
struct HostPort: Sendable, Equatable, CustomStringConvertible {
  var host: String
  var port: Int

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  init(_ text: String, setting: String) throws {
    let invalid = Settings.Invalid(
      description: "\(setting): '\(text)' must be HOST:PORT, for example 127.0.0.1:7443")
    guard let colon = text.lastIndex(of: ":"),
      let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port)
    else { throw invalid }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      throw invalid
    }
    guard !host.isEmpty else { throw invalid }
    self.init(host: host, port: port)
  }

  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}
