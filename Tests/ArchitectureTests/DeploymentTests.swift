import Testing
import Yams

@Suite("Deployment files follow the service")
struct DeploymentTests {
  @Test("docs/operating.md has every flag of windlassd serve, and no other")
  func documentedFlags() throws {
    let declared = ServeFlags.declared(
      in: try Repository.text("Sources/windlassd/ServeCommand.swift"))
    let documented = ServeFlags.documented(in: try Repository.text("docs/operating.md"))
    #expect(!declared.isEmpty)
    #expect(declared == documented)
  }

  @Test("the reader of flags takes custom names, derived names and inverted flags")
  func flagReader() {
    let source = """
      @Option(name: .customLong("data-dir"), help: "Where.") var dataDirectory: String?
      @Option(help: "How long (in seconds).")
      var leaseSeconds: Int?
      @Flag(inversion: .prefixedNo, help: "On.") var reflection: Bool?
      """
    #expect(ServeFlags.declared(in: source) == ["data-dir", "lease-seconds", "reflection"])
  }

  @Test(
    "docker-compose.yml uses flags and variables that exist, and publishes on the loopback only")
  func compose() throws {
    let page = try Repository.text("docs/operating.md")
    let compose = try #require(try Yams.compose(yaml: Repository.text("docker-compose.yml")))
    let service = try #require(compose["services"]?["windlassd"])
    let command = try #require(service["command"]?.sequence).compactMap(\.string)
    #expect(command.first == "serve")
    for flag in command where flag.hasPrefix("--") {
      #expect(ServeFlags.documented(in: page).contains(String(flag.dropFirst(2))))
    }
    for (name, _) in try #require(service["environment"]?.mapping) {
      #expect(ServeFlags.documentedVariables(in: page).contains(name.string ?? ""))
    }
    for port in try #require(service["ports"]?.sequence).compactMap(\.string) {
      #expect(port.hasPrefix("127.0.0.1:"))
    }
    #expect(compose["services"]?["postgres"]?["image"]?.string == "postgres:15")
    #expect(compose["services"]?["postgres"]?["ports"] == nil)
    let dockerfile = try #require(service["build"]?["dockerfile"]?.string)
    #expect(try Repository.text(dockerfile).contains("./dev build"))
  }

  @Test("the image starts the service with flags that exist")
  func image() throws {
    let flags = ServeFlags.documented(in: try Repository.text("docs/operating.md"))
    let dockerfile = try Repository.text("deploy/Dockerfile")
    let start = try #require(dockerfile.split(separator: "\n").last { $0.hasPrefix("CMD ") })
    let used = start.matches(of: /"--([a-z-]+)"/).map { String($0.1) }
    #expect(!used.isEmpty)
    for flag in used { #expect(flags.contains(flag)) }
  }
}
