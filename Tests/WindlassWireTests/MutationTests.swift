import Testing

@testable import WindlassWire

@Suite("mutated messages")
struct MutationTests {
  /// What the scan lets through, protobuf-c must take, within the arena's budget: these words are
  /// only ever said when it did not.
  private func isDisagreement(_ error: WireError) -> Bool {
    error.field.isEmpty
      && (error.reason == "is malformed" || error.reason.hasPrefix("needs more than"))
  }

  @Test(
    "a mutated message is refused, or means the same after another round; never a trap",
    arguments: MessageKind.all)
  func messages(kind: MessageKind) throws {
    var random = Generator(seed: 42)
    var accepted = 0
    for _ in 0..<250 {
      let original = try kind.bytes(&random)
      let other = try kind.bytes(&random)
      for _ in 0..<16 {
        let bytes = mutate(original, other, &random)
        do throws(WireError) {
          let once = try kind.reencoded(bytes)
          let again = try kind.reencoded(once)
          accepted += 1
          if once != again { Issue.record("\(kind.name): \(bytes)") }
        } catch {
          if isDisagreement(error) { Issue.record("\(kind.name): \(error): \(bytes)") }
        }
      }
    }
    #expect(accepted > 0)
  }

  @Test(
    "a mutated event is refused, or means the same after another round; never a trap",
    arguments: EventType.allCases)
  func events(type: EventType) throws {
    var random = Generator(seed: 43)
    for _ in 0..<250 {
      let original = EventCodec.encode(try random.event(type)).payload
      let other = EventCodec.encode(try random.event(type)).payload
      for _ in 0..<16 {
        let bytes = mutate(original, other, &random)
        do throws(WireError) {
          let event = try EventCodec.decode(type: type.rawValue, payload: bytes)
          let stored = EventCodec.encode(event)
          let again = try EventCodec.decode(type: stored.type, payload: stored.payload)
          if again != event { Issue.record("\(type.rawValue): \(bytes)") }
        } catch {
          if isDisagreement(error) { Issue.record("\(type.rawValue): \(error): \(bytes)") }
        }
      }
    }
  }

  /// One to four changes: bits, bytes, cuts, repeats, pieces of another message.
  private func mutate(
    _ original: [UInt8], _ other: [UInt8], _ random: inout Generator
  ) -> [UInt8] {
    var bytes = original
    for _ in 0..<random.int(1...4) {
      let at = bytes.isEmpty ? 0 : random.int(0...bytes.count - 1)
      let end = bytes.isEmpty ? 0 : random.int(at...min(bytes.count, at + 40) - 1)
      switch random.int(0...7) {
      case 0 where !bytes.isEmpty: bytes[at] ^= 1 << UInt8(random.int(0...7))
      case 1 where !bytes.isEmpty: bytes[at] = UInt8(truncatingIfNeeded: random.next())
      case 2 where !bytes.isEmpty: bytes[at] = [0, 1, 0x7f, 0x80, 0xff, 0x08][random.int(0...5)]
      case 3: bytes.removeSubrange(at..<end)
      case 4: bytes.insert(contentsOf: bytes[at..<end], at: at)
      case 5: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
      case 6 where !other.isEmpty:
        let from = random.int(0...other.count - 1)
        bytes.insert(contentsOf: other[from..<min(other.count, from + 30)], at: at)
      default: bytes.removeLast(min(bytes.count, random.int(0...3)))
      }
    }
    return bytes
  }
}
