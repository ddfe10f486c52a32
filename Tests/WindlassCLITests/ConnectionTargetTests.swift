import Testing
import Transport

@testable import windlass

@Suite("Where to connect")
struct ConnectionTargetTests {
  @Test("the server comes from the flag, else the variable, else the default")
  func server() throws {
    let variable = ["WINDLASS_SERVER": "http://b:1"]
    #expect(try servers(["http://a:1"], variable) == ["http://a:1"])
    #expect(try servers([], variable) == ["http://b:1"])
    #expect(try servers([], ["WINDLASS_SERVER": ""]) == ["http://127.0.0.1:7443"])
    #expect(try servers([], [:]) == ["http://127.0.0.1:7443"])
  }

  @Test("several servers are repeated flags, or a list with commas, in that order")
  func several() throws {
    #expect(
      try servers(["http://a:1,b:2", "http://c:3"], [:]) == ["http://a:1", "b:2", "http://c:3"])
    #expect(try servers([], ["WINDLASS_SERVER": "a:1, b:2"]) == ["a:1", "b:2"])
  }

  private func servers(
    _ flags: [String], _ environment: [String: String]
  ) throws(Failure) -> [String] {
    try ConnectionTarget(servers: flags, environment: environment).servers
  }

  @Test("the trace is that of the environment; a malformed one counts as none")
  func trace() throws {
    func trace(_ text: String) throws -> String? {
      try ConnectionTarget(servers: [], environment: ["TRACEPARENT": text]).trace?.traceID
    }
    let id = "0af7651916cd43dd8448eb211c80319c"
    #expect(try trace("00-\(id)-b7ad6b7169203331-01") == id)
    #expect(try trace("00-\(id)-0000000000000000-01") == nil)
    #expect(try trace("nonsense") == nil)
    #expect(try trace("") == nil)
  }

  @Test("variables of TLS that a service in cleartext has no use for do not matter")
  func unusedVariables() throws {
    let target = try ConnectionTarget(
      servers: ["http://a:1"],
      environment: ["WINDLASS_CA": "/nowhere", "WINDLASS_CERT": "/nowhere"])
    #expect(target.servers == ["http://a:1"])
  }

  @Test(
    "what cannot be meant is a usage error that names the flag",
    arguments: [
      (["http://a:1"], "/ca", nil, nil, nil, "--ca"),
      (["a:1"], nil, "/c", nil, nil, "--cert"),
      ([], nil, nil, "/k", nil, "--cert-key"),
      (["http://a:1"], nil, nil, nil, "n", "--server-name"),
      (["https://a:1", "http://b:1"], nil, nil, nil, nil, "cleartext"),
      (["https://a:1", "b:1"], nil, nil, nil, nil, "cleartext"),
      (["https://a:1"], nil, "/c", nil, nil, "--cert-key"),
      (["https://a:1"], nil, nil, "/k", nil, "--cert"),
      (["https://a:1"], "/nowhere/ca.pem", nil, nil, nil, "/nowhere/ca.pem"),
      (Array(repeating: "a:1", count: 33), nil, nil, nil, nil, "at most 32"),
    ] as [([String], String?, String?, String?, String?, String)])
  func refused(
    servers: [String], ca: String?, certificate: String?, key: String?, name: String?,
    names: String
  ) {
    #expect {
      _ = try ConnectionTarget(
        servers: servers, ca: ca, certificate: certificate, certificateKey: key, serverName: name,
        environment: [:])
    } throws: { error in
      guard let failure = error as? Failure else { return false }
      return failure.status == .usage && failure.message.contains(names)
    }
  }

  @Test(
    "a failure of TLS comes with what mends it",
    arguments: [
      ("TLS handshake failed: CERTIFICATE_VERIFY_FAILED", "--ca"),
      ("TLS: NIOSSLExtraError.failedToValidateHostname: Couldn't find a", "--server-name"),
      ("sslError([TLSV1_ALERT_CERTIFICATE_REQUIRED])", "--cert-key"),
      ("sslError([TLSV1_ALERT_UNKNOWN_CA])", "which authority"),
      ("WRONG_VERSION_NUMBER", "http://"),
      ("the connection to a:1 was lost", "--cert-key"),
    ])
  func hints(detail: String, names: String) {
    #expect(TLSHint.text(for: detail, server: "https://a:1")?.contains(names) == true)
  }

  @Test("in cleartext there is nothing to say about certificates")
  func noHint() {
    #expect(TLSHint.text(for: "the connection to a:1 was lost", server: "http://a:1") == nil)
    #expect(TLSHint.text(for: "Connection refused", server: "https://a:1") == nil)
  }
}
