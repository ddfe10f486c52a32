import Foundation
import GRPC
import Logging
import NIOCore
import NIOPosix
import Testing
import Transport

@Suite("TLS", .timeLimit(.minutes(5)))
struct TLSTests {
  let server = TestServer()

  private func client(_ address: String, _ tls: ClientTLS) throws -> GRPCClient {
    var options = GRPCClient.Options()
    options.tls = tls
    return try GRPCClient(endpoint: "https://" + address, options: options)
  }

  private func echo(_ client: GRPCClient) async throws {
    #expect(try await client.unary("/test.Test/Echo", [1], timeout: .seconds(20)) == [1])
  }

  /// The error of a call whose connection cannot be made.
  private func failure(_ client: GRPCClient) async -> RPCError? {
    await #expect(throws: RPCError.self) {
      try await client.unary("/test.Test/Echo", [1], timeout: .seconds(20))
    }
  }

  private func host(_ address: String, _ name: String) -> String {
    name + ":" + (address.split(separator: ":").last ?? "")
  }

  @Test(
    "calls and streams go over TLS 1.2 and 1.3, by name and by address",
    arguments: [TLSVersionMin.tls12, .tls13], ["localhost", "127.0.0.1"])
  func works(version: TLSVersionMin, name: String) async throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    var tls = try authority.server()
    tls.versionMin = version
    let address = try await server.start(tls: tls)
    let client = try client(host(address, name), try authority.client())
    try await echo(client)
    let large = [UInt8](repeating: 7, count: 1_000_000)
    #expect(try await client.unary("/test.Test/Echo", large, timeout: .seconds(20)) == large)
    var count = 0
    for try await _ in client.serverStreaming("/test.Test/Flood", [], timeout: nil) { count += 1 }
    #expect(count == 5_000)
    await client.shutdown()
    await server.shutdown()
  }

  @Test("an unknown authority, a wrong name and a plain client are refused, and nothing was sent")
  func refusals() async throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    let stranger = try TestAuthority("stranger")
    defer { stranger.remove() }
    let files = try authority.issue("server", names: "DNS:localhost")
    let settings = ServerTLS(certificateFile: files.certificate, privateKeyFile: files.key)
    let address = host(try await server.start(tls: settings), "localhost")
    let unknown = await failure(try client(address, try stranger.client()))
    #expect(unknown?.status.code == .unavailable)
    #expect(unknown?.wasSent == false)
    #expect(unknown?.status.message.contains("CERTIFICATE_VERIFY_FAILED") == true)
    #expect(unknown?.status.message.contains(address) == true)

    var misnamed = try authority.client()
    misnamed.serverName = "elsewhere.example"
    let wrong = await failure(try client(address, misnamed))
    #expect(wrong?.status.code == .unavailable)
    #expect(wrong?.wasSent == false)

    let plain = try GRPCClient(endpoint: "http://" + address)
    #expect(await failure(plain)?.status.code == .unavailable)
    // Nobody else noticed.
    try await echo(try client(address, try authority.client()))
    await server.shutdown()
  }

  @Test("the name of the certificate may be given where it is not the endpoint's host")
  func serverName() async throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    let files = try authority.issue("named", names: "DNS:windlass.example")
    let tls = ServerTLS(certificateFile: files.certificate, privateKeyFile: files.key)
    let address = try await server.start(tls: tls)
    #expect(await failure(try client(address, try authority.client()))?.wasSent == false)
    var named = try authority.client()
    named.serverName = "windlass.example"
    try await echo(try client(address, named))
    await server.shutdown()
  }

  @Test("a required client certificate reaches the call; without a good one there is no call")
  func mutual() async throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    let stranger = try TestAuthority("stranger")
    defer { stranger.remove() }
    var tls = try authority.server()
    tls.clientCertificates = .required
    tls.trustFile = authority.file
    let address = try await server.start(tls: tls)

    let mine = try authority.client("agent")
    let known = try client(address, mine)
    let who = try await known.unary("/test.Test/Who", [], timeout: .seconds(20))
    let certificate = try TestAuthority.der(try #require(mine.certificateFile))
    #expect(Array(who.dropFirst(2)) == certificate)

    // A client of TLS 1.3 is done before the server has judged its certificate. Still no call is
    // in doubt: none is sent before the server has spoken HTTP/2.
    let anonymous = await failure(try client(address, try authority.client()))
    #expect(anonymous?.status.code == .unavailable)
    #expect(anonymous?.wasSent == false)
    #expect(anonymous?.status.message.contains("CERTIFICATE_REQUIRED") == true)
    var other = try stranger.client("agent")
    other.trustFile = authority.file
    let unknown = await failure(try client(address, other))
    #expect(unknown?.status.code == .unavailable)
    #expect(unknown?.wasSent == false)
    await TestServer.until { server.metrics.handshakesFailed >= 2 }
    try await echo(known)
    await server.shutdown()
  }

  @Test("a requested client certificate may be missing but not be bad")
  func requested() async throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    let stranger = try TestAuthority("stranger")
    defer { stranger.remove() }
    var tls = try authority.server()
    tls.clientCertificates = .requested
    tls.trustFile = authority.file
    let address = try await server.start(tls: tls)
    let anonymous = try client(address, try authority.client())
    #expect(try await anonymous.unary("/test.Test/Who", [], timeout: .seconds(20)).isEmpty)
    let known = try client(address, try authority.client("agent"))
    #expect(try await !known.unary("/test.Test/Who", [], timeout: .seconds(20)).isEmpty)
    var other = try stranger.client("agent")
    other.trustFile = authority.file
    #expect(await failure(try client(address, other))?.status.code == .unavailable)
    await server.shutdown()
  }

  @Test("whoever judges chains gets all of the chain, and decides")
  func judge() async throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    let middle = try TestAuthority("middle", under: authority)
    let files = try middle.issue("agent", chain: [middle])
    let refused = try authority.issue("refused")
    let unwanted = try TestAuthority.der(refused.certificate)
    var tls = try authority.server()
    tls.clientCertificates = .required
    tls.judgeChain = { chain in chain.first == unwanted ? "not wanted" : nil }
    let address = try await server.start(tls: tls)

    var mine = try authority.client()
    (mine.certificateFile, mine.privateKeyFile) = (files.certificate, files.key)
    let who = try await client(address, mine).unary("/test.Test/Who", [], timeout: .seconds(20))
    let leaf = try TestAuthority.der(files.certificate)
    let issuer = try TestAuthority.der(middle.file)
    let expected = [leaf, issuer].flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 }
    #expect(who == expected)

    (mine.certificateFile, mine.privateKeyFile) = (refused.certificate, refused.key)
    let error = await failure(try client(address, mine))
    #expect(error?.status.code == .unavailable)
    #expect(error?.wasSent == false)
    await server.shutdown()
  }

  enum Fault: CaseIterable {
    case noCertificate, emptyCertificate, noKey, keyIsCertificate, foreignKey, encryptedKey
    case directory, tooLarge, noTrust, emptyTrust
  }

  @Test("a file that is no good is named, with the reason", arguments: Fault.allCases)
  func badFile(fault: Fault) async throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    var tls = try authority.server()
    tls.trustFile = authority.file
    tls.clientCertificates = .requested
    let bad = authority.directory + "/bad"
    let expected: (file: String, reason: String)
    switch fault {
    case .noCertificate:
      tls.certificateFile = bad
      expected = (bad, "No such file")
    case .emptyCertificate:
      try "".write(toFile: bad, atomically: true, encoding: .utf8)
      tls.certificateFile = bad
      expected = (bad, "no PEM certificate")
    case .noKey:
      tls.privateKeyFile = bad
      expected = (bad, "No such file")
    case .keyIsCertificate:
      tls.privateKeyFile = tls.certificateFile
      expected = (tls.certificateFile, "no unencrypted PEM private key")
    case .foreignKey:
      tls.privateKeyFile = try authority.issue("other").key
      expected = (tls.privateKeyFile, "does not belong")
    case .encryptedKey:
      let key = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGj\n-----END ENCRYPTED PRIVATE KEY-----\n"
      try key.write(toFile: bad, atomically: true, encoding: .utf8)
      tls.privateKeyFile = bad
      expected = (bad, "no unencrypted PEM private key")
    case .directory:
      tls.certificateFile = authority.directory
      expected = (authority.directory, "not a regular file")
    case .tooLarge:
      try Data(count: 1 << 21).write(to: URL(fileURLWithPath: bad))
      tls.certificateFile = bad
      expected = (bad, "larger than")
    case .noTrust:
      tls.trustFile = bad
      expected = (bad, "No such file")
    case .emptyTrust:
      try "# nothing\n".write(toFile: bad, atomically: true, encoding: .utf8)
      tls.trustFile = bad
      expected = (bad, "no PEM certificate")
    }
    let settings = tls
    let error = await #expect(throws: ListenError.self) { try await server.start(tls: settings) }
    #expect(error?.reason.contains(expected.file) == true, "\(error?.reason ?? "")")
    #expect(error?.reason.contains(expected.reason) == true, "\(error?.reason ?? "")")
  }

  @Test("half of a client certificate is refused by name")
  func halfPair() async throws {
    var tls = ClientTLS()
    tls.certificateFile = "/nowhere/agent.crt"
    let error = await failure(try client("127.0.0.1:1", tls))
    #expect(error?.status.message.contains("/nowhere/agent.crt") == true)
    tls.certificateFile = nil
    tls.privateKeyFile = "/nowhere/agent.key"
    let other = await failure(try client("127.0.0.1:1", tls))
    #expect(other?.status.message.contains("/nowhere/agent.key") == true)
  }

  @Test("changed files are used for new connections; bad ones change nothing and are logged once")
  func reload() async throws {
    let first = try TestAuthority("first")
    defer { first.remove() }
    let second = try TestAuthority("second")
    defer { second.remove() }
    let tls = try first.server()
    let lines = LogLines()
    let address = try await server.start(tls: tls, lines: lines)
    let running = try #require(server.running)
    let old = try client(address, try first.client())
    try await echo(old)
    #expect(!running.reloadCertificates())

    // Only one of the two files is there: they do not fit together.
    let next = try second.issue("server")
    try replace(tls.certificateFile, with: next.certificate)
    #expect(!running.reloadCertificates())
    #expect(!running.reloadCertificates())
    try await echo(try client(address, try first.client()))
    let complaints = lines.lines.filter { $0.level == .error }
    #expect(complaints.count == 1)
    #expect(complaints.first?.fields["file"] == tls.privateKeyFile)
    #expect(server.metrics.certificateReloadsRefused == 1)

    try replace(tls.privateKeyFile, with: next.key)
    #expect(running.reloadCertificates())
    try await echo(try client(address, try second.client()))
    #expect(await failure(try client(address, try first.client()))?.wasSent == false)
    // A connection made before lives on.
    try await echo(old)

    try "rubbish".write(toFile: tls.certificateFile, atomically: true, encoding: .utf8)
    #expect(!running.reloadCertificates())
    try FileManager.default.removeItem(atPath: tls.certificateFile)
    #expect(!running.reloadCertificates())
    try await echo(try client(address, try second.client()))
    #expect(server.metrics.certificateReloads == 1)
    await server.shutdown()
  }

  @Test("the server looks at its files by itself")
  func polling() async throws {
    let first = try TestAuthority("first")
    defer { first.remove() }
    let second = try TestAuthority("second")
    defer { second.remove() }
    var tls = try first.server()
    tls.reloadInterval = .milliseconds(20)
    let address = try await server.start(tls: tls)
    let next = try second.issue("server")
    try replace(tls.certificateFile, with: next.certificate)
    try replace(tls.privateKeyFile, with: next.key)
    await TestServer.until { server.metrics.certificateReloads > 0 }
    try await echo(try client(address, try second.client()))
    await server.shutdown()
  }

  @Test("a client's renewed certificate is used for its next connection")
  func clientReload() async throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    var tls = try authority.server()
    tls.clientCertificates = .required
    tls.trustFile = authority.file
    let address = try await server.start(tls: tls)
    let port = try #require(address.split(separator: ":").last.flatMap { Int($0) })
    let mine = try authority.client("agent")
    let client = try client(address, mine)
    let before = try await client.unary("/test.Test/Who", [], timeout: .seconds(20))
    let next = try authority.issue("agent-renewed")
    try replace(try #require(mine.certificateFile), with: next.certificate)
    try replace(try #require(mine.privateKeyFile), with: next.key)
    await server.shutdown(grace: .zero)
    let again = TestServer()
    _ = try await again.start(port: port, tls: tls)
    var after = before
    while after == before {
      do throws(RPCError) {
        after = try await client.unary("/test.Test/Who", [], timeout: .seconds(20))
      } catch {
        #expect(error.status.code == .unavailable)
      }
    }
    #expect(try Array(after.dropFirst(2)) == TestAuthority.der(next.certificate))
    await again.shutdown()
  }

  @Test("a connection that never begins its handshake is closed, and counted")
  func silence() async throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    var tls = try authority.server()
    tls.handshakeTimeout = .milliseconds(50)
    let address = try await server.start(tls: tls)
    let silent = try SilentSocket(address)
    #expect(await silent.readToEnd().isEmpty)
    await TestServer.until { server.metrics.handshakesFailed == 1 }
    #expect(server.metrics.connectionsAccepted == 0)
    await server.shutdown()
  }

  @Test("handshakes over the limit are closed at once, and honest clients get in afterwards")
  func handshakeLimit() async throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    var tls = try authority.server()
    tls.handshakesMax = 2
    tls.handshakeTimeout = .seconds(60)
    let address = try await server.start(tls: tls)
    var held = [try SilentSocket(address), try SilentSocket(address), try SilentSocket(address)]
    await TestServer.until { server.metrics.connectionsRefused >= 1 }
    #expect(await failure(try client(address, try authority.client()))?.wasSent == false)
    held = []
    #expect(held.isEmpty)
    let client = try client(address, try authority.client())
    var isServed = false
    while !isServed {
      isServed = (try? await client.unary("/test.Test/Echo", [], timeout: .seconds(20))) != nil
    }
    await server.shutdown()
  }

  @Test("a server that never answers the handshake is passed over, and named")
  func silentServer() async throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    let silent = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(host: "127.0.0.1", port: 0).get()
    let address = "127.0.0.1:\(silent.localAddress?.port ?? 0)"
    var options = GRPCClient.Options()
    options.tls = try authority.client()
    options.connectTimeout = .milliseconds(50)
    let lonely = try GRPCClient(endpoint: "https://" + address, options: options)
    let error = await failure(lonely)
    #expect(error?.wasSent == false)
    #expect(error?.status.message.contains(address) == true)
    // On a busy machine not even the connection may be there in time.
    let message = error?.status.message ?? ""
    #expect(message.contains("no handshake in time") || message.contains("connect timeout"))

    options.connectTimeout = .seconds(2)
    let other = try await server.start(tls: try authority.server())
    let endpoints = ["https://" + address, "https://" + other]
    try await echo(try GRPCClient(endpoints: endpoints, options: options))
    try await silent.close()
    await server.shutdown()
  }

  @Test("HTTP/1 and garbage on the TLS port end in a closed connection")
  func garbage() async throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    let address = try await server.start(tls: try authority.server())
    for text in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\0\0\0"]
    {
      let socket = try SilentSocket(address)
      socket.write(Array(text.utf8))
      socket.finishWriting()
      _ = await socket.readToEnd()
    }
    await TestServer.until { server.metrics.handshakesFailed == 3 }
    try await echo(try client(address, try authority.client()))
    await server.shutdown()
  }

  private func replace(_ file: String, with other: String) throws {
    let content = try Data(contentsOf: URL(fileURLWithPath: other))
    try content.write(to: URL(fileURLWithPath: file), options: .atomic)
  }
}
