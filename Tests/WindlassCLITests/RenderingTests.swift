import Foundation
import RolloutCore
import Testing
import WindlassWire

@testable import windlass

@Suite("Rendering")
struct RenderingTests {
  static let unicode = Style(color: false, unicode: true)

  static let explanation = ExplanationView(
    headline: "Rollback of shop/checkout on eu-1 from revision 3 to 2: inside the window.",
    paragraphs: [
      "anna asked for revision 2 (v2). Stable was revision 3 (v3). No revision attempted here lies "
        + "between revision 3 and 2.", "So it goes at once.",
    ],
    trace: [
      Explanation.TraceLine(
        rule: .rollbackByNumber, text: "2 is below stable 3: a rollback",
        facts: [LogPosition(3), LogPosition(17)]),
      Explanation.TraceLine(rule: .insideMeansFast, text: "inside the window", facts: []),
    ],
    counterfactual: "With a window of 0 revisions it would have been outside.",
    argoDiffers: "Argo Rollouts may judge otherwise.")

  static let clusters = [
    ListClustersResponse.Entry(
      cluster: east,
      registration: ClusterRegistration(
        mode: .enforce,
        labels: [ClusterSelector.Label("env", "prod"), ClusterSelector.Label("wave", "1")],
        controllerVersion: "v1.7.1"),
      epoch: 3, holder: "agent-0", leaseRemaining: .seconds(12)),
    ListClustersResponse.Entry(
      cluster: west, registration: ClusterRegistration(mode: .observe, labels: [])),
  ]

  static let events = [
    EventView(
      position: LogPosition(9), stream: "rollout-shop/checkout@eu-1", version: 2,
      type: "step-reached.v1", recordedAt: noon, summary: "attempt 1 reached step 1", payload: [])
  ]

  @Test("a rollout is a header and a tree of revisions, attempts and analysis runs")
  func tree() {
    let withSymbols = """
      Name:            shop/checkout
      Cluster:         eu-1 (enforce, Argo Rollouts v1.7.1, env=prod)
      Status:          ॥ Paused
      Message:         revision 3 is paused at step 1
      Strategy:        Canary
        Step:          1/4 (pause until promoted)
        SetWeight:     20
        Paused:        by its step
      Window:          3 revisions and 7 d, counting attempted (policy default)
      Stable:          revision 2 (v2)
      Desired:         revision 3 (v3)
      Lease:           epoch 3
      Version:         12, at position 55

      NAME                         KIND         STATUS              AGE  INFO
      ⟳ shop/checkout              Rollout      ॥ Paused            45s
      ├──# revision:3 (v3)         Revision     ॥ Paused                 canary, pod hash abc \
      (Argo revision 7)
      │  └──□ attempt:4            Attempt      ॥ Paused            45s  forward, full track, \
      by anonymous for anna
      │     ├──α checkout-abc-3    AnalysisRun  ◌ Running                background
      │     ├──α checkout-abc-3-0  AnalysisRun  ✔ Verified               step 0, successful, \
      5 measurements
      │     └──α checkout-x        AnalysisRun  ⚠ Skipped                step 0 round 2, \
      successful, 0 measurements
      ├──# revision:2 (v2)         Revision     ✔ Stable                 stable
      │  └──□ attempt:3            Attempt      ⚠ Rolled back to 2  2h   rollback (regular), \
      inside the window, fast track, contract violated, by anonymous for anna
      │     └──α checkout-def-9    AnalysisRun  ✖ Forbidden              background, breaks the \
      skip contract
      └──# revision:1 (v1)         Revision     ⚠ Held                   held, once stable here
      """
    #expect(RolloutTree.render(busy, Self.unicode) == withSymbols)
    let ascii = """
      Name:            shop/checkout
      Cluster:         eu-1 (enforce, Argo Rollouts v1.7.1, env=prod)
      Status:          = Paused
      Message:         revision 3 is paused at step 1
      Strategy:        Canary
        Step:          1/4 (pause until promoted)
        SetWeight:     20
        Paused:        by its step
      Window:          3 revisions and 7 d, counting attempted (policy default)
      Stable:          revision 2 (v2)
      Desired:         revision 3 (v3)
      Lease:           epoch 3
      Version:         12, at position 55

      NAME                       KIND         STATUS              AGE  INFO
      shop/checkout              Rollout      = Paused            45s
      |--# revision:3 (v3)       Revision     = Paused                 canary, pod hash abc \
      (Argo revision 7)
      |  `--attempt:4            Attempt      = Paused            45s  forward, full track, by \
      anonymous for anna
      |     |--checkout-abc-3    AnalysisRun  ~ Running                background
      |     |--checkout-abc-3-0  AnalysisRun  + Verified               step 0, successful, 5 \
      measurements
      |     `--checkout-x        AnalysisRun  ! Skipped                step 0 round 2, \
      successful, 0 measurements
      |--# revision:2 (v2)       Revision     + Stable                 stable
      |  `--attempt:3            Attempt      ! Rolled back to 2  2h   rollback (regular), \
      inside the window, fast track, contract violated, by anonymous for anna
      |     `--checkout-def-9    AnalysisRun  x Forbidden              background, breaks the \
      skip contract
      `--# revision:1 (v1)       Revision     ! Held                   held, once stable here
      """
    #expect(RolloutTree.render(busy, .plain) == ascii)
  }

