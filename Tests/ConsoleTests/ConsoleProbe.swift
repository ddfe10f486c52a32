import Console
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Starts a Console on a free port of the loopback and speaks to it in bytes: a client library would
/// tidy up the requests that matter most here.
struct ConsoleProbe {
  let address: ConsoleAddress

  /// Runs `body` against a Console that serves `source`, then stops it and waits for its end.
  static func with<Result: Sendable>(
    _ source: FixedSource = FixedSource(), serviceURL: String? = nil,
    _ body: @Sendable @escaping (ConsoleProbe) async throws -> Result
  ) async throws -> Result {
    let (listening, continuation) = AsyncStream.makeStream(of: ConsoleAddress.self)
    let server = ConsoleServer(
      host: "127.0.0.1", port: 0, source: source, serviceURL: serviceURL,
      logger: Logger(label: "console-tests", factory: { _ in SwiftLogNoOpLogHandler() })
    ) { address in
      continuation.yield(address)
      continuation.finish()
    }
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { continuation.finish() }
        try await server.run()
      }
      var addresses = listening.makeAsyncIterator()
      guard let address = await addresses.next() else {
        try await group.next()
        throw NotListening()
      }
      let result = try await body(ConsoleProbe(address: address))
      group.cancelAll()
      return result
    }
  }

  struct NotListening: Error {}

  /// Sends bytes, reads until the Console closes the connection, returns all it said.
  func send(_ bytes: [UInt8]) async throws -> String {
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: address.host, port: Int(address.port)) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      var received = ByteBuffer()
      do {
        try await outbound.write(ByteBuffer(bytes: bytes))
        for try await part in inbound { received.writeImmutableBuffer(part) }
      } catch is IOError {
        // A refused request may be reset while we still write or read; what came counts.
      }
      return String(buffer: received)
    }
  }

  func send(_ text: String) async throws -> String { try await send(Array(text.utf8)) }

  /// One request on a connection of its own.
  func request(_ method: String = "GET", _ target: String) async throws -> HTTPAnswer {
    HTTPAnswer(
      try await send("\(method) \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
  }
}
