import Foundation
import RolloutCore
import Testing
import WindlassWire

@testable import windlass

/// What is owed, watched, reported and shown by Argo.
@Suite("Status of a rollout")
struct StatusTests {
  private static let later = Timestamp(microseconds: noon.microseconds + 3_600_000_000)

  private static let verification = RunView(
    key: RunKey(type: .verification, round: 2), state: .finished, object: "checkout-verify-2",
    result: RunResult(
      phase: .successful, measurements: 3, message: "no values", evidence: .noData),
    reading: .noData)

  /// Blue-green after an emergency, with everything that can be beside it.
  private static let view: RolloutView = {
    var warned = forward
    warned.warnings = [.trafficAheadOfCapacity, .unknownController]
    return RolloutView(
      application: shop, cluster: east, version: 31, position: 90, stable: RevisionNumber(2),
      desired: RevisionNumber(3), phase: "paused",
      message: "revision 3 is paused before the switch", weight: 250, maxWeight: 1_000,
      attempt: AttemptView(
        number: AttemptNumber(6), revision: RevisionNumber(3), classification: warned,
        track: .full,
        runs: [
          RunView(key: RunKey(type: .prePromotion), state: .scheduled, isMissing: true),
          RunView(
            key: RunKey(type: .experiment, stepIndex: 1), state: .finished, object: "exp-1",
            result: RunResult(phase: .successful, measurements: 2, evidence: .vacuous),
            reading: .vacuous),
        ],
        pauses: [.blueGreen], by: anna, startedAt: noon, isLate: true, isBlueGreen: true),
      revisions: [revision(3, desired: true), revision(2, stable: true, once: true)],
      now: later,
      argo: ArgoStatusView(
        phase: "Paused", message: "BlueGreenPause",
        conditions: [
          .init(type: "Progressing", status: "Unknown", reason: "RolloutPaused"),
          .init(type: "Available", status: "True", reason: "AvailableReason"),
          .init(type: "Healthy", status: "False", reason: "RolloutNotHealthy"),
        ]),
      debts: [
        DebtView(
          attempt: AttemptNumber(5), revision: RevisionNumber(2), due: noon, owedAt: noon,
          isOverdue: true, runs: [verification])
      ],
      watch: WatchView(
        attempt: AttemptNumber(5), revision: RevisionNumber(2), previous: RevisionNumber(1),
        until: later, onFailure: .rollback),
      pods: PodCounts(
        desired: .init(requested: 4, created: 4, ready: 3, available: 3), stable: .init(10)),
      podsRevision: RevisionNumber(3),
      services: ServicesSeen(active: RevisionNumber(2), preview: RevisionNumber(3)),
      kept: [
        .init(revision: RevisionNumber(1), until: later),
        .init(revision: RevisionNumber(2), until: Timestamp(microseconds: .max)),
      ],
      restart: noon, nextDue: later)
  }()

  @Test("the tree shows readings before the controller's words, and everything that is open")
  func tree() {
    let expected = """
      Name:            shop/checkout
      Cluster:         eu-1 (not registered)
      Status:          = Paused
      Message:         revision 3 is paused before the switch
      Argo shows:      Paused: BlueGreenPause
      Conditions:      Progressing unknown, Available (AvailableReason), not Healthy \
      (RolloutNotHealthy)
      Strategy:        Blue-green
        Switch:        not yet
        Paused:        before the switch
      Pods:            revision 3 (v3) 3/4 available, stable 10/10 available
      Services:        active revision 2 (v2), preview revision 3 (v3)
      Kept:            pods of revision 1 until \(Self.later.utcText)
      Kept:            pods of revision 2 (v2) for ever
      Restart:         pods made before \(noon.utcText) are being replaced
      Window:          none
      Stable:          revision 2 (v2)
      Desired:         revision 3 (v3)
      Owed:            x verification of revision 2 (v2), overdue since \(noon.utcText)
      Watch:           revision 2 (v2) until \(Self.later.utcText), a failure rolls back to \
      revision 1
      Late:            x no progress within the deadline
      Warning:         ! this controller may send all traffic to a target with a single ready \
      pod (argoproj/argo-rollouts#3941)
      Warning:         ! which controller runs there is not known, so its habits are not either
      Lease:           never claimed
      Version:         31, at position 90

      NAME                      KIND         STATUS     AGE  INFO
      shop/checkout             Rollout      = Paused   60m
      |--# revision:3 (v3)      Revision     = Paused        canary
      |  `--attempt:6           Attempt      = Paused   60m  forward, full track, by anonymous \
      for anna
      |     |--(not created yet)  AnalysisRun  ! Missing         pre-promotion, missing: no \
      object appeared in time
      |     `--exp-1            Experiment   ! Vacuous       experiment 1, successful, 2 \
      measurements
      `--# revision:2 (v2)      Revision     + Stable        stable
         `--checkout-verify-2   AnalysisRun  ! No data       verification round 2, successful, \
      3 measurements, no values
      """
    #expect(Self.flat(RolloutTree.render(Self.view, .plain)) == Self.flat(expected))
  }

