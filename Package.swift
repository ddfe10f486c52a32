// swift-tools-version: 6.2
import PackageDescription

/// One set of rules for every Swift target: no C type, data race or warning gets past the compiler.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func kit(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioLocks = Target.Dependency.product(
  name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let arguments = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let configuration = Target.Dependency.product(
  name: "Configuration", package: "swift-configuration")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(
  name: "HummingbirdCore", package: "hummingbird")
let signals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "windlass",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "windlassd", targets: ["windlassd"]),
    .executable(name: "windlass", targets: ["windlass"]),
    .executable(name: "windlass-agent", targets: ["windlass-agent"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    // Inside: pure values. No socket, no clock, no pointer.
    library("ArgoRules"),
    library("RolloutCore", ["ArgoRules"]),
    library("Conditions"),
    library("Analysis"),
    library("AnalysisJSON", ["Analysis"]),
    library("EventLog"),
    library("Proofs", [crypto]),
    library("LogArchive", ["Proofs", crypto]),
    library("Notary", ["LogArchive", "Proofs", crypto, logging]),
    library("ArgoManifests", ["RolloutCore", yams, crypto]),
    library("ManifestLint", ["ArgoManifests", "Conditions"]),
    library("Scenarios", ["RolloutCore", "ArgoManifests", yams]),

    // C libraries, each behind one module.
    .systemLibrary(
      name: "CPostgres", pkgConfig: "libpq",
      providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
    .systemLibrary(
      name: "CNGHTTP2", pkgConfig: "libnghttp2",
      providers: [.apt(["libnghttp2-dev"]), .brew(["libnghttp2"])]),
    .systemLibrary(
      name: "CProtobufC", pkgConfig: "libprotobuf-c",
      providers: [.apt(["libprotobuf-c-dev"]), .brew(["protobuf-c"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .target(name: "CWindlassProto", dependencies: ["CProtobufC"], exclude: ["generate"]),

    // Wrappers that know no rollout.
    library("Postgres", ["CPostgres"]),
    library("Protobuf", ["CProtobufC"]),
    library("HTTP2", ["CNGHTTP2"]),
    library("GRPC", ["HTTP2", "CZlib"]),
    .target(
      name: "GRPCServices", dependencies: ["GRPC", "HTTP2"], exclude: ["generate"],
      swiftSettings: settings),
    library(
      "Transport",
      ["GRPC", "HTTP2", nioCore, nioPosix, nioSSL, nioTLS, nioLocks, logging]),

    // Meeting points.
    library(
      "PostgresEventLog", ["EventLog", "LogArchive", "Postgres", "Proofs", crypto, logging]),
    library("WindlassWire", ["RolloutCore", "Protobuf", "CWindlassProto", "CProtobufC"]),
    library(
      "Application",
      ["RolloutCore", "EventLog", "WindlassWire", crypto, logging, deque, heap]),
    library(
      "Projections",
      ["Application", "EventLog", "Postgres", "RolloutCore", "WindlassWire", logging]),
    library(
      "ControlPlane",
      ["Application", "EventLog", "RolloutCore", "WindlassWire", "GRPC", crypto]),
    library("Console", [hummingbird, hummingbirdCore, logging, lifecycle, nioCore]),
    library("ClusterAgent", ["RolloutCore", "WindlassWire", "GRPC", "Transport", logging]),

    // Programs.
    program(
      "windlassd",
      [
        "Application", "ControlPlane", "Console", "EventLog", "PostgresEventLog", "Postgres",
        "Projections", "Transport", "GRPC", "GRPCServices", "HTTP2", "WindlassWire", arguments,
        configuration, lifecycle, logging, signals, system,
      ]),
    program(
      "windlass",
      [
        "RolloutCore", "WindlassWire", "ArgoManifests", "Conditions", "Analysis", "AnalysisJSON",
        "ManifestLint", "Scenarios", "GRPC", "Transport", arguments, crypto, logging,
      ]),
    program(
      "windlass-agent",
      ["ClusterAgent", "RolloutCore", "WindlassWire", "GRPC", "Transport", arguments, logging]),
    program("windlass-demo", [arguments, subprocess, system]),
    .executableTarget(
      name: "windlass-bench",
      dependencies: [
        "Analysis", "Application", "ArgoManifests", "Conditions", "EventLog", "ManifestLint",
        "PostgresEventLog", "Postgres", "RolloutCore", "WindlassWire", "GRPC", "HTTP2", "Transport",
        arguments, logging,
      ],
      path: "Benchmarks/windlass-bench", swiftSettings: settings),

    // Tests. The kits are libraries, so that several test targets share one vocabulary.
    kit("RolloutTestKit", ["RolloutCore"]),
    kit("EventLogTestKit", ["EventLog"]),
    tests("ArgoRulesTests", ["ArgoRules"]),
    tests("ArgoParityTests", ["RolloutCore", "ArgoRules", "RolloutTestKit"]),
    tests("ProofsTests", ["Proofs", crypto]),
    tests("LogArchiveTests", ["LogArchive", "Proofs", crypto]),
    tests("NotaryTests", ["Notary", "LogArchive", "Proofs", crypto, logging]),
    tests("RolloutCoreTests", ["RolloutCore", "RolloutTestKit"]),
    tests("SimulationTests", ["RolloutCore", "RolloutTestKit"]),
    tests("ArgoManifestsTests", ["ArgoManifests", "RolloutCore"]),
    .testTarget(
      name: "ConditionsTests", dependencies: ["Conditions"], exclude: ["Corpus"],
      swiftSettings: settings),
    tests("ManifestLintTests", ["ManifestLint", "ArgoManifests"]),
    tests(
      "ScenarioTests", ["Scenarios", "ArgoManifests", "RolloutCore", "windlass", arguments]),
    tests("AnalysisTests", ["Analysis"]),
    tests("AnalysisJSONTests", ["AnalysisJSON", "Analysis"]),
    tests("EventLogTests", ["EventLog", "EventLogTestKit"]),
    tests("PostgresTests", ["Postgres"]),
    tests(
      "PostgresEventLogTests",
      ["PostgresEventLog", "Postgres", "EventLog", "EventLogTestKit", logging]),
    tests("ProtobufTests", ["Protobuf", "CProtobufC"]),
    .testTarget(
      name: "WindlassWireTests",
      dependencies: ["WindlassWire", "Protobuf", "RolloutCore", "CWindlassProto", "CProtobufC"],
      exclude: ["Fixtures"], swiftSettings: settings),
    tests("HTTP2Tests", ["HTTP2"]),
    tests("GRPCTests", ["GRPC", "HTTP2"]),
    tests("GRPCServicesTests", ["GRPCServices", "GRPC", "HTTP2"]),
    .executableTarget(
      name: "grpc-interop-server",
      dependencies: ["GRPC", "GRPCServices", "Transport", "HTTP2", logging],
      path: "Tests/InteropServer", exclude: ["generate", "proto"], swiftSettings: settings),
    tests(
      "TransportTests",
      ["Transport", "GRPC", "GRPCServices", "HTTP2", logging, nioCore, nioPosix]),
    .testTarget(
      name: "ApplicationTests",
      dependencies: ["Application", "EventLog", "RolloutCore", "WindlassWire", logging, crypto],
      exclude: ["Fixtures"], swiftSettings: settings),
    tests(
      "ProjectionsTests",
      [
        "Projections", "Application", "EventLog", "Postgres", "PostgresEventLog", "RolloutCore",
        "RolloutTestKit", "WindlassWire", logging,
      ]),
    tests("ConsoleTests", ["Console", logging, nioCore, nioPosix]),
    tests(
      "ClusterAgentTests",
      ["ClusterAgent", "RolloutCore", "WindlassWire", "GRPC", "Transport", logging]),
    tests(
      "WindlassCLITests",
      ["windlass", "RolloutCore", "WindlassWire", "ArgoManifests", "GRPC", "Transport", arguments]),
    tests("WindlassdTests", ["windlassd", "Application", "Transport", "GRPC", "HTTP2"]),
    tests("ArchitectureTests", [yams]),
  ]
)

/// The sanitizers build what a few test targets need and nothing else; see ./dev test sanitizers.
if let names = Context.environment["WINDLASS_TEST_TARGETS"] {
  var open = names.split(separator: ",").map(String.init)
  var wanted: Set<String> = []
  while let name = open.popLast() {
    guard wanted.insert(name).inserted else { continue }
    for dependency in package.targets.first(where: { $0.name == name })?.dependencies ?? [] {
      if case .byNameItem(let inner, _) = dependency { open.append(inner) }
    }
  }
  package.products = []
  package.targets.removeAll { !wanted.contains($0.name) }
}
