import Foundation
import RolloutCore
import Testing
import WindlassWire

@testable import windlass

@Suite("JSON output")
struct JSONTests {
  private func parse(_ json: JSON) throws -> [String: Any] {
    let pretty = try JSONSerialization.jsonObject(with: Data(json.pretty.utf8))
    let compact = try JSONSerialization.jsonObject(with: Data(json.compact.utf8))
    let object = try #require(pretty as? NSDictionary)
    #expect(object == compact as? NSDictionary)
    #expect(!json.compact.contains("\n"))
    return try #require(pretty as? [String: Any])
  }

  @Test("a rollout has the names of the proto files, 64-bit numbers in quotes")
  func rollout() throws {
    let object = try parse(JSON(busy))
    #expect(object["application"] as? String == "shop/checkout")
    #expect(object["version"] as? String == "12")
    #expect(object["stable"] as? Int == 2)
    #expect(object["windowSource"] as? String == "policy default")
    let window = try #require(object["window"] as? [String: Any])
    #expect(window["durationMicroseconds"] as? String == "604800000000")
    #expect(window["counting"] as? String == "ATTEMPTED")
    let attempt = try #require(object["attempt"] as? [String: Any])
    #expect(attempt["pauses"] as? [String] == ["PAUSE_STEP"])
    let runs = try #require(attempt["runs"] as? [[String: Any]])
    #expect(
      runs.map { $0["reading"] as? String } == [
        "RUN_READING_UNSPECIFIED", "READING_VERIFIED", "READING_SKIPPED",
      ])
    let ended = try #require(object["lastEnded"] as? [String: Any])
    let classification = try #require(ended["classification"] as? [String: Any])
    #expect(classification["kind"] as? String == "ROLLBACK")
    let rollback = try #require(classification["rollback"] as? [String: Any])
    let answer = try #require(rollback["answer"] as? [String: Any])
    #expect(answer["verdict"] as? String == "INSIDE")
    #expect((ended["verdict"] as? [String: Any])?["kind"] as? String == "PROMOTED")
  }

  @Test("absent messages are left out, absent values are zero")
  func absent() throws {
    let object = try parse(JSON(empty))
    #expect(object["attempt"] == nil)
    #expect(object["window"] == nil)
    #expect(object["stable"] as? Int == 0)
    #expect((object["revisions"] as? [Any])?.isEmpty == true)
  }

  @Test(
    "enum values have the names of the proto files",
    arguments: [
      (JSON.name(WindowAnswer.Verdict.outsideByRevisions), "OUTSIDE_BY_REVISIONS"),
      (.name(Classification.Kind.returnToStable), "RETURN_TO_STABLE"),
      (.name(RunType.prePromotion), "PRE_PROMOTION"),
      (.name(PauseReason.inconclusiveAnalysis, prefix: "PAUSE_"), "PAUSE_INCONCLUSIVE_ANALYSIS"),
      (.name(ClusterRegistration.Mode.enforce), "ENFORCE"),
    ])
  func names(_ json: JSON, _ expected: String) {
    #expect(json == .string(expected))
  }

  @Test(
    "any text comes back as it was, and nothing in it reaches a terminal raw",
    arguments: [
      "plain", "\"quoted\" \\ /", "tab\tline\r\n", "\u{1B}[2J\u{7F}\u{9B}", "\u{202E}abc",
      "Zoë 日本 ✔", "\u{E0041}\u{1F600}", "\u{0}", "",
    ])
  func text(_ text: String) throws {
    let json = JSON.object(["text": .string(text)])
    #expect(try parse(json)["text"] as? String == text)
    #expect(!json.compact.unicodeScalars.contains(where: SafeText.isUnsafe))
  }

  @Test("events carry their payload in base64")
  func events() throws {
    let object = try parse(
      JSON(
        ReadEventsResponse(
          events: [
            EventView(
              position: LogPosition(7), stream: "cluster-eu-1", version: 1,
              type: "cluster-registered.v1", recordedAt: noon, summary: "registered",
              payload: [0, 255])
          ], position: 8)))
    let events = try #require(object["events"] as? [[String: Any]])
    #expect(events.first?["payload"] as? String == "AP8=")
    #expect(events.first?["position"] as? String == "7")
    #expect(events.first?["event"] is NSNull)
    #expect(events.first?["cluster"] as? String == "eu-1")
    #expect(object["next"] as? String == "")
    #expect(object["position"] as? String == "8")
  }

  @Test("nested values are indented by two spaces")
  func pretty() {
    let json = JSON.object([
      "a": .array([.number(Int64(1)), .bool(true)]), "b": .object([]), "c": nil,
    ])
    #expect(json.pretty == "{\n  \"a\": [\n    1,\n    true\n  ],\n  \"b\": {}\n}")
    #expect(json.compact == "{\"a\":[1,true],\"b\":{}}")
  }
}
