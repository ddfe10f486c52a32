import Logging
import ServiceLifecycle
import Transport
import UnixSignals

/// Looks at the TLS files at once when SIGHUP asks for it, instead of at the next interval.
struct CertificateReloader: ServiceLifecycle.Service {
  let server: GRPCServer
  let usesTLS: Bool
  let logger: Logger

  func run() async throws {
    let signals = await UnixSignalsSequence(trapping: .sighup)
    for await _ in signals.cancelOnGracefulShutdown() {
      guard usesTLS else {
        logger.notice("SIGHUP: there are no TLS files to look at")
        continue
      }
      // What was replaced or refused says so itself.
      if !server.reloadCertificates() { logger.notice("SIGHUP: no new TLS files were taken over") }
    }
  }
}
