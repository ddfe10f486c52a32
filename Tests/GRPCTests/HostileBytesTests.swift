import GRPC
import HTTP2
import Synchronization
import Testing

@Suite("Bytes that are not what they should be")
struct HostileBytesTests {
  /// What an honest client says, in the chunks it says it in.
  private static func honest() -> [[UInt8]] {
    let methods = TestMethods()
    let conversation = Conversation(methods.definitions)
    for method in ["Echo", "Count", "Chat", "Later", "Fail", "None", "Flood"] {
      _ = conversation.request(
        Conversation.head([
          (":path", "/test.Test/\(method)"), ("x-bin", "AQI"), ("grpc-timeout", "3S"),
        ]), Conversation.frame([3, 4]))
      if method == "Flood" { conversation.client.holdsWindow = true }
      conversation.exchange()
    }
    conversation.client.session.reset(13, .cancel)
    conversation.exchange()
    return conversation.sent
  }

  @Test("a damaged conversation never traps or hangs the server", arguments: UInt64(0)..<40)
  func damaged(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let honest = Array(Self.honest().joined())
    for _ in 0..<50 {
      var bytes = honest
      // The preface stays: behind it are the interesting rooms.
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let place = Int.random(in: 24..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + 3))
        }
      }
      let loop = ManualLoop()
      let methods = TestMethods()
      let server = ServerConnection(
        methods: MethodTable(methods.definitions), peer: "fuzz:1", loop: loop)
      var start = 0
      var output = 0
      var isAlive = true
      while start < bytes.count, isAlive {
        let end = min(bytes.count, start + Int.random(in: 1...400, using: &random))
        do throws(HTTP2Error) {
          try server.receive(bytes[start..<end].span)
        } catch {
          isAlive = false
        }
        start = end
        loop.run()
        while output < 1 << 20 {
          var count = 0
          do throws(HTTP2Error) {
            guard try server.send({ count = $0.count }) else { break }
          } catch {
            isAlive = false
            break
          }
          output += count
        }
      }
      loop.advance(by: .seconds(60))
      _ = server.timePassed()
      server.connectionLost()
      let open = methods.open.withLock { $0 }
      let allAreCancelled = open.allSatisfy { $0.isCancelled }
      #expect(allAreCancelled)
      for call in open { call.reply([1]) }
    }
  }
}
