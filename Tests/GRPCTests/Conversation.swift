import GRPC
import HTTP2

/// A raw client and our server, joined by arrays of bytes.
final class Conversation {
  let loop = ManualLoop()
  let server: ServerConnection
  let client: RawClient
  private(set) var failure: HTTP2Error?
  /// Everything the client has sent, in the chunks it was sent in.
  private(set) var sent: [[UInt8]] = []

  static let head: [(String, String)] = [
    (":method", "POST"), (":scheme", "http"), (":path", "/test.Test/Echo"),
    (":authority", "test"), ("te", "trailers"), ("content-type", "application/grpc"),
  ]

  init(
    _ methods: [MethodDefinition], http2: HTTP2Limits = HTTP2Limits(),
    grpc: GRPCLimits = GRPCLimits(), budget: RequestBudget? = nil,
    observer: (any CallObserver)? = nil
  ) {
    server = ServerConnection(
      methods: MethodTable(methods), http2: http2, grpc: grpc, peer: "test:1", loop: loop,
      budget: budget, observer: observer)
    client = RawClient(at: loop.now())
  }

  deinit { server.connectionLost() }

  /// The standard head with some fields replaced (same name), removed (`nil`) or added.
  static func head(_ changes: [(String, String?)]) -> [(String, String)] {
    var head = Self.head
    for (name, value) in changes {
      head.removeAll { $0.0 == name }
      guard let value else { continue }
      if name.hasPrefix(":") {
        head.insert((name, value), at: 0)
      } else {
        head.append((name, value))
      }
    }
    return head
  }

  static func frame(_ message: [UInt8], flag: UInt8 = 0) -> [UInt8] {
    var frame = [flag]
    for shift in [24, 16, 8, 0] { frame.append(UInt8(truncatingIfNeeded: message.count >> shift)) }
    return frame + message
  }

  func request(
    _ head: [(String, String)] = Conversation.head, _ body: [UInt8], endsStream: Bool = true
  ) -> Int {
    client.request(head, body: body, endsStream: endsStream, at: loop.now())
  }

  /// Moves bytes both ways until nothing moves any more.
  func exchange() {
    do {
      var moved = true
      while moved, failure == nil {
        moved = false
        loop.run()
        while let bytes = try clientOutput() {
          moved = true
          sent.append(bytes)
          do throws(HTTP2Error) {
            try server.receive(bytes.span)
          } catch {
            failure = error
          }
        }
        while let bytes = try serverOutput() {
          moved = true
          try client.session.receive(bytes.span, at: loop.now(), client)
        }
      }
    } catch {
      failure = error as? HTTP2Error
    }
  }

  private func clientOutput() throws -> [UInt8]? {
    var bytes: [UInt8] = []
    let any = try client.session.send(client) { bytes.append(copying: $0) }
    return any ? bytes : nil
  }

  func serverOutput() throws -> [UInt8]? {
    var bytes: [UInt8] = []
    let any = try server.send { bytes.append(copying: $0) }
    return any ? bytes : nil
  }

  /// Sends one request, exchanges everything and returns what came back.
  func call(_ head: [(String, String)] = Conversation.head, _ body: [UInt8]) -> RawClient.Exchange {
    let slot = request(head, body)
    exchange()
    return client.exchanges[slot]
  }
}
