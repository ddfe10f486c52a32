import GRPC
import Transport

/// The interop cases that our own client can play: one request, one or many replies.
struct InteropCalls {
  struct DoesNotHold: Error {
    var what: String
  }

  static let cases = [
    "empty_unary", "large_unary", "many_at_once", "server_streaming", "status_code_and_message",
    "unimplemented_method", "unimplemented_service", "deadline", "cancel_after_first_response",
    "server_compressed_unary", "server_compressed_streaming", "too_large_reply",
  ]
  private static let prefix = "/grpc.testing.TestService/"
  private static let special = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"

  let client: GRPCClient

  func run(_ name: String) async throws {
    switch name {
    case "empty_unary":
      try expect(try await unary("EmptyCall", []).isEmpty, "an empty reply")
    case "large_unary": try await large()
    case "many_at_once":
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<200 { group.addTask { try await large(in: 5_000) } }
        try await group.waitForAll()
      }
    case "server_streaming": try await streaming([31_415, 9, 2_653, 58_979], compressed: false)
    case "status_code_and_message":
      for message in ["test status method", Self.special] {
        let status = WireMessage.field(1, 2) + WireMessage.field(2, Array(message.utf8))
        let error = try await failure("UnaryCall", WireMessage.field(7, status))
        try expect(error.status.code == .unknown, "UNKNOWN and not \(error.status.code.name)")
        try expect(error.status.message == message, "the message and not \(error.status.message)")
        try expect(error.wasSent && error.isAnswer, "an answer")
      }
    case "unimplemented_method":
      let error = try await failure("UnimplementedCall", [])
      try expect(error.status.code == .unimplemented, "UNIMPLEMENTED and not \(error)")
    case "unimplemented_service":
      let error = try await failure("/grpc.testing.UnimplementedService/UnimplementedCall", [])
      try expect(error.status.code == .unimplemented, "UNIMPLEMENTED and not \(error)")
    case "deadline":
      let slow = WireMessage.field(1, 1) + WireMessage.field(2, 60_000_000)
      do throws(RPCError) {
        for try await _ in client.serverStreaming(
          Self.prefix + "StreamingOutputCall", WireMessage.field(2, slow),
          timeout: .milliseconds(300))
        {}
      } catch {
        try expect(error.status.code == .deadlineExceeded, "DEADLINE_EXCEEDED and not \(error)")
        return
      }
      throw DoesNotHold(what: "the deadline ends the call")
    case "cancel_after_first_response":
      let request = [1, 2, 3].flatMap { WireMessage.field(2, WireMessage.field(1, $0)) }
      for try await _ in client.serverStreaming(
        Self.prefix + "StreamingOutputCall", request, timeout: .seconds(60))
      { break }
      try await large()
    case "server_compressed_unary":
      let request =
        WireMessage.field(2, 100_000) + WireMessage.field(6, WireMessage.field(1, 1))
      try expect(
        try payload(try await unary("UnaryCall", request)) == 100_000, "the payload's size")
    case "server_compressed_streaming": try await streaming([31_415, 92_653], compressed: true)
    case "too_large_reply":
      let error = try await failure("UnaryCall", WireMessage.field(2, 5 << 20))
      try expect(error.status.code == .resourceExhausted, "RESOURCE_EXHAUSTED and not \(error)")
      try await large()
    default: throw DoesNotHold(what: "there is a case \(name)")
    }
  }

  private func large(in bytes: Int = 271_828) async throws {
    let request =
      WireMessage.field(2, 314_159)
      + WireMessage.field(3, WireMessage.field(2, [UInt8](repeating: 0, count: bytes)))
    try expect(try payload(try await unary("UnaryCall", request)) == 314_159, "the payload's size")
  }

  private func streaming(_ sizes: [Int], compressed: Bool) async throws {
    var request: [UInt8] = []
    for size in sizes {
      let flag = compressed ? WireMessage.field(3, WireMessage.field(1, 1)) : []
      request += WireMessage.field(2, WireMessage.field(1, size) + flag)
    }
    var received: [Int] = []
    for try await reply in client.serverStreaming(
      Self.prefix + "StreamingOutputCall", request, timeout: .seconds(60))
    { received.append(try payload(reply)) }
    try expect(received == sizes, "replies of \(sizes) and not \(received)")
  }

  private func payload(_ reply: [UInt8]) throws -> Int {
    try WireMessage(reply).message(1)?.bytes(2).count ?? 0
  }

  private func unary(_ method: String, _ message: [UInt8]) async throws(RPCError) -> [UInt8] {
    let path = method.utf8.first == UInt8(ascii: "/") ? method : Self.prefix + method
    return try await client.unary(path, message, timeout: .seconds(60))
  }

  private func failure(_ method: String, _ message: [UInt8]) async throws -> RPCError {
    do throws(RPCError) {
      _ = try await unary(method, message)
    } catch {
      return error
    }
    throw DoesNotHold(what: "\(method) fails")
  }

  private func expect(_ holds: Bool, _ what: String) throws {
    guard holds else { throw DoesNotHold(what: what) }
  }
}
