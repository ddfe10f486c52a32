import Foundation
import RolloutCore
import Testing

@testable import WindlassWire

@Suite("kinds of events")
struct EventKindTests {
  @Test("docs/log.md says what each kind means, and knows no other")
  func documented() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "docs/log.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let list = try #require(text.components(separatedBy: "## Kinds of events").last)
    let documented = list.split(separator: "\n").compactMap { line -> String? in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 2, cells[0].hasPrefix("`"), !cells[1].isEmpty else { return nil }
      return cells[0].trimmingCharacters(in: ["`"])
    }
    #expect(documented.count == Set(documented).count)
    #expect(Set(documented) == Set(EventType.allCases.map(\.kind)))
  }

  @Test("a kind stands for all of its versions, a type for one, and nothing else for any")
  func types() {
    #expect(EventFilter(kinds: ["paused"]).types == ["paused.v1"])
    #expect(EventFilter(kinds: ["paused.v1", "resumed"]).types == ["paused.v1", "resumed.v1"])
    #expect(EventFilter().types == nil)
    for text in ["", "pause", "paused.v2", "paused.", "PAUSED", "paused.v1.v1"] {
      #expect(!EventFilter.isKind(text))
    }
  }

  @Test("every event is a tree of its message's fields, with what all events have")
  func fields() throws {
    var random = Generator(seed: 11)
    for type in EventType.allCases {
      for _ in 0..<20 {
        let event = try random.event(type)
        let stored = EventCodec.encode(event)
        let fields = try EventCodec.fields(type: stored.type, payload: stored.payload)
        #expect(fields["nowMicroseconds"]?.scalar != nil, "\(type)")
        if case .rollout(.attemptClassified(let classified)) = event {
          #expect(fields["attempt"] == .number(Int64(classified.attempt.value)))
          #expect(
            fields["classification"]?["rules"]
              == .list(classified.classification.rules.map { .text($0.rawValue) }))
          #expect(fields["by"]?["reason"] == .text(classified.by.reason))
        }
      }
    }
    #expect(throws: WireError.self) { try EventCodec.fields(type: "x.v1", payload: []) }
    #expect(throws: WireError.self) { try EventCodec.fields(type: "paused.v1", payload: [0xFF]) }
  }
}
