import Console
import Logging
import Testing

@Suite("Console over HTTP")
struct ConsoleServerTests {
  @Test("health says ok and asks nothing of the source")
  func health() async throws {
    let waiting = FixedSource(state: .notReady("database unreachable"))
    let answer = try await ConsoleProbe.with(waiting) { try await $0.request("GET", "/healthz") }
    #expect(answer.status == 200)
    #expect(answer.body == "ok\n")
  }

  @Test("a ready replica answers 200 and one word")
  func ready() async throws {
    let answer = try await ConsoleProbe.with { try await $0.request("GET", "/readyz") }
    #expect(answer.status == 200)
    #expect(answer.body == "ready\n")
  }

  @Test("a replica that is not ready answers 503 with each reason on a line")
  func notReady() async throws {
    let source = FixedSource(
      state: .notReady("catching up: at 10 of 900", "database\r\nunreachable"))
    let answer = try await ConsoleProbe.with(source) { try await $0.request("GET", "/readyz") }
    #expect(answer.status == 503)
    #expect(
      answer.body == "not ready\n- catching up: at 10 of 900\n- database  unreachable\n")
  }

  @Test("reasons are bounded in number and in bytes, and cut between characters")
  func boundedReasons() async throws {
    let long = String(repeating: "\u{00E9}", count: 400)
    let source = FixedSource(state: Readiness(reasons: Array(repeating: long, count: 40)))
    let answer = try await ConsoleProbe.with(source) { try await $0.request("GET", "/readyz") }
    let lines = answer.body.split(separator: "\n")
    #expect(lines.count == 17)
    #expect(lines[1] == "- " + String(repeating: "\u{00E9}", count: 120) + " ...")
  }

  @Test("metrics come as Prometheus text 0.0.4")
  func metrics() async throws {
    let source = FixedSource(families: [
      MetricFamily(
        name: "windlass_commands_total", help: "Commands by outcome.", kind: .counter,
        samples: [.init(labels: [.init("outcome", "allowed")], value: 3)])
    ])
    let answer = try await ConsoleProbe.with(source) { try await $0.request("GET", "/metrics") }
    #expect(answer.status == 200)
    #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
    #expect(
      answer.body == """
        # HELP windlass_commands_total Commands by outcome.
        # TYPE windlass_commands_total counter
        windlass_commands_total{outcome="allowed"} 3

        """)
  }

  @Test("the front page says what this is and where to look, and escapes what it was given")
  func index() async throws {
    let source = FixedSource(state: .notReady("<script>\"\u{0301} & '"))
    let answer = try await ConsoleProbe.with(source, serviceURL: "https://127.0.0.1:7443\"><b>") {
      try await $0.request("GET", "/")
    }
    #expect(answer.status == 200)
    #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
    for link in ["/healthz", "/readyz", "/metrics", "/console.css"] {
      #expect(answer.body.contains("href=\"\(link)\""))
    }
    #expect(answer.body.contains("&lt;script&gt;&quot;\u{0301} &amp; &#39;"))
    #expect(answer.body.contains("https://127.0.0.1:7443&quot;&gt;&lt;b&gt;"))
    #expect(!answer.body.contains("<script"))
    #expect(!answer.body.contains("<b>"))
  }

  @Test("the front page has neither script nor inline style")
  func noInline() async throws {
    let answer = try await ConsoleProbe.with { try await $0.request("GET", "/") }
    for forbidden in ["<script", "<style", " style=", " onload", "javascript:"] {
      #expect(!answer.body.contains(forbidden))
    }
    let sheet = try await ConsoleProbe.with { try await $0.request("GET", "/console.css") }
    #expect(sheet.headers["content-type"] == "text/css; charset=utf-8")
  }

  @Test(
    "every answer carries the security headers",
    arguments: ["/", "/healthz", "/readyz", "/metrics", "/console.css", "/nothing-here"])
  func securityHeaders(target: String) async throws {
    let answer = try await ConsoleProbe.with { try await $0.request("GET", target) }
    let policy = try #require(answer.headers["content-security-policy"])
    #expect(policy.contains("default-src 'none'"))
    #expect(policy.contains("frame-ancestors 'none'"))
    #expect(!policy.contains("unsafe"))
    #expect(answer.headers["x-content-type-options"] == "nosniff")
    #expect(answer.headers["x-frame-options"] == "DENY")
    #expect(answer.headers["referrer-policy"] == "no-referrer")
    #expect(answer.headers["cross-origin-opener-policy"] == "same-origin")
    #expect(answer.headers["cross-origin-resource-policy"] == "same-origin")
    #expect(answer.headers["cache-control"] == "no-store")
  }

  @Test("HEAD answers like GET, without the body")
  func head() async throws {
    let answer = try await ConsoleProbe.with { try await $0.request("HEAD", "/healthz") }
    #expect(answer.status == 200)
    #expect(answer.headers["content-length"] == "3")
    #expect(answer.body.isEmpty)
  }

  @Test("two requests on one connection get two answers in order")
  func keepAlive() async throws {
    let text = try await ConsoleProbe.with { probe in
      try await probe.send(
        "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
          + "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    }
    let first = try #require(text.firstRange(of: "\r\n\r\nok\n"))
    let second = try #require(text.firstRange(of: "\r\n\r\nready\n"))
    #expect(first.upperBound <= second.lowerBound)
  }

  @Test("a port in use is an error that names port and flag")
  func portInUse() async throws {
    try await ConsoleProbe.with { probe in
      let second = ConsoleServer(
        host: probe.address.host, port: probe.address.port, source: FixedSource(),
        logger: Logger(label: "console-tests", factory: { _ in SwiftLogNoOpLogHandler() }))
      let error = try await #require(throws: ConsoleError.self) { try await second.run() }
      #expect(
        error == .addressInUse(host: probe.address.host, port: probe.address.port))
      #expect(error.description.contains(":\(probe.address.port)"))
      #expect(error.description.contains("--console HOST:PORT"))
    }
  }

  @Test(
    "a host that is not ours is an error that names it", arguments: ["192.0.2.1", "no.invalid"])
  func foreignHost(host: String) async throws {
    let server = ConsoleServer(
      host: host, port: 0, source: FixedSource(),
      logger: Logger(label: "console-tests", factory: { _ in SwiftLogNoOpLogHandler() }))
    let error = try await #require(throws: ConsoleError.self) { try await server.run() }
    #expect(error.description.contains(host))
  }
}
