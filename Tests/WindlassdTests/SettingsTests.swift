import Foundation
import Testing

@testable import windlassd

@Suite("Settings")
struct SettingsTests {
  @Test("without anything the service listens on loopback and owns its database")
  func defaults() async throws {
    let settings = try await Settings.resolve(Settings.Flags(), environment: [:])
    #expect(settings.listen == HostPort(host: "127.0.0.1", port: 7443))
    #expect(settings.console == HostPort(host: "127.0.0.1", port: 7480))
    #expect(settings.database == nil)
    #expect(settings.dataDirectory == "./windlass-data")
  }

  @Test("a flag wins over the environment, the environment over the file")
  func order() async throws {
    let file = FileManager.default.temporaryDirectory.appending(
      path: "windlass-settings-\(UUID().uuidString).json")
    try Data(
      #"{"listen": "127.0.0.1:1", "console": "127.0.0.1:2", "dataDir": "/file"}"#.utf8
    ).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let settings = try await Settings.resolve(
      Settings.Flags(listen: "127.0.0.1:9", file: file.path()),
      environment: ["WINDLASS_LISTEN": "127.0.0.1:5", "WINDLASS_CONSOLE": "127.0.0.1:6"])
    #expect(settings.listen.port == 9)
    #expect(settings.console.port == 6)
    #expect(settings.dataDirectory == "/file")
  }

  @Test("a file may give numbers and truth values plainly")
  func plainValues() async throws {
    let file = FileManager.default.temporaryDirectory.appending(
      path: "windlass-settings-\(UUID().uuidString).json")
    try Data(#"{"leaseSeconds": 30, "reflection": false}"#.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let settings = try await Settings.resolve(
      Settings.Flags(file: file.path()), environment: [:])
    #expect(settings.leaseSeconds == 30)
    #expect(!settings.reflection)
  }

  @Test("a misspelt key in the file is refused by name")
  func misspeltKey() async throws {
    let file = FileManager.default.temporaryDirectory.appending(
      path: "windlass-settings-\(UUID().uuidString).json")
    try Data(#"{"leaseSecond": 3}"#.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    await #expect {
      _ = try await Settings.resolve(Settings.Flags(file: file.path()), environment: [:])
    } throws: { error in
      "\(error)".contains("leaseSecond") && "\(error)".contains("leaseSeconds")
    }
  }

  @Test(
    "a variable of the wrong type is refused, not passed over",
    arguments: [
      ("WINDLASS_LEASE_SECONDS", "abc", "lease-seconds"),
      ("WINDLASS_LEASE_SECONDS", "99999999999999999999", "lease-seconds"),
      ("WINDLASS_REFLECTION", "maybe", "reflection"),
    ])
  func wrongType(variable: String, value: String, names: String) async {
    await #expect {
      _ = try await Settings.resolve(Settings.Flags(), environment: [variable: value])
    } throws: { error in
      "\(error)".contains(names)
    }
  }

  @Test(
    "a bad setting is refused by name",
    arguments: [
      (Settings.Flags(listen: "7443"), "listen"),
      (Settings.Flags(listen: "localhost:70000"), "listen"),
      (Settings.Flags(console: "::1:80"), "console"),
      (Settings.Flags(logLevel: "loud"), "log-level"),
      (Settings.Flags(leaseSeconds: 1), "lease-seconds"),
      (Settings.Flags(dataDirectory: ""), "data-dir"),
      (Settings.Flags(file: "/nowhere/windlass.json"), "--config"),
    ])
  func refused(flags: Settings.Flags, names: String) async {
    await #expect {
      _ = try await Settings.resolve(flags, environment: [:])
    } throws: { error in
      "\(error)".contains(names)
    }
  }
}