  /// Columns are another test's matter.
  private static func flat(_ text: String) -> [String] {
    text.split(separator: "\n").map { line in
      line.split(separator: " ").joined(separator: " ")
    }
  }

  @Test("a table tells what is owed")
  func table() {
    let table = Tables.rollouts([Self.view], .plain)
    #expect(table.contains("preview"))
    #expect(table.contains("; owes the verification of revision 2, OVERDUE"))
  }

  @Test("the JSON of status, debts, watch and pods has the names of the proto files")
  func json() throws {
    let members = try #require(Self.members(JSON(Self.view)))
    #expect(
      members["argo"]?.compact
        == #"{"phase":"Paused","message":"BlueGreenPause","conditions":["#
        + #"{"type":"Progressing","status":"Unknown","reason":"RolloutPaused","message":""},"#
        + #"{"type":"Available","status":"True","reason":"AvailableReason","message":""},"#
        + #"{"type":"Healthy","status":"False","reason":"RolloutNotHealthy","message":""}]}"#)
    #expect(
      members["debts"]?.compact
        == #"[{"attempt":5,"revision":2,"dueMicroseconds":"1795435200000000","#
        + #""owedMicroseconds":"1795435200000000","overdue":true,"runs":[{"key":"#
        + #"{"type":"VERIFICATION","stepIndexPlusOne":0,"round":2},"reading":"READING_NO_DATA","#
        + #""state":"finished","missing":false,"object":"checkout-verify-2","result":"#
        + #"{"phase":"SUCCESSFUL","measurements":3,"message":"no values","evidence":"NO_DATA"}}]}]"#
    )
    #expect(
      members["watch"]?.compact
        == #"{"attempt":5,"revision":2,"previous":1,"untilMicroseconds":"1795438800000000","#
        + #""onFailure":"ROLLBACK","runs":[]}"#)
    #expect(
      members["pods"]?.compact
        == #"{"desired":{"requested":4,"created":4,"ready":3,"available":3},"#
        + #""stable":{"requested":10,"created":10,"ready":10,"available":10},"#
        + #""others":{"requested":0,"created":0,"ready":0,"available":0}}"#)
    #expect(members["services"]?.compact == #"{"active":2,"preview":3}"#)
    #expect(members["maxWeight"] == .number(Int64(1_000)))
    let attempt = try #require(members["attempt"].flatMap(Self.members))
    let classification = try #require(attempt["classification"].flatMap(Self.members))
    #expect(
      classification["warnings"]?.compact
        == #"["traffic-ahead-of-capacity","unknown-controller"]"#)
    #expect(attempt["late"] == .bool(true))
    #expect(attempt["blueGreen"] == .bool(true))
  }

  private static func members(_ json: JSON) -> [String: JSON]? {
    guard case .object(let members) = json else { return nil }
    return Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
  }

  @Test(
    "each kind of step has words and JSON of its own",
    arguments: [
      (
        .setCanaryScale(.replicas(3)), "set canary scale to 3 pods",
        #"{"setCanaryScale":{"kind":"REPLICAS","value":3}}"#
      ),
      (
        .setCanaryScale(.matchTrafficWeight), "set canary scale to match the weight",
        #"{"setCanaryScale":{"kind":"MATCH_TRAFFIC_WEIGHT","value":0}}"#
      ),
      (
        .experiment(.init(templates: [.init(name: "base", source: .stable, replicas: 1)])),
        "experiment base",
        #"{"experiment":{"templates":[{"name":"base","source":"STABLE","#
          + #""replicas":{"value":"1"}}],"analyses":[]}}"#
      ),
      (
        .setHeaderRoute(
          .init(name: "beta", matches: [.init(header: "x-beta", value: .exact("1"))])),
        "set header route beta",
        #"{"setHeaderRoute":{"name":"beta","matches":[{"header":"x-beta","value":"#
          + #"{"kind":"EXACT","value":"1"}}]}}"#
      ),
      (
        .setMirrorRoute(.init(name: "shadow", percentage: 5)), "set mirror route shadow",
        #"{"setMirrorRoute":{"name":"shadow","percentage":{"value":"5"},"matches":[]}}"#
      ),
      (
        .plugin(.init(name: "acme/gate", configuration: "{}", disabled: true)),
        "plugin acme/gate (disabled)",
        #"{"plugin":{"name":"acme/gate","configuration":"{}","disabled":true}}"#
      ),
      (
        .progressThreshold(.percent(80)), "progress threshold 80 %",
        #"{"progressThreshold":{"value":80,"percent":true}}"#
      ),
    ] as [(Strategy.Step, String, String)])
  func steps(_ step: Strategy.Step, _ words: String, _ json: String) {
    #expect(JSON(step).compact == json)
    var view = busy
    view.attempt?.steps = [step]
    view.attempt?.stepIndex = 0
    #expect(RolloutTree.render(view, .plain).contains("0/1 (\(words))"))
  }

  @Test("an explanation shows what each version of Argo would do")
  func argo() throws {
    var explanation = RenderingTests.explanation
    explanation.argo = [
      ArgoJudgement(
        versions: "1.4 to 1.7.1", answer: .insideWindow, runsAnalysis: true, differs: true,
        why: ["its analysis did not ask the window"]),
      ArgoJudgement(
        versions: "1.7.2 to 1.9", answer: .insideWindow, runsAnalysis: false, differs: false,
        why: []),
    ]
    let text = ExplanationText.render(
      ExplainResponse(explanation: explanation, position: LogPosition(7)), .plain)
    #expect(
      text.contains(
        """
        What each version of Argo Rollouts would do:
          VERSIONS      ANSWER         ANALYSIS  DIFFERS
          1.4 to 1.7.1  inside-window  runs      ! yes
          1.7.2 to 1.9  inside-window  none      + no
        """))
    let members = try #require(Self.members(JSON(explanation)))
    #expect(
      members["argo"]?.compact
        == #"[{"versions":"1.4 to 1.7.1","answer":"inside-window","runsAnalysis":true,"#
        + #""differs":true,"why":["its analysis did not ask the window"]},"#
        + #"{"versions":"1.7.2 to 1.9","answer":"inside-window","runsAnalysis":false,"#
        + #""differs":false,"why":[]}]"#)
  }

  @Test("a decision's warnings follow it, and so do those of an evaluation")
  func warnings() {
    var classification = rolledBack
    classification.warnings = [.trafficAheadOfCapacity]
    var allowed = decision(.allowed)
    allowed.classification = classification
    #expect(
      DecisionText.render(allowed, of: shop, .plain).hasSuffix(
        "\n  ! this controller may send all traffic to a target with a single ready pod "
          + "(argoproj/argo-rollouts#3941)"))
    let answer = EvaluateRollbackResponse(
      isRefused: false, classification: classification, position: 1, version: 1)
    #expect(
      ExplanationText.render(answer, of: shop, on: east, .plain).contains(
        "! this controller may send all traffic"))
  }
}
