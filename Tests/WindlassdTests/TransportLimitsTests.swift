import Foundation
import Testing

@testable import windlassd

@Suite("Limits of the gRPC listener")
struct TransportLimitsTests {
  @Test("every default is within its range, and can be written as it is read")
  func defaults() throws {
    #expect(Set(TransportLimits.all.map(\.name)).count == TransportLimits.all.count)
    let standing = TransportLimits()
    for limit in TransportLimits.all {
      var changed = standing
      let text = limit.text(in: standing)
      try limit.set(text, in: &changed)
      #expect(limit.text(in: changed) == text, "\(limit.name)")
    }
  }

  @Test("each limit sets a value of its own, and nothing else")
  func apart() throws {
    let standing = TransportLimits()
    for limit in TransportLimits.all {
      let ends = limit.range.split(separator: " to ").map(String.init)
      #expect(ends.count == 2)
      for end in ends where end != limit.text(in: standing) {
        var changed = standing
        try limit.set(end, in: &changed)
        let different = TransportLimits.all.filter {
          $0.text(in: changed) != $0.text(in: standing)
        }
        #expect(different.map(\.name) == [limit.name])
      }
    }
  }

  @Test("docs/operating.md has every limit with its default and its range, and no other")
  func documented() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/operating.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let rows = text.matches(of: /(?m)^\| `([a-z]\w+)` \| ([^|]+) \| ([^|]+) \|/).map {
      "\($0.1): \($0.2), \($0.3)"
    }
    let standing = TransportLimits()
    #expect(
      rows.sorted()
        == TransportLimits.all.map { "\($0.name): \($0.text(in: standing)), \($0.range)" }.sorted())
  }
}
