import Application
import Foundation
import Transport

/// What the service runs with: a flag wins over the environment, the environment over the file.
struct Settings: Sendable {
  var dataDirectory = "./windlass-data"
  var listen = HostPort(host: "127.0.0.1", port: 7443)
  var console = HostPort(host: "127.0.0.1", port: 7480)
  var database: String?
  /// A file with the password for ``database``, read again for every connection.
  var databasePasswordFile: String?
  /// A PostgreSQL that can lose what it has acknowledged is only warned of.
  var allowUnsafeDatabase = false
  /// When snapshots are written; `nil`: never, and none is read.
  var snapshots: SnapshotPolicy? = SnapshotPolicy()
  var logLevel = "info"
  var leaseSeconds = 15
  var reflection = true
  /// The tables for dashboards are kept up.
  var readModels = true
  /// `nil` for cleartext.
  var tls: ServerTLS?
  /// Cleartext may be served beyond this host.
  var insecure = false
  var callLog = CallLog()
  /// Time that running calls get after SIGTERM.
  var drainSeconds = 10
  var limits = TransportLimits()

  static let defaults = Settings()

  /// Flags as given; `nil` where not given.
  struct Flags: Sendable {
    var dataDirectory: String?
    var listen: String?
    var console: String?
    var database: String?
    var databasePasswordFile: String?
    var allowUnsafeDatabase: Bool?
    var snapshotEvery: String?
    var snapshotInterval: String?
    var snapshotCheck: Bool?
    var logLevel: String?
    var leaseSeconds: Int?
    var reflection: Bool?
    var readModels: String?
    var tlsCert: String?
    var tlsKey: String?
    var tlsClientCa: String?
    var tlsClientCerts: String?
    var tlsMin: String?
    var insecure: Bool?
    var accessLog: String?
    var slowCall: String?
    var drainSeconds: Int?
    /// Each `NAME=VALUE`.
    var limit: [String] = []
    var file: String?
  }

  struct Invalid: Error, CustomStringConvertible {
    var description: String
  }

  /// What a file may hold; each is a flag and a variable too.
  static let keys: Set<String> = [
    "dataDir", "listen", "console", "database", "databasePasswordFile", "allowUnsafeDatabase",
    "logLevel", "leaseSeconds", "reflection", "readModels",
    "snapshotEvery", "snapshotInterval", "snapshotCheck",
    "tlsCert", "tlsKey", "tlsClientCa", "tlsClientCerts", "tlsMin", "insecure", "accessLog",
    "slowCall", "drainSeconds", "limit",
  ]

  /// - Throws: ``Invalid`` naming the setting, where it came from and what is allowed.
  static func resolve(
    _ flags: Flags, environment: [String: String] = ProcessInfo.processInfo.environment
  ) async throws -> Settings {
    let sources = try await SettingsSources(file: flags.file, environment: environment)
    var settings = Settings.defaults
    settings.dataDirectory =
      try path("dataDir", "data-dir", flags.dataDirectory, sources) ?? settings.dataDirectory
    if let value = sources.text("listen", flags.listen) {
      settings.listen = try HostPort(value, setting: "listen")
    }
    if let value = sources.text("console", flags.console) {
      settings.console = try HostPort(value, setting: "console")
    }
    settings.database = sources.text("database", flags.database)
    settings.databasePasswordFile = try path(
      "databasePasswordFile", "database-password-file", flags.databasePasswordFile, sources)
    settings.allowUnsafeDatabase =
      try truth("allowUnsafeDatabase", flags.allowUnsafeDatabase, sources)
      ?? settings.allowUnsafeDatabase
    if let value = sources.text("logLevel", flags.logLevel) {
      settings.logLevel = try one(
        of: ["trace", "debug", "info", "notice", "warning", "error", "critical"], value,
        setting: "log-level")
    }
    settings.leaseSeconds =
      try number("leaseSeconds", "lease-seconds", flags.leaseSeconds, 2...300, sources)
      ?? settings.leaseSeconds
    settings.reflection =
      try truth("reflection", flags.reflection, sources) ?? settings.reflection
    if let value = sources.text("readModels", flags.readModels) {
      settings.readModels = try one(of: ["on", "off"], value, setting: "read-models") == "on"
    }
    settings.insecure = try truth("insecure", flags.insecure, sources) ?? settings.insecure
    settings.drainSeconds =
      try number("drainSeconds", "drain-seconds", flags.drainSeconds, 1...600, sources)
      ?? settings.drainSeconds
    settings.snapshots = try snapshots(flags, sources)
    settings.callLog = try callLog(flags, sources)
    settings.limits = try limits(flags, sources)
    settings.tls = try tls(flags, sources, settings.limits)
    guard settings.tls != nil || settings.insecure || settings.listen.isLoopback else {
      throw Invalid(
        description: "listen: \(settings.listen) is reached from beyond this host, where calls in "
          + "cleartext can be read and changed: give --tls-cert and --tls-key, or --insecure when "
          + "the network is private")
    }
    return settings
  }

