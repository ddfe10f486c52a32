import Configuration
import Foundation
import SystemPackage

/// Where settings come from: a flag wins over the environment, the environment over the file.
struct SettingsSources {
  private let variables: ConfigReader
  private let file: ConfigReader?

  /// - Parameter path: of the file, when a flag names one.
  /// - Throws: ``Settings/Invalid`` for a file that cannot be read or says what nobody asks for.
  init(file path: String?, environment: [String: String]) async throws {
    variables = ConfigReader(
      provider: EnvironmentVariablesProvider(environmentVariables: environment)
    ).scoped(to: "windlass")
    guard let path = path ?? variables.string(forKey: "config") else {
      file = nil
      return
    }
    try Self.check(path)
    do {
      file = ConfigReader(provider: try await FileProvider<JSONSnapshot>(filePath: FilePath(path)))
    } catch {
      throw Settings.Invalid(description: "--config \(path): cannot be read as JSON: \(error)")
    }
  }

  /// The text of one setting, or `nil` when nobody gives it.
  func text(_ key: String, _ flag: String? = nil) -> String? {
    let key = ConfigKey(key)
    if let value = flag ?? variables.string(forKey: key) { return value }
    guard let file else { return nil }
    if let text = file.string(forKey: key) { return text }
    // A file may say 15 and true without quotes.
    if let number = file.int(forKey: key) { return "\(number)" }
    if let number = file.double(forKey: key) { return "\(number)" }
    return file.bool(forKey: key).map { "\($0)" }
  }

  /// A key that is misspelt, or a list where a text belongs, would otherwise be passed over without
  /// a word.
  private static func check(_ path: String) throws {
    guard let data = FileManager.default.contents(atPath: path),
      let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return }  // Said better by the reader that comes next.
    try check(object, allowed: Settings.keys, of: path, inside: "")
    guard let limits = object["limit"] else { return }
    guard let limits = limits as? [String: Any] else {
      throw Settings.Invalid(description: "--config \(path): limit must be an object of limits")
    }
    try check(
      limits, allowed: Set(TransportLimits.all.map(\.name)), of: path, inside: "limit.")
  }

  private static func check(
    _ object: [String: Any], allowed: Set<String>, of path: String, inside prefix: String
  ) throws {
    for (key, value) in object.sorted(by: { $0.key < $1.key }) {
      guard allowed.contains(key) else {
        throw Settings.Invalid(
          description: "--config \(path): unknown key \(prefix)\(key.prefix(64)); known are "
            + allowed.sorted().joined(separator: ", "))
      }
      let isPlain = !(value is [Any]) && !(value is NSNull) && !(value is [String: Any])
      guard isPlain || (prefix.isEmpty && key == "limit") else {
        throw Settings.Invalid(
          description: "--config \(path): \(prefix)\(key) must be a text, a number, true or false")
      }
    }
  }
}