  @Test("a rollout where nothing happened yet says so")
  func emptyTree() {
    let expected = """
      Name:            shop/checkout
      Cluster:         eu-1 (not registered)
      Status:          - Empty
      Message:         nothing was deployed yet
      Window:          none
      Stable:          none
      Desired:         none
      Lease:           never claimed
      Version:         0, at position 4

      NAME           KIND     STATUS   AGE  INFO
      shop/checkout  Rollout  - Empty
      """
    #expect(RolloutTree.render(empty, .plain) == expected)
  }

  @Test("rollouts are a table")
  func rollouts() {
    let withSymbols = """
      APPLICATION    CLUSTER  STATUS    STABLE  DESIRED  STEP  WEIGHT  MESSAGE
      shop/checkout  eu-1     ॥ Paused  2       3        1/4   20      revision 3 is paused at \
      step 1
      shop/checkout  eu-1     • Empty   -       -        -     0       nothing was deployed yet
      """
    #expect(Tables.rollouts([busy, empty], Self.unicode) == withSymbols)
    let ascii = """
      APPLICATION    CLUSTER  STATUS    STABLE  DESIRED  STEP  WEIGHT  MESSAGE
      shop/checkout  eu-1     = Paused  2       3        1/4   20      revision 3 is paused at \
      step 1
      shop/checkout  eu-1     - Empty   -       -        -     0       nothing was deployed yet
      """
    #expect(Tables.rollouts([busy, empty], .plain) == ascii)
  }

  @Test("clusters are a table with their leases")
  func clusterTable() {
    let expected = """
      CLUSTER  MODE     AGENT    LEASE            EPOCH  ARGO ROLLOUTS  LABELS
      eu-1     enforce  agent-0  ✔ live for 12 s  3      v1.7.1         env=prod,wave=1
      us-1     observe  -        • none           0      unknown        -
      """
    #expect(Tables.clusters(Self.clusters, Self.unicode) == expected)
  }

  @Test("events are a table")
  func eventTable() {
    let expected = """
      POSITION  DECIDED               STREAM                      VERSION  TYPE             \
      SUMMARY
      9         2026-11-23 12:00:00Z  rollout-shop/checkout@eu-1  2        step-reached.v1  \
      attempt 1 reached step 1
      """
    #expect(Tables.events(Self.events, .plain) == expected)
  }

  @Test("what is empty says how to fill it")
  func nothing() {
    #expect(Tables.rollouts([], .plain).contains("windlass apply FILES"))
    #expect(Tables.clusters([], .plain).contains("windlass-agent"))
    #expect(Tables.events([], .plain) == "No events.")
  }

