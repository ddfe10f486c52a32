import Dispatch
import GRPC
import GRPCServices
import Logging
import Transport

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A server for the test clients of other implementations, and a client for their servers. Not for
/// any other use.
@main
struct InteropServer {
  private static let usage = """
    usage: grpc-interop-server [--host HOST] [--port PORT] [--threads N] [--connections-max N]
             [--log-calls] [--debug]
             [--tls --certificate FILE --key FILE [--client-ca FILE [--require-client]] [--tls13]
              [--handshake-timeout-ms N] [--handshakes-max N] [--reload-ms N]]
           grpc-interop-server call CASE ENDPOINT... [--ca FILE] [--certificate FILE --key FILE]
    """

  private var host = "127.0.0.1"
  private var port = 0
  private var threads = 1
  private var limits = ServerLimits()
  private var callLog = CallLog()
  private var usesTLS = false
  private var logLevel = Logger.Level.info
  private var tls = ServerTLS(certificateFile: "", privateKeyFile: "")

  static func main() async {
    do throws(Misuse) {
      if CommandLine.arguments.dropFirst().first == "call" {
        try await call(CommandLine.arguments.dropFirst(2))
        return
      }
      try await InteropServer(Array(CommandLine.arguments.dropFirst())).run()
    } catch {
      say("grpc-interop-server: \(error.reason)\n\(usage)\n", on: 2)
      exit(2)
    }
  }

  private static func call(_ arguments: ArraySlice<String>) async throws(Misuse) {
    var options = GRPCClient.Options()
    var words: [String] = []
    var rest = arguments
    while let argument = rest.popFirst() {
      switch argument {
      case "--ca": options.tls.trustFile = rest.popFirst()
      case "--certificate": options.tls.certificateFile = rest.popFirst()
      case "--key": options.tls.privateKeyFile = rest.popFirst()
      default: words.append(argument)
      }
    }
    guard let name = words.first else { throw Misuse(reason: "call: no case") }
    do {
      let client = try GRPCClient(endpoints: Array(words.dropFirst()), options: options)
      try await InteropCalls(client: client).run(name)
      await client.shutdown()
    } catch {
      say("\(name): \(error)\n", on: 2)
      exit(1)
    }
  }

  private struct Misuse: Error {
    var reason: String
  }

  private init(_ arguments: [String]) throws(Misuse) {
    limits.grpc.unaryDeadlineMax = .seconds(60)
    var rest = arguments[...]
    func value(_ option: String) throws(Misuse) -> String {
      guard let value = rest.popFirst() else { throw Misuse(reason: "\(option): value missing") }
      return value
    }
    func number(_ option: String) throws(Misuse) -> Int {
      let text = try value(option)
      guard let number = Int(text), number >= 0 else {
        throw Misuse(reason: "\(option): not a number")
      }
      return number
    }
    while let option = rest.popFirst() {
      switch option {
      case "--host": host = try value(option)
      case "--port": port = try number(option)
      case "--threads": threads = try number(option)
      case "--connections-max": limits.connectionsMax = try number(option)
      case "--log-calls": callLog = .all
      case "--debug": logLevel = .debug
      case "--tls": usesTLS = true
      case "--certificate": tls.certificateFile = try value(option)
      case "--key": tls.privateKeyFile = try value(option)
      case "--client-ca":
        tls.trustFile = try value(option)
        if tls.clientCertificates == .notAsked { tls.clientCertificates = .requested }
      case "--require-client": tls.clientCertificates = .required
      case "--tls13": tls.versionMin = .tls13
      case "--handshake-timeout-ms":
        tls.handshakeTimeout = .milliseconds(try number(option))
      case "--handshakes-max": tls.handshakesMax = try number(option)
      case "--reload-ms": tls.reloadInterval = .milliseconds(try number(option))
      default: throw Misuse(reason: "unknown option \(option)")
      }
    }
  }

  private func run() async throws(Misuse) {
    var logger = Logger(label: "interop") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = logLevel
    let health = HealthRegistry()
    let reflection: ReflectionService
    do throws(ReflectionError) {
      reflection = try ReflectionService(descriptorSets: [Self.descriptors])
    } catch {
      throw Misuse(reason: "\(error)")
    }
    let server = GRPCServer(
      host: host, port: port,
      methods: MethodTable(
        TestService().methods + HealthService(health).methods + reflection.methods),
      limits: limits, tls: usesTLS ? tls : nil, threads: threads, callLog: callLog, logger: logger)
    let (stopped, sources) = Self.signals([SIGTERM, SIGINT])
    defer { for source in sources { source.cancel() } }
    do throws(ListenError) {
      let address = try await server.start()
      Self.say("listening on \(address)\n", on: 1)
    } catch {
      Self.say("\(error)\n", on: 2)
      exit(1)
    }
    for await _ in stopped { break }
    health.drain()
    await server.shutdown(gracePeriod: .seconds(5))
  }

  /// The signals that come from now on, instead of what they do by default.
  private static func signals(
    _ numbers: [Int32]
  ) -> (AsyncStream<Int32>, [any DispatchSourceSignal]) {
    let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
    let sources = numbers.map { number in
      _ = signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { continuation.yield(number) }
      source.activate()
      return source
    }
    return (stream, sources)
  }

  /// Writes at once, without the buffers of the C library.
  private static func say(_ text: String, on descriptor: Int32) {
    _ = unsafe write(descriptor, text, text.utf8.count)
  }

  private static var descriptors: [UInt8] {
    let digits = Array(TestDescriptors.hex.utf8.filter { $0 > UInt8(ascii: " ") })
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap { index in
      UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16)
    }
  }
}
