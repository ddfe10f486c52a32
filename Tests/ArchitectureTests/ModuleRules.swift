/// What one module may import, and what it may do that others may not.
struct ModuleRules: Sendable {
  let module: String
  /// Our own modules it may see. The arrows of the architecture.
  let ours: Set<String>
  /// Modules of packages.
  let packages: Set<String>
  /// Modules of the toolchain and the platform.
  let platform: Set<String>
  /// Files, by beginning of their path inside the module, that may say `unsafe`; `""` is all of them.
  let unsafeFiles: [String]
  /// Modules of C whose types its public signatures may name.
  let handsOut: Set<String>

  init(
    _ module: String, _ ours: Set<String> = [], packages: Set<String> = [],
    platform: Set<String> = [], unsafeFiles: [String] = [], handsOut: Set<String> = []
  ) {
    self.module = module
    self.ours = ours
    self.packages = packages
    self.platform = platform
    self.unsafeFiles = unsafeFiles
    self.handsOut = handsOut
  }

  var allowed: Set<String> {
    ours.union(packages).union(platform).union(["Swift", "_Concurrency"])
  }

  /// Modules of C: a public import would put a C type within reach of a public signature.
  static let c: Set<String> = [
    "CPostgres", "CNGHTTP2", "CProtobufC", "CZlib", "CWindlassProto",
  ]

  /// Modules that hold decisions only: no clock, no randomness, no I/O.
  static let pure: Set<String> = ["ArgoRules", "RolloutCore"]

  /// The arrows. Inside first; a module may point only at modules above it.
  static let all: [ModuleRules] = [
    // Inside: pure values.
    .init("ArgoRules"),
    .init("RolloutCore", ["ArgoRules"]),
    .init("Conditions"),
    .init("Analysis"),
    .init("AnalysisJSON", ["Analysis"]),
    .init("EventLog", platform: ["Synchronization"]),
    .init("Proofs", packages: ["Crypto"]),
    .init("LogArchive", ["Proofs"], packages: ["Crypto"]),
    .init(
      "Notary", ["LogArchive", "Proofs"], packages: ["Crypto", "Logging"],
      platform: ["Synchronization"]),
    .init(
      "ArgoManifests", ["RolloutCore"], packages: ["Yams", "Crypto"], platform: foundation),

    .init("ManifestLint", ["ArgoManifests", "Conditions"]),
    .init("Scenarios", ["RolloutCore", "ArgoManifests"], packages: ["Yams"]),

    // Wrappers: each knows one library and no rollout.
    .init("Postgres", ["CPostgres"], platform: system, unsafeFiles: [""]),
    // Descriptors and messages of protobuf-c pass from generated code through here to the bridges.
    .init(
      "Protobuf", ["CProtobufC"], platform: system, unsafeFiles: [""], handsOut: ["CProtobufC"]),
    .init("HTTP2", ["CNGHTTP2"], platform: system, unsafeFiles: [""]),
    .init("GRPC", ["HTTP2", "CZlib"], platform: system, unsafeFiles: [""]),
    .init("GRPCServices", ["GRPC", "HTTP2"], platform: system),
    .init(
      "Transport", ["GRPC", "HTTP2"], packages: nio.union(["Logging"]),
      platform: system.union(foundation), unsafeFiles: [""]),

    // Meeting points.
    .init(
      "PostgresEventLog", ["EventLog", "LogArchive", "Postgres", "Proofs"],
      packages: ["Crypto", "Logging"], platform: system),
    .init(
      "WindlassWire", ["RolloutCore", "Protobuf", "CWindlassProto", "CProtobufC"],
      platform: system, unsafeFiles: [""]),
    .init(
      "Application", ["RolloutCore", "EventLog", "WindlassWire"],
      packages: ["Crypto", "Logging", "DequeModule", "HeapModule"],
      platform: system.union(foundation)),
    .init(
      "Projections", ["Application", "EventLog", "Postgres", "RolloutCore", "WindlassWire"],
      packages: ["Logging"], platform: ["Synchronization"]),
    .init(
      "ControlPlane", ["Application", "RolloutCore", "WindlassWire", "GRPC", "EventLog"],
      packages: ["Crypto", "Logging"], platform: system.union(foundation)),
    .init(
      "Console",
      packages: ["Hummingbird", "HummingbirdCore", "Logging", "NIOCore", "ServiceLifecycle"],
      platform: system),
    .init(
      "ClusterAgent", ["RolloutCore", "WindlassWire", "GRPC", "Transport"],
      packages: ["Logging"], platform: system.union(foundation)),

    // Programs: only they know everybody.
    .init(
      "windlassd",
      [
        "Application", "ControlPlane", "Console", "EventLog", "PostgresEventLog", "Postgres",
        "Projections", "Transport", "GRPC", "GRPCServices", "HTTP2", "WindlassWire", "RolloutCore",
      ],
      packages: [
        "ArgumentParser", "Configuration", "Logging", "ServiceLifecycle", "SystemPackage",
        "UnixSignals",
      ],
      platform: system.union(foundation)),
    .init(
      "windlass",
      [
        "RolloutCore", "WindlassWire", "ArgoManifests", "Conditions", "Analysis", "AnalysisJSON",
        "ManifestLint", "Scenarios", "GRPC", "Transport",
      ],
      packages: ["ArgumentParser", "Crypto", "Logging"], platform: system.union(foundation)),
    .init(
      "windlass-agent",
      ["ClusterAgent", "RolloutCore", "WindlassWire", "GRPC", "Transport"],
      packages: ["ArgumentParser", "Logging"], platform: system.union(foundation)),
    .init(
      "windlass-demo",
      packages: ["ArgumentParser", "Subprocess", "SystemPackage"],
      platform: system.union(foundation)),
  ]

  private static let system: Set<String> = [
    "Synchronization", "Glibc", "Musl", "Darwin", "Dispatch",
  ]
  private static let foundation: Set<String> = ["Foundation", "FoundationEssentials"]
  private static let nio: Set<String> = [
    "NIOCore", "NIOPosix", "NIOConcurrencyHelpers", "NIOSSL", "NIOTLS",
  ]
}