  @Test("an explanation is prose, rules with their facts, what would differ, and the story")
  func explanationText() {
    let expected = """
      Rollback of shop/checkout on eu-1 from revision 3 to 2: inside the window.

      anna asked for revision 2 (v2). Stable was revision 3 (v3). No revision attempted here
      lies between revision 3 and 2.

      So it goes at once.

      Rules applied:
        RULE                WHAT IT SAW                      FACTS AT
        rollback-by-number  2 is below stable 3: a rollback  3, 17
        inside-means-fast   inside the window

      What would have changed it:
        With a window of 0 revisions it would have been outside.

      How Argo Rollouts differs:
        Argo Rollouts may judge otherwise.

      What happened then:
        - promoted
        - contract kept

      Attempt 4, recorded at position 20.
      """
    #expect(
      ExplanationText.render(
        ExplainResponse(
          explanation: Self.explanation, position: LogPosition(20), attempt: AttemptNumber(4),
          story: ["promoted", "contract kept"]), .plain) == expected)
  }

  @Test("a refused rollback names the rule and what the answer rests on")
  func evaluation() {
    let expected = """
      ✖ eu-1: would be refused (held-revision)
      revision 2 is held

      Nothing was recorded. shop/checkout on eu-1 as of version 8, position 21.
      """
    #expect(
      ExplanationText.render(
        EvaluateRollbackResponse(
          isRefused: true, rule: .heldRevision, message: "revision 2 is held", position: 21,
          version: 8), of: shop, on: east, Self.unicode) == expected)
  }

  @Test("a decision that began a rollback says what kind, on which track")
  func decisionText() {
    var allowed = decision(.allowed, attempt: 4)
    allowed.classification = rolledBack
    #expect(
      DecisionText.render(allowed, of: shop, Self.unicode) == """
        ✔ shop/checkout on eu-1: allowed
          rollback (regular), inside the window, fast track; \
        attempt 4, revision 2, version 8, position 19
        """)
    allowed.isDryRun = true
    #expect(DecisionText.render(allowed, of: shop, .plain).contains("would be allowed"))
    #expect(DecisionText.render(allowed, of: shop, .plain).hasSuffix("dry run, nothing recorded"))
  }

  @Test("columns align behind the longest name, and no line ends in spaces")
  func longNames() {
    var view = busy
    let label = String(repeating: "n", count: 63)
    do throws(InvalidName) {
      view.application = try ApplicationName(validating: "\(label)/\(label)")
    } catch {
      Issue.record(error)
    }
    view.attempt?.runs[0].object = String(repeating: "o", count: 253)
    let lines = RolloutTree.render(view, Self.unicode).split(separator: "\n")
    let rows = lines.drop { !$0.hasPrefix("NAME") }
    #expect(rows.allSatisfy { !$0.hasSuffix(" ") })
    #expect(rows.first?.hasPrefix("NAME" + String(repeating: " ", count: 256)) == true)
  }

  @Test("only the newest revisions and those with a part in it are listed")
  func manyRevisions() {
    var view = busy
    view.revisions = (1...40).reversed().map {
      revision(UInt32($0), stable: $0 == 2, desired: $0 == 3)
    }
    let text = RolloutTree.render(view, .plain)
    #expect(text.components(separatedBy: "# revision:").count - 1 == 12)
    #expect(text.contains("# revision:40 ") && text.contains("# revision:2 "))
    #expect(text.hasSuffix("\nand 28 older revisions"))
  }

  @Test("colours are escape sequences around the status, after padding")
  func colours() {
    let style = Style(color: true, unicode: true)
    let text = RolloutTree.render(busy, style)
    #expect(text.contains("Status:          \u{1B}[33m॥ Paused\u{1B}[0m\n"))
    var plain = text
    for code in ["32", "36", "33", "31", "35", "2", "0"] {
      plain = plain.replacing("\u{1B}[\(code)m", with: "")
    }
    #expect(plain == RolloutTree.render(busy, Self.unicode))
  }

  @Test("nothing that the service says can steer the terminal")
  func hostile() {
    let bad = "x\u{1B}]0;t\u{7}\u{9B}2J\u{202E}\u{2066}\r\u{7F}y"
    let by = Requester(principal: bad, claimedActor: bad, reason: bad)
    var attempt = AttemptView(
      number: AttemptNumber(1), revision: RevisionNumber(3), classification: forward, track: .full,
      steps: [
        .analysis(AnalysisPlan(templates: [AnalysisTemplate(name: bad, metrics: [])]))
      ],
      runs: [
        RunView(
          key: RunKey(type: .background), state: .finished, object: bad,
          result: RunResult(phase: .failed, measurements: 1, message: bad))
      ],
      verdict: .aborted(.analysis(RunKey(type: .background), message: bad)),
      violations: [RunObject(name: bad, type: .background, podHash: bad)], by: by, startedAt: noon)
    var view = busy
    view.phase = bad
    view.message = bad
    view.windowSource = bad
    view.lastEnded = attempt
    attempt.verdict = nil
    view.attempt = attempt
    view.revisions[0].local = LocalRevision(podHash: bad)
    view.registration = ClusterRegistration(
      mode: .enforce, labels: [ClusterSelector.Label(bad, bad)], controllerVersion: bad)
    var refused = decision(.refused, rule: .heldRevision)
    refused.message = bad
    let hostile = ExplanationView(
      headline: bad, paragraphs: [bad],
      trace: [Explanation.TraceLine(rule: .heldRevision, text: bad, facts: [])],
      counterfactual: bad, argoDiffers: bad)
    let texts = [
      RolloutTree.render(view, Self.unicode), Tables.rollouts([view], Self.unicode),
      Tables.clusters(
        [
          ListClustersResponse.Entry(
            cluster: east,
            registration: ClusterRegistration(
              mode: .observe, labels: [ClusterSelector.Label(bad, bad)], controllerVersion: bad),
            holder: bad)
        ], Self.unicode),
      Tables.events(
        [
          EventView(
            position: LogPosition(1), stream: bad, version: 1, type: bad, recordedAt: noon,
            summary: bad, payload: [])
        ], Self.unicode),
      DecisionText.render(refused, of: shop, Self.unicode),
      ExplanationText.render(
        ExplainResponse(explanation: hostile, position: LogPosition(1), story: [bad]),
        Self.unicode),
      ExplanationText.render(
        EvaluateRollbackResponse(
          isRefused: true, message: bad, explanation: hostile, position: 1, version: 1),
        of: shop, on: east, Self.unicode),
    ]
    for text in texts {
      #expect(text.contains("x]0;t2Jy") || text.contains("x]0;t2J y"))
      #expect(!text.unicodeScalars.contains { SafeText.isUnsafe($0) && $0 != "\n" }, "\(text)")
    }
  }

  @Test(
    "ages are written as kubectl does",
    arguments: [
      (0, "0s"), (119, "119s"), (120, "2m"), (7_199, "119m"), (7_200, "2h"), (172_799, "47h"),
      (172_800, "2d"), (-5, "0s"),
    ] as [(Int64, String)])
  func ages(_ seconds: Int64, _ expected: String) {
    let now = Timestamp(microseconds: noon.microseconds + seconds * 1_000_000)
    #expect(Words.age(of: noon, at: now) == expected)
  }
}