  // MARK: Kinds of values

  private static func path(
    _ key: String, _ name: String, _ flag: String?, _ sources: SettingsSources
  ) throws(Invalid) -> String? {
    guard let value = sources.text(key, flag) else { return nil }
    guard !value.isEmpty, !value.utf8.contains(0) else {
      throw Invalid(description: "\(name): must be a path")
    }
    return value
  }

  private static func number(
    _ key: String, _ name: String, _ flag: Int?, _ range: ClosedRange<Int>,
    _ sources: SettingsSources
  ) throws(Invalid) -> Int? {
    guard let value = sources.text(key, flag.map(String.init)) else { return nil }
    guard let number = Int(value), range.contains(number) else {
      throw Invalid(
        description: "\(name): '\(value.prefix(64))' is no number from \(range.lowerBound) to "
          + "\(range.upperBound)")
    }
    return number
  }

  private static func truth(
    _ name: String, _ flag: Bool?, _ sources: SettingsSources
  ) throws(Invalid) -> Bool? {
    guard let value = sources.text(name, flag.map(String.init)) else { return nil }
    guard let truth = ["true": true, "1": true, "false": false, "0": false][value] else {
      throw Invalid(description: "\(name): '\(value.prefix(64))' is neither true nor false")
    }
    return truth
  }

  private static func one(
    of choices: [String], _ value: String, setting name: String
  ) throws(Invalid) -> String {
    guard choices.contains(value) else {
      throw Invalid(
        description: "\(name): '\(value.prefix(64))' is none of \(choices.joined(separator: ", "))")
    }
    return value
  }

  // MARK: Groups of settings

  private static func snapshots(
    _ flags: Flags, _ sources: SettingsSources
  ) throws(Invalid) -> SnapshotPolicy? {
    var policy = SnapshotPolicy()
    if let value = sources.text("snapshotInterval", flags.snapshotInterval) {
      guard let time = DurationSetting.parse(value),
        (.seconds(1) ... .seconds(86_400)).contains(time)
      else {
        throw Invalid(
          description: "snapshot-interval: '\(value.prefix(64))' is no duration such as 10m, from "
            + "1s to 24h")
      }
      policy.interval = time
    }
    policy.checks = try truth("snapshotCheck", flags.snapshotCheck, sources) ?? policy.checks
    guard let value = sources.text("snapshotEvery", flags.snapshotEvery) else { return policy }
    if value == "off" { return nil }
    guard let every = UInt64(value), (1...1_000_000_000).contains(every) else {
      throw Invalid(
        description: "snapshot-every: '\(value.prefix(64))' is neither off nor a number of events "
          + "from 1 to 1000000000")
    }
    policy.every = every
    return policy
  }

