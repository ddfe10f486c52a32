import ArgoManifests
import ArgumentParser
import RolloutCore
import Testing
import WindlassWire

@testable import windlass

@Suite("The past under other policies")
struct WhatIfTests {
  private static let policy = SourceFile(
    name: "policy.yaml",
    bytes: Array(
      """
      apiVersion: windlass/v1
      kind: RolloutPolicy
      metadata:
        name: wide
      spec:
        rollbackWindow:
          revisions: 5
      """.utf8))

  private static let flip = WhatIfUpdate.Flip(
    position: LogPosition(41), cluster: east, attempt: AttemptNumber(5), origin: .commanded,
    before: DecidedAnswer(
      outcome: .attempt(.rollback, .full, verdict: .outsideByRevisions),
      rules: [.rollbackByNumber, .windowRevisionsExceeded, .outsideMeansFull]),
    after: DecidedAnswer(
      outcome: .attempt(.rollback, .fast, verdict: .inside),
      rules: [.rollbackByNumber, .windowRevisionsHeld, .insideMeansFast]))

  private static let summary = WhatIfUpdate.Summary(
    position: 55, rollouts: 2, answers: 9, flips: 1, toFast: 1)

  private static let none = WhatIfUpdate.Summary(position: 55, rollouts: 1, answers: 4)

  private func ask(
    _ arguments: [String] = [], _ updates: [WhatIfUpdate], format: Output.Format = .text,
    _ console: Console
  ) async throws -> (Ending, WhatIfRequest?) {
    let backend = FakeBackend(steps: { _, _ in updates.map { .reply($0) } })
    let parsed = try Windlass.parseAsRoot(
      ["what-if", "-f", "policy.yaml", "shop/checkout"] + arguments)
    let command = try #require(parsed as? WhatIfCommand)
    let status = try await command.execute(
      in: console.session(backend, format: format), sources: [Self.policy])
    return (status, backend.requests.first as? WhatIfRequest)
  }

  @Test("flips are a table with the rules that differ, then the sums")
  func table() async throws {
    let console = Console()
    let (status, request) = try await ask(
      ["--cluster", "eu-1", "--limit", "20"], [.flip(Self.flip), .summary(Self.summary)], console)
    #expect(status == .done)
    #expect(request?.application == shop)
    #expect(request?.cluster == east)
    #expect(request?.limit == 20)
    #expect(request?.policies.map(\.name) == ["wide"])
    let words = console.out.split(separator: "\n").map { line in
      line.split(separator: " ").joined(separator: " ")
    }
    #expect(
      words == [
        "POSITION CLUSTER ATTEMPT WAS WOULD BE RULES",
        "41 eu-1 5 rollback, outside the window by revisions, full track "
          + "~ rollback, inside the window, fast track "
          + "-window-revisions-exceeded -outside-means-full "
          + "+window-revisions-held +inside-means-fast",
        "1 of 9 answers in 2 rollouts of shop/checkout would have been others: 1 to the fast "
          + "track.",
        "Nothing was recorded. As of position 55.",
      ])
  }

  @Test("nothing that flips is said in one sentence")
  func nothing() async throws {
    let console = Console()
    let (status, _) = try await ask(["--exit-code"], [.summary(Self.none)], console)
    #expect(status == .done)
    #expect(
      console.out == """
        None of 4 answers in 1 rollout of shop/checkout would have been another one.
        Nothing was recorded. As of position 55.

        """)
  }

  @Test("--exit-code ends with 10 when something flips")
  func exitCode() async throws {
    let (status, _) = try await ask(
      ["--exit-code"], [.flip(Self.flip), .summary(Self.summary)], Console())
    #expect(status == .refused)
  }

  @Test("for a program it is one object")
  func json() async throws {
    let console = Console()
    _ = try await ask([], [.flip(Self.flip), .summary(Self.summary)], format: .json, console)
    let expected = JSON.object([
      "exitCode": .number(Int64(0)), "exit": .string("done"),
      "application": .string("shop/checkout"),
      "flips": .array([
        .object([
          "position": .string("41"), "cluster": .string("eu-1"), "attempt": .number(Int64(5)),
          "origin": .string("COMMANDED"),
          "before": .object([
            "kind": .string("ATTEMPT"), "attempt": .string("ROLLBACK"), "track": .string("FULL"),
            "verdict": .string("OUTSIDE_BY_REVISIONS"),
            "rules": JSON(["rollback-by-number", "window-revisions-exceeded", "outside-means-full"]
            ),
          ]),
          "after": .object([
            "kind": .string("ATTEMPT"), "attempt": .string("ROLLBACK"), "track": .string("FAST"),
            "verdict": .string("INSIDE"),
            "rules": JSON(["rollback-by-number", "window-revisions-held", "inside-means-fast"]),
          ]),
        ])
      ]),
      "summary": .object([
        "position": .string("55"), "rollouts": .number(Int64(2)), "answers": .string("9"),
        "flips": .string("1"), "toFast": .string("1"), "toFull": .string("0"),
        "toRefused": .string("0"), "otherRules": .string("0"), "more": .bool(false),
        "unreadable": .array([]),
      ]),
    ])
    #expect(console.out == expected.pretty + "\n")
  }

  @Test("a stream that ends without its sums is no answer")
  func cutShort() async throws {
    await #expect(throws: Failure.self) {
      try await ask([], [.flip(Self.flip)], Console())
    }
  }

  @Test("files without a policy for the application are refused before anything is asked")
  func noPolicy() async throws {
    let backend = FakeBackend()
    let command = try #require(
      try Windlass.parseAsRoot(["what-if", "-f", "p.yaml", "shop/checkout"]) as? WhatIfCommand)
    let source = SourceFile(name: "p.yaml", bytes: Array("kind: Service\napiVersion: v1\n".utf8))
    await #expect(throws: Failure.self) {
      try await command.execute(in: Console().session(backend), sources: [source])
    }
    #expect(backend.requests.isEmpty)
  }
}
