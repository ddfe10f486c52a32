import Foundation
import Testing
import WindlassWire

@Suite("stored events of every version")
struct EventFixtureTests {
  /// `<type>.hex` or `<type>+<variant>.hex`: lower-case hex, 64 digits a line.
  private func fixture(_ type: EventType, _ variant: String = "") -> URL {
    let suffix = variant.isEmpty ? "" : "+\(variant)"
    return URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/\(type.rawValue)\(suffix).hex")
  }

  /// Bytes on disk never change. A new type gets its file with
  /// `UPDATE=1 swift test --filter EventFixture`; an existing file is never written again.
  @Test("the bytes of every event type are as they always were", arguments: EventType.allCases)
  func bytes(type: EventType) throws {
    try compare(try EventSample.event(type), type, fixture(type))
  }

  @Test("so are those of what a later version added", arguments: EventSample.variants.keys.sorted())
  func variants(name: String) throws {
    let (type, event) = try #require(EventSample.variants[name])
    try compare(event, type, fixture(type, name))
  }

  private func compare(_ event: LogEvent, _ type: EventType, _ file: URL) throws {
    let stored = EventCodec.encode(event)
    #expect(stored.type == type.rawValue)
    if ProcessInfo.processInfo.environment["UPDATE"] != nil,
      !FileManager.default.fileExists(atPath: file.path())
    {
      try Data(hex(stored.payload).utf8).write(to: file)
    }
    let kept = try String(contentsOf: file, encoding: .utf8)
    #expect(hex(stored.payload) == kept)
    #expect(try EventCodec.decode(type: type.rawValue, payload: unhex(kept)) == event)
  }

  @Test("every file of an event type is of a type this version reads")
  func nothingForgotten() throws {
    let folder = fixture(.paused).deletingLastPathComponent()
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path()) {
      let name =
        file.replacingOccurrences(of: ".hex", with: "")
        .split(separator: "+").first.map(String.init) ?? ""
      let bytes = unhex(try String(contentsOf: folder.appending(path: file), encoding: .utf8))
      #expect(throws: Never.self) { try EventCodec.decode(type: name, payload: bytes) }
    }
  }

  private func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef")
    var text = ""
    for (index, byte) in bytes.enumerated() {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
      if index % 32 == 31 { text.append("\n") }
    }
    return text.hasSuffix("\n") ? text : text + "\n"
  }

  private func unhex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
  }
}