  private static func callLog(
    _ flags: Flags, _ sources: SettingsSources
  ) throws(Invalid) -> CallLog {
    var log = CallLog()
    switch sources.text("accessLog", flags.accessLog) {
    case nil, "off": log.sampleEvery = 0
    case "all": log.sampleEvery = 1
    case .some(let value):
      guard value.hasPrefix("sample:"), let every = Int(value.dropFirst("sample:".count)),
        (2...1_000_000).contains(every)
      else {
        throw Invalid(
          description: "access-log: '\(value.prefix(64))' is neither off, nor all, nor sample:N "
            + "with N from 2 to 1000000")
      }
      log.sampleEvery = every
    }
    switch sources.text("slowCall", flags.slowCall) {
    case nil: break
    case "off": log.slowCallMin = nil
    case .some(let value):
      guard let time = DurationSetting.parse(value),
        (.milliseconds(1) ... .seconds(3_600)).contains(time)
      else {
        throw Invalid(
          description: "slow-call: '\(value.prefix(64))' is neither off nor a duration such as "
            + "500ms or 1s, from 1ms to 1h")
      }
      log.slowCallMin = time
    }
    return log
  }

  private static func limits(
    _ flags: Flags, _ sources: SettingsSources
  ) throws(Invalid) -> TransportLimits {
    var limits = TransportLimits()
    for limit in TransportLimits.all {
      guard let value = sources.text("limit.\(limit.name)") else { continue }
      try limit.set(value, in: &limits)
    }
    for text in flags.limit {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let limit = TransportLimits.all.first(where: { $0.name == parts[0] })
      else {
        throw Invalid(
          description: "limit: '\(text.prefix(64))' must be NAME=VALUE; names are "
            + TransportLimits.all.map(\.name).joined(separator: ", "))
      }
      try limit.set(String(parts[1]), in: &limits)
    }
    return limits
  }

  private static func tls(
    _ flags: Flags, _ sources: SettingsSources, _ limits: TransportLimits
  ) throws(Invalid) -> ServerTLS? {
    let certificate = try path("tlsCert", "tls-cert", flags.tlsCert, sources)
    let key = try path("tlsKey", "tls-key", flags.tlsKey, sources)
    let authority = try path("tlsClientCa", "tls-client-ca", flags.tlsClientCa, sources)
    let asked = sources.text("tlsClientCerts", flags.tlsClientCerts)
    let oldest = sources.text("tlsMin", flags.tlsMin)
    guard let certificate, let key else {
      if certificate != nil { throw Invalid(description: "tls-cert: needs --tls-key beside it") }
      if key != nil { throw Invalid(description: "tls-key: needs --tls-cert beside it") }
      // Whoever sets one of these believes that connections are protected.
      let stray = [("tls-client-ca", authority), ("tls-client-certs", asked), ("tls-min", oldest)]
      if let (name, _) = stray.first(where: { $0.1 != nil }) {
        throw Invalid(description: "\(name): means nothing without --tls-cert and --tls-key")
      }
      return nil
    }
    var tls = limits.tls
    tls.certificateFile = certificate
    tls.privateKeyFile = key
    tls.trustFile = authority
    if let oldest {
      let version = try one(of: ["1.2", "1.3"], oldest, setting: "tls-min")
      tls.versionMin = version == "1.3" ? .tls13 : .tls12
    }
    // An authority for clients that nobody asks for would protect nothing.
    let choice = try one(
      of: ["not-asked", "requested", "required"],
      asked ?? (authority == nil ? "not-asked" : "required"), setting: "tls-client-certs")
    switch (choice, authority) {
    case ("not-asked", nil): tls.clientCertificates = .notAsked
    case ("not-asked", _):
      throw Invalid(
        description: "tls-client-certs: not-asked leaves --tls-client-ca without a meaning; say "
          + "requested or required")
    case (_, nil):
      throw Invalid(
        description: "tls-client-certs: \(choice) needs --tls-client-ca, the authorities that may "
          + "vouch for clients")
    default: tls.clientCertificates = choice == "required" ? .required : .requested
    }
    return tls
  }
}
