import EventLog
import Testing

@Suite("Names of streams and commands")
struct StreamNameTests {
  @Test(
    "a name is category, hyphen, id in printable ASCII",
    arguments: [
      "rollout-a@b", "a--", "application-shop/web", "x-" + String(repeating: "y", count: 253),
    ])
  func valid(_ text: String) throws {
    let name = try StreamName(validating: text)
    #expect(name.text == text)
    #expect("\(name.category)-\(name.id)" == text)
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "-", "a", "-a", "a-", "a- b", "a-\n", "a-\r\n", "a-\u{0}", "a-é", "\u{212A}-a",
      "x-" + String(repeating: "y", count: 254),
    ])
  func invalid(_ text: String) {
    #expect(throws: InvalidStreamName.self) { try StreamName(validating: text) }
  }

  @Test("a command id is its sixteen bytes")
  func commandID() throws {
    let bytes = (1...16).map { UInt8($0) }
    let id = try #require(CommandID(bytes: bytes))
    #expect(id.bytes == bytes)
    #expect(id.description == "0102030405060708090a0b0c0d0e0f10")
    #expect(CommandID(bytes: bytes.dropLast()) == nil)
  }
}
