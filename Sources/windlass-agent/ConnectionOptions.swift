import ArgumentParser
import Foundation
import Transport

/// Where the service is and how both sides prove who they are.
struct ConnectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Where the service listens; repeat, or list with commas, to fail over in that order. Default: \
      WINDLASS_SERVER, else http://127.0.0.1:7443.
      """, valueName: "url"))
  var server: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      PEM: the authorities that may vouch for an https:// service. Default: WINDLASS_CA, else the \
      system's.
      """, valueName: "file"))
  var ca: String?

  @Option(
    help: ArgumentHelp(
      "PEM: the agent's certificate, for a service that asks for one. Default: WINDLASS_CERT.",
      valueName: "file"))
  var cert: String?

  @Option(
    help: ArgumentHelp(
      "PEM: the key of --cert, not encrypted. Default: WINDLASS_CERT_KEY.", valueName: "file"))
  var certKey: String?

  @Option(
    help: ArgumentHelp(
      """
      The name that the service's certificate must carry, where it is not the host of its URL. \
      Default: WINDLASS_SERVER_NAME.
      """, valueName: "name"))
  var serverName: String?

  func servers(_ environment: [String: String]) -> [String] {
    var given = server
    if given.isEmpty, let variable = environment["WINDLASS_SERVER"], !variable.isEmpty {
      given = [variable]
    }
    if given.isEmpty { given = ["http://127.0.0.1:7443"] }
    return given.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
      .map { String($0.trimmingPrefix(while: \.isWhitespace)) }
  }

  /// - Throws: a `ValidationError` naming the flag, the reason and what would be right.
  func client(_ environment: [String: String]) throws -> GRPCClient {
    var options = GRPCClient.Options()
    // The service sends PINGs far more often: silence means that it is gone.
    options.silenceMax = .seconds(45)
    options.backoffMax = .seconds(2)
    options.tls = try tls(servers(environment), environment)
    // A malformed one counts as none (W3C Trace Context §3.2).
    options.trace = environment["TRACEPARENT"].flatMap(TraceContext.init(traceparent:))
    do {
      return try GRPCClient(endpoints: servers(environment), options: options)
    } catch {
      throw ValidationError("--server: \(error)")
    }
  }

  private func tls(_ servers: [String], _ environment: [String: String]) throws -> ClientTLS {
    func variable(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    let encrypted = servers.filter { $0.hasPrefix("https://") }
    guard !encrypted.isEmpty else {
      let flags = [
        ("--ca", ca), ("--cert", cert), ("--cert-key", certKey), ("--server-name", serverName),
      ]
      if let (name, _) = flags.first(where: { $0.1 != nil }) {
        throw ValidationError("\(name): is for services at https://; write that in --server")
      }
      return ClientTLS()
    }
    guard encrypted.count == servers.count else {
      throw ValidationError(
        "--server: a failed https:// service must not lead to one in cleartext; name all with "
          + "https://")
    }
    var tls = ClientTLS()
    tls.trustFile = ca ?? variable("WINDLASS_CA")
    tls.certificateFile = cert ?? variable("WINDLASS_CERT")
    tls.privateKeyFile = certKey ?? variable("WINDLASS_CERT_KEY")
    tls.serverName = serverName ?? variable("WINDLASS_SERVER_NAME")
    do throws(TLSError) {
      try tls.check()
    } catch {
      let name =
        switch error.file {
        case tls.certificateFile: "--cert"
        case tls.privateKeyFile: "--cert-key"
        default: "--ca"
        }
      throw ValidationError("\(name): \(error.file) \(error.reason)")
    }
    return tls
  }
}
