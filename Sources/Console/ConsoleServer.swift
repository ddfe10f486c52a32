import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The HTTP/1.1 server of pages, probes and metrics.
///
/// Bounded: at most 1,024 connections, 16 KiB of headers, 2 KiB of request target; a connection that
/// sends no whole request for 30 seconds is closed. Bodies are never read into memory.
public struct ConsoleServer: Service {
  private let host: String
  private let port: UInt16
  private let pages: ConsolePages
  private let logger: Logger
  private let onListening: @Sendable (ConsoleAddress) -> Void

  /// - Parameters:
  ///   - host: a name or address of this machine.
  ///   - port: 0 takes any free one; `onListening` tells which.
  ///   - serviceURL: where the gRPC service listens, `https://host:port`, shown on the front page.
  ///   - onListening: called once, when connections are accepted.
  public init(
    host: String, port: UInt16, source: any ConsoleSource, serviceURL: String? = nil,
    logger: Logger, onListening: @escaping @Sendable (ConsoleAddress) -> Void = { _ in }
  ) {
    self.host = host
    self.port = port
    self.pages = ConsolePages(source: source, serviceURL: serviceURL)
    self.logger = logger
    self.onListening = onListening
  }

  /// Serves until the task is cancelled or, inside a `ServiceGroup`, until it shuts down; requests in
  /// progress are answered first.
  ///
  /// - Throws: ``ConsoleError`` when it cannot listen.
  public func run() async throws {
    let onListening = onListening
    let fallback = ConsoleAddress(host: host, port: port)
    let application = Application(
      responder: ConsoleResponder(pages: pages),
      server: .http1(
        configuration: .init(
          idleTimeout: .seconds(30),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 8 * 1_024, maxHeaderListSize: 16 * 1_024, maxHeaderFieldCount: 100))
      ),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: Int(port)),
        availableConnectionsDelegate: MaximumAvailableConnections(1_024)),
      onServerRunning: { channel in
        let local = channel.localAddress
        onListening(
          ConsoleAddress(
            host: local?.ipAddress ?? fallback.host,
            port: local?.port.flatMap(UInt16.init(exactly:)) ?? fallback.port))
      },
      logger: quietLogger)
    do {
      try await application.run()
    } catch let error as CancellationError {
      throw error
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw ConsoleError.addressInUse(host: host, port: port)
    } catch {
      // Once it listens the framework answers for its connections, so this is from before.
      throw ConsoleError.cannotListen(host: host, port: port, reason: "\(error)")
    }
  }

  /// The framework's notices about single requests are not ours; what matters comes through.
  private var quietLogger: Logger {
    var logger = logger
    logger.logLevel = max(logger.logLevel, .notice)
    return logger
  }
}
