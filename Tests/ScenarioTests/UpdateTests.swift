import Testing

@testable import Scenarios

@Suite("--update")
struct UpdateTests {
  private func update(_ text: String) throws -> ScenarioUpdate.Outcome {
    let failures = try Stage.play(file: Stage.file(text)).flatMap(\.failures)
    return ScenarioUpdate.apply(failures, to: Array(text.utf8))
  }

  static let wrong =
    Stage.head + ExpectationTests.outside + """
        expect:   # what we think
          track:   fast   # a comment
          window: "inside"
          window-source: 'manifest'
          between: []  # empty
          weight: 55
          stable: v1
          next-timer: 1m
          contract: none
          forbidden: none
          violations: [ "a, b" , 'c' ]   # odd
          rules:
          # Above the first.
          - no-window  # goes
          - rollback-by-number   # stays
          # Between.
          - window-from-policy
          - inside-means-fast
          scheduled:
          - background
          explanation-contains: nothing of this
      - after: 0s

      """

  @Test("scalars and lists are written anew, comments and everything else stay")
  func roundTrip() throws {
    let outcome = try update(Self.wrong)
    let text = String(decoding: outcome.bytes, as: UTF8.self)
    let expected =
      Stage.head + ExpectationTests.outside + """
          expect:   # what we think
            track:   full   # a comment
            window: outside-by-revisions
            window-source: policy checkout-window
            between: [v2]  # empty
            weight: 20
            stable: v3
            next-timer: 10m
            contract: none
            forbidden: none
            violations: []   # odd
            rules:
            # Above the first.
            - rollback-by-number   # stays
            # Between.
            - window-from-policy
            - window-revisions-exceeded
            - outside-means-full
            scheduled:
              []
            explanation-contains: nothing of this
        - after: 0s

        """
    #expect(text == expected)
    #expect(outcome.left.map(\.reason) == ["only a person can say what to look for instead"])
    // What was written is what comes out: a second update finds only what a person has to say.
    let again = try update(text)
    #expect(again.rewritten == 0)
    #expect(again.bytes == outcome.bytes)
    #expect(again.left.count == 1)
  }

  @Test("a file whose expectations hold is not changed by a byte")
  func unchanged() throws {
    let text = Stage.head + ExpectationTests.inside + "  expect: {track: fast}\n"
    let outcome = try update(text)
    #expect(outcome == .init(bytes: Array(text.utf8), rewritten: 0, left: []))
  }

  @Test("a byte order mark and CR LF stay")
  func lineEnds() throws {
    let text =
      "\u{FEFF}"
      + (Stage.head + ExpectationTests.outside
      + "  expect:\n    rules:\n    - no-window\n    track: fast\n")
      .replacing("\n", with: "\r\n")
    let outcome = try update(text)
    let updated = String(decoding: outcome.bytes, as: UTF8.self)
    #expect(updated.utf8.starts(with: "\u{FEFF}".utf8))
    #expect(updated.contains("    - outside-means-full\r\n    track: full\r\n"))
    #expect(try update(updated).rewritten == 0)
  }

  @Test("several lists and scalars in one line are written from the end")
  func oneLine() throws {
    let text =
      Stage.head + ExpectationTests.outside
      + "  expect: {between: [v1, v1], track: fast, rules: [no-window], stable: 'v1' , weight: 3}\n"
    let outcome = try update(text)
    #expect(outcome.rewritten == 5)
    #expect(
      String(decoding: outcome.bytes, as: UTF8.self).hasSuffix(
        "  expect: {between: [v2], track: full, rules: [rollback-by-number, window-from-policy, "
          + "window-revisions-exceeded, outside-means-full], stable: v3 , weight: 20}\n"))
  }

  @Test("`none` for a list becomes a list")
  func noneToList() throws {
    let text = Stage.head + ExpectationTests.outside + "  expect: {between: none}\n"
    #expect(
      String(decoding: try update(text).bytes, as: UTF8.self)
        == text.replacing("between: none", with: "between: [v2]"))
  }

  @Test("what clusters disagree about, and text over several lines, is left and named")
  func left() throws {
    let head = Stage.head.replacing("[eu-1]", with: "[eu-1, eu-2]")
    let text =
      head + """
        - apply: v1
        - start: v1
          cluster: eu-1
          expect-on: {eu-2: {phase: empty}}
        - tick: true
          expect: {phase: progressing}
        - tick: true
          cluster: eu-1
          expect:
            stable: >-
              v1

        """
    let outcome = try update(text)
    #expect(outcome.rewritten == 0)
    #expect(
      Set(outcome.left.map { String($0.reason.prefix(20)) }) == [
        "clusters differ here", "it does not stand on",
      ])
    #expect(outcome.bytes == Array(text.utf8))
  }

  @Test(
    "a text is written so that it reads back as the same",
    arguments: [
      "v1", "step 2 reached (pause-elapsed)", "12", "true", "null", "a: b", "a #b", "- a", "x,y",
      "[a]", "\"", "a\\b", "é", "tab\tand\u{1}", " a", "a ", "a:", "'", "*a", "&a", "%", "@x", "",
    ])
  func scalars(text: String) throws {
    let written = "[\(ScenarioLines.scalar(text)), \(ScenarioLines.scalar(text))]\n"
    let log = IssueLog()
    let nodes = ScenarioDocuments(file: "x").read(Array(written.utf8), log)
    guard case .sequence(let items) = try #require(nodes.first).content,
      case .scalar(let back, let style) = try #require(items.last).content
    else {
      Issue.record("is no list of texts: \(written)")
      return
    }
    #expect(back == text)
    #expect(style == .quoted || (items[0].integer == nil && items[0].bool == nil))
  }
}
