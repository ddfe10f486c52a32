import Application
import Foundation
import GRPC
import HTTP2
import Testing
import Transport

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
      ("WINDLASS_INSECURE", "yes", "insecure"),
      ("WINDLASS_DRAIN_SECONDS", "10s", "drain-seconds"),
      ("WINDLASS_TLS_MIN", "1.3", "tls-min"),
      ("WINDLASS_LIMIT_CONNECTIONS_MAX", "many", "connectionsMax"),
      ("WINDLASS_LIMIT_AGE_MAX", "", "ageMax"),
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
      (Settings.Flags(tlsCert: "", tlsKey: "k"), "tls-cert"),
      (Settings.Flags(tlsCert: "c"), "--tls-key"),
      (Settings.Flags(tlsKey: "k"), "--tls-cert"),
      (Settings.Flags(tlsClientCa: "a"), "tls-client-ca"),
      (Settings.Flags(tlsClientCerts: "required"), "tls-client-certs"),
      (Settings.Flags(tlsMin: "1.3"), "tls-min"),
      (Settings.Flags(tlsCert: "c", tlsKey: "k", tlsMin: "1.1"), "1.2, 1.3"),
      (Settings.Flags(tlsCert: "c", tlsKey: "k", tlsClientCerts: "required"), "--tls-client-ca"),
      (Settings.Flags(tlsCert: "c", tlsKey: "k", tlsClientCerts: "requested"), "--tls-client-ca"),
      (
        Settings.Flags(tlsCert: "c", tlsKey: "k", tlsClientCa: "a", tlsClientCerts: "perhaps"),
        "not-asked, requested, required"
      ),
      (
        Settings.Flags(tlsCert: "c", tlsKey: "k", tlsClientCa: "a", tlsClientCerts: "not-asked"),
        "tls-client-certs"
      ),
      (Settings.Flags(accessLog: "some"), "access-log"),
      (Settings.Flags(accessLog: "sample:1"), "2 to 1000000"),
      (Settings.Flags(accessLog: "sample:x"), "access-log"),
      (Settings.Flags(slowCall: "1"), "slow-call"),
      (Settings.Flags(slowCall: "2h"), "1ms to 1h"),
      (Settings.Flags(drainSeconds: 0), "1 to 600"),
      (Settings.Flags(limit: ["connectionsMax"]), "NAME=VALUE"),
      (Settings.Flags(limit: ["connectionMax=1"]), "connectionsMax"),
      (Settings.Flags(limit: ["connectionsMax=0"]), "1 to 1000000"),
      (Settings.Flags(limit: ["connectionsMax=-1"]), "limit connectionsMax"),
      (Settings.Flags(limit: ["ageMax=30"]), "1s to 24h"),
      (Settings.Flags(limit: ["ageJitter=nan"]), "0.0 to 0.5"),
      (Settings.Flags(limit: ["concurrentStreamsMax=99999999999999999999"]), "100 to 1000"),
      (Settings.Flags(file: "/nowhere/windlass.json"), "--config"),
    ])
  func refused(flags: Settings.Flags, names: String) async {
    await #expect {
      _ = try await Settings.resolve(flags, environment: [:])
    } throws: { error in
      "\(error)".contains(names)
    }
  }

  /// A file with this content for as long as the body runs.
  private func withFile(
    _ content: String, _ body: (String) async throws -> Void
  ) async throws {
    let file = FileManager.default.temporaryDirectory.appending(
      path: "windlass-settings-\(UUID().uuidString).json")
    try Data(content.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    try await body(file.path())
  }

  /// What a setting came to, for one of each kind.
  private static func facts(_ settings: Settings) -> [String] {
    [
      "\(settings.dataDirectory)", "\(settings.listen)", "\(settings.console)",
      "\(settings.database ?? "-")", "\(settings.databasePasswordFile ?? "-")",
      "\(settings.allowUnsafeDatabase)", "\(settings.snapshots?.every ?? 0)",
      "\(settings.snapshots?.interval ?? .zero)", "\(settings.snapshots?.checks ?? true)",
      settings.logLevel, "\(settings.leaseSeconds)",
      "\(settings.reflection)", "\(settings.readModels)", settings.tls?.certificateFile ?? "-",
      settings.tls?.privateKeyFile ?? "-", settings.tls?.trustFile ?? "-",
      settings.tls.map { "\($0.clientCertificates)" } ?? "-",
      settings.tls?.versionMin.rawValue ?? "-", "\(settings.insecure)",
      "\(settings.callLog.sampleEvery)", settings.callLog.slowCallMin.map { "\($0)" } ?? "-",
      "\(settings.drainSeconds)", "\(settings.limits.server.connectionsMax)",
      "\(settings.limits.server.http2.ageMax)", "\(settings.limits.server.http2.ageJitter)",
    ]
  }

  private static let everything = Settings.Flags(
    dataDirectory: "/d", listen: "0.0.0.0:1", console: "127.0.0.1:2", database: "postgresql:///x",
    databasePasswordFile: "/p", allowUnsafeDatabase: true, snapshotEvery: "5000",
    snapshotInterval: "20m", snapshotCheck: false, logLevel: "debug", leaseSeconds: 30,
    reflection: false, readModels: "off", tlsCert: "/c",
    tlsKey: "/k", tlsClientCa: "/a", tlsClientCerts: "requested", tlsMin: "1.3", insecure: true,
    accessLog: "sample:7", slowCall: "250ms", drainSeconds: 60,
    limit: ["connectionsMax=9", "ageMax=2h", "ageJitter=0.25"])

  @Test("every setting may be a flag, a variable, or a key of the file, and means the same")
  func everySource() async throws {
    let flags = try await Settings.resolve(Self.everything, environment: [:])
    let facts = Self.facts(flags)
    let plain = Self.facts(Settings.defaults)
    for (given, standing) in zip(facts, plain) { #expect(given != standing) }

    let variables = try await Settings.resolve(
      Settings.Flags(),
      environment: [
        "WINDLASS_DATA_DIR": "/d", "WINDLASS_LISTEN": "0.0.0.0:1",
        "WINDLASS_CONSOLE": "127.0.0.1:2", "WINDLASS_DATABASE": "postgresql:///x",
        "WINDLASS_DATABASE_PASSWORD_FILE": "/p", "WINDLASS_ALLOW_UNSAFE_DATABASE": "true",
        "WINDLASS_SNAPSHOT_EVERY": "5000", "WINDLASS_SNAPSHOT_INTERVAL": "20m",
        "WINDLASS_SNAPSHOT_CHECK": "false", "WINDLASS_LOG_LEVEL": "debug",
        "WINDLASS_LEASE_SECONDS": "30",
        "WINDLASS_REFLECTION": "false", "WINDLASS_READ_MODELS": "off",
        "WINDLASS_TLS_CERT": "/c", "WINDLASS_TLS_KEY": "/k",
        "WINDLASS_TLS_CLIENT_CA": "/a", "WINDLASS_TLS_CLIENT_CERTS": "requested",
        "WINDLASS_TLS_MIN": "1.3", "WINDLASS_INSECURE": "true",
        "WINDLASS_ACCESS_LOG": "sample:7", "WINDLASS_SLOW_CALL": "250ms",
        "WINDLASS_DRAIN_SECONDS": "60", "WINDLASS_LIMIT_CONNECTIONS_MAX": "9",
        "WINDLASS_LIMIT_AGE_MAX": "2h", "WINDLASS_LIMIT_AGE_JITTER": "0.25",
      ])
    #expect(Self.facts(variables) == facts)

    let content = """
      {"dataDir": "/d", "listen": "0.0.0.0:1", "console": "127.0.0.1:2",
       "database": "postgresql:///x", "databasePasswordFile": "/p", "allowUnsafeDatabase": true,
       "snapshotEvery": "5000", "snapshotInterval": "20m", "snapshotCheck": false, "logLevel": "debug", "leaseSeconds": 30,
       "reflection": false, "readModels": "off", "tlsCert": "/c", "tlsKey": "/k", "tlsClientCa": "/a",
       "tlsClientCerts": "requested", "tlsMin": "1.3", "insecure": true,
       "accessLog": "sample:7", "slowCall": "250ms", "drainSeconds": 60,
       "limit": {"connectionsMax": 9, "ageMax": "2h", "ageJitter": 0.25}}
      """
    let object = try JSONSerialization.jsonObject(with: Data(content.utf8)) as? [String: Any]
    #expect(Set(object?.keys.map { $0 } ?? []) == Settings.keys)
    try await withFile(content) { path in
      let file = try await Settings.resolve(Settings.Flags(file: path), environment: [:])
      #expect(Self.facts(file) == facts)
    }
  }

  @Test("of a limit too a flag wins over the environment, the environment over the file")
  func limitOrder() async throws {
    try await withFile(
      #"{"limit": {"ageMax": "1m", "idleTimeout": "1m", "drainGrace": "1m"}}"#
    ) { path in
      let settings = try await Settings.resolve(
        Settings.Flags(limit: ["ageMax=3m"], file: path),
        environment: ["WINDLASS_LIMIT_AGE_MAX": "2m", "WINDLASS_LIMIT_IDLE_TIMEOUT": "2m"])
      #expect(settings.limits.server.http2.ageMax == .seconds(180))
      #expect(settings.limits.server.http2.idleTimeout == .seconds(120))
      #expect(settings.limits.server.http2.drainGrace == .seconds(60))
    }
  }

  @Test(
    "what a file says in a wrong shape is refused by name, not passed over",
    arguments: [
      (#"{"tlsCert": ["/c"], "tlsKey": "/k"}"#, "tlsCert"),
      (#"{"listen": null}"#, "listen"),
      (#"{"leaseSeconds": 2.5}"#, "lease-seconds"),
      (#"{"limit": 3}"#, "limit"),
      (#"{"limit": {"ageMaximum": "1m"}}"#, "limit.ageMaximum"),
      (#"{"limit": {"ageMax": {}}}"#, "limit.ageMax"),
    ])
  func wrongShape(content: String, names: String) async throws {
    try await withFile(content) { path in
      await #expect {
        _ = try await Settings.resolve(Settings.Flags(file: path), environment: [:])
      } throws: { error in
        "\(error)".contains(names)
      }
    }
  }

  @Test(
    "cleartext beyond this host is refused unless it is asked for by name",
    arguments: ["0.0.0.0:7443", "[::]:7443", "example.org:7443", "127.0.0.1.example.org:7443"])
  func cleartextBeyond(listen: String) async throws {
    await #expect {
      _ = try await Settings.resolve(Settings.Flags(listen: listen), environment: [:])
    } throws: { error in
      "\(error)".contains("--insecure") && "\(error)".contains("--tls-cert")
    }
    let open = try await Settings.resolve(
      Settings.Flags(listen: listen, insecure: true), environment: [:])
    #expect(open.tls == nil)
    let encrypted = try await Settings.resolve(
      Settings.Flags(listen: listen, tlsCert: "c", tlsKey: "k"), environment: [:])
    #expect(encrypted.tls != nil)
  }

  @Test(
    "cleartext on the loopback needs no word",
    arguments: ["127.0.0.1:1", "127.9.8.7:1", "localhost:1", "[::1]:1"])
  func cleartextHere(listen: String) async throws {
    let settings = try await Settings.resolve(Settings.Flags(listen: listen), environment: [:])
    #expect(settings.tls == nil)
  }

  @Test("an authority for clients means that certificates are required, unless told otherwise")
  func clientAuthority() async throws {
    let settings = try await Settings.resolve(
      Settings.Flags(tlsCert: "c", tlsKey: "k", tlsClientCa: "a"), environment: [:])
    #expect(settings.tls?.clientCertificates == .required)
    let plain = try await Settings.resolve(
      Settings.Flags(tlsCert: "c", tlsKey: "k"), environment: [:])
    #expect(plain.tls?.clientCertificates == .notAsked)
  }

  @Test("calls are logged as asked: none, all, every n-th, and slow ones from a duration on")
  func callLog() async throws {
    func log(_ access: String?, _ slow: String?) async throws -> (Int, Duration?) {
      let settings = try await Settings.resolve(
        Settings.Flags(accessLog: access, slowCall: slow), environment: [:])
      return (settings.callLog.sampleEvery, settings.callLog.slowCallMin)
    }
    #expect(try await log(nil, nil) == (0, .seconds(1)))
    #expect(try await log("off", "off") == (0, nil))
    #expect(try await log("all", "2m") == (1, .seconds(120)))
    #expect(try await log("sample:100", "1ms") == (100, .milliseconds(1)))
  }
}
