import Transport

/// Where to connect and how to prove who is who, from flags and the environment.
struct ConnectionTarget: Sendable {
  /// At least one; all are `https://`, or none is.
  var servers: [String]
  var tls = ClientTLS()
  /// The trace that the pipeline's step belongs to: the variable `TRACEPARENT`.
  var trace: TraceContext?

  /// - Throws: ``Failure`` naming the flag or the variable, the reason and what would be right.
  init(
    servers flags: [String], ca: String? = nil, certificate: String? = nil,
    certificateKey: String? = nil, serverName: String? = nil, environment: [String: String]
  ) throws(Failure) {
    func variable(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    let given = flags.isEmpty ? variable("WINDLASS_SERVER").map { [$0] } ?? [] : flags
    servers = given.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
      .map { String($0.trimmingPrefix(while: \.isWhitespace)) }
    if servers.isEmpty { servers = [ConnectionOptions.defaultServer] }
    guard servers.count <= Self.serversMax else {
      throw Failure(.usage, "--server: \(servers.count) are too many; at most \(Self.serversMax)")
    }
    tls.trustFile = ca ?? variable("WINDLASS_CA")
    tls.certificateFile = certificate ?? variable("WINDLASS_CERT")
    tls.privateKeyFile = certificateKey ?? variable("WINDLASS_CERT_KEY")
    tls.serverName = serverName ?? variable("WINDLASS_SERVER_NAME")
    // A malformed one counts as none (W3C Trace Context §3.2).
    trace = variable("TRACEPARENT").flatMap(TraceContext.init(traceparent:))

    let encrypted = servers.filter { $0.hasPrefix("https://") }
    guard !encrypted.isEmpty else {
      let flags = [
        ("--ca", ca), ("--cert", certificate), ("--cert-key", certificateKey),
        ("--server-name", serverName),
      ]
      if let (name, _) = flags.first(where: { $0.1 != nil }) {
        throw Failure(
          .usage,
          "\(name) is for services at https://, but \(servers.joined(separator: ", ")) is asked in "
            + "cleartext: write https:// in --server or WINDLASS_SERVER.")
      }
      return
    }
    guard encrypted.count == servers.count else {
      throw Failure(
        .usage,
        "--server: \(servers.joined(separator: ", ")): a failed https:// service must not lead to "
          + "one in cleartext; name all with https://.")
    }
    try checkFiles()
  }

  private static let serversMax = 32

  private func checkFiles() throws(Failure) {
    if tls.certificateFile != nil, tls.privateKeyFile == nil {
      throw Failure(.usage, "--cert needs the key beside it: --cert-key or WINDLASS_CERT_KEY.")
    }
    if tls.privateKeyFile != nil, tls.certificateFile == nil {
      throw Failure(.usage, "--cert-key needs its certificate beside it: --cert or WINDLASS_CERT.")
    }
    do throws(TLSError) {
      try tls.check()
    } catch {
      let name =
        switch error.file {
        case tls.certificateFile: "--cert (or WINDLASS_CERT)"
        case tls.privateKeyFile: "--cert-key (or WINDLASS_CERT_KEY)"
        default: "--ca (or WINDLASS_CA)"
        }
      throw Failure(.usage, "\(name): \(error.file) \(error.reason). Name a PEM file that is good.")
    }
  }
}
