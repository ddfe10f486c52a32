import ArgumentParser
import Foundation
import Transport

extension Output.Format: ExpressibleByArgument {}

/// Which service to ask and how to print: options of every command.
struct ConnectionOptions: ParsableArguments {
  static let defaultServer = "http://127.0.0.1:7443"

  @Option(
    help: ArgumentHelp(
      "The service; repeat, or list with commas, and the first that answers is asked. Default: "
        + "WINDLASS_SERVER, else \(defaultServer).", valueName: "url"))
  var server: [String] = []

  @Option(
    help: ArgumentHelp(
      "PEM: the authorities that may vouch for an https:// service. Default: WINDLASS_CA, else the "
        + "system's.", valueName: "file"))
  var ca: String?

  @Option(
    help: ArgumentHelp(
      "PEM: the certificate to show to an https:// service that asks for one. Default: "
        + "WINDLASS_CERT.", valueName: "file"))
  var cert: String?

  @Option(
    help: ArgumentHelp(
      "PEM: the key of --cert, not encrypted. Default: WINDLASS_CERT_KEY.", valueName: "file"))
  var certKey: String?

  @Option(
    help: ArgumentHelp(
      "The name that the service's certificate must carry, where it is not the host of its URL. "
        + "Default: WINDLASS_SERVER_NAME.", valueName: "name"))
  var serverName: String?

  @Option(
    name: .shortAndLong,
    help: "text for people, or json: one object on standard output, prose on standard error.")
  var output: Output.Format = .text

  @Option(
    help: ArgumentHelp(
      "For one request and its repeats. Default 30s.", valueName: "duration"),
    transform: Reading.duration)
  var requestTimeout: Duration?

  @Flag(help: "No colours; so does the variable NO_COLOR.")
  var noColor = false

  @Flag(name: .shortAndLong, help: "Also say which idempotency key is used.")
  var verbose = false

  /// - Throws: ``Failure`` for a server that is no URL we know, or files that cannot be used.
  func session() throws -> (Session, GRPCBackend) {
    let environment = ProcessInfo.processInfo.environment
    let target = try ConnectionTarget(
      servers: server, ca: ca, certificate: cert, certificateKey: certKey, serverName: serverName,
      environment: environment)
    let backend: GRPCBackend
    do throws(EndpointError) {
      backend = try GRPCBackend(target, version: Windlass.version)
    } catch {
      let source = server.isEmpty ? "WINDLASS_SERVER" : "--server"
      throw Failure(
        .usage,
        "\(source): \(error). It is https://host:port or http://host:port, for example "
          + "\(Self.defaultServer).")
    }
    let session = Session(
      backend: backend, server: target.servers.joined(separator: ", "),
      output: .process(format: output, noColor: noColor, environment: environment),
      environment: environment, requestTimeout: requestTimeout ?? .seconds(30),
      isVerbose: verbose, interruption: .process)
    return (session, backend)
  }
}
