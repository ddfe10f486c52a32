import ArgumentParser
import Foundation
import Transport

extension Output.Format: ExpressibleByArgument {}

/// Which service to ask and how to print: options of every command.
struct ConnectionOptions: ParsableArguments {
  static let defaultServer = "http://127.0.0.1:7443"

  @Option(
    help: ArgumentHelp(
      "The service. Default: WINDLASS_SERVER, else \(defaultServer).", valueName: "url"))
  var server: String?

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

  /// - Throws: ``Failure`` for a server that is no URL we know.
  func session() throws -> (Session, GRPCBackend) {
    let environment = ProcessInfo.processInfo.environment
    let server = Self.server(flag: server, environment)
    let backend: GRPCBackend
    do throws(EndpointError) {
      backend = try GRPCBackend(server: server, version: Windlass.version)
    } catch {
      let source = self.server == nil ? "WINDLASS_SERVER" : "--server"
      throw Failure(
        .usage, "\(source): \(error). It is http://host:port, for example \(Self.defaultServer).")
    }
    let session = Session(
      backend: backend, server: server,
      output: .process(format: output, noColor: noColor, environment: environment),
      environment: environment, requestTimeout: requestTimeout ?? .seconds(30),
      isVerbose: verbose, interruption: .process)
    return (session, backend)
  }

  static func server(flag: String?, _ environment: [String: String]) -> String {
    if let flag { return flag }
    let variable = environment["WINDLASS_SERVER"] ?? ""
    return variable.isEmpty ? defaultServer : variable
  }
}
