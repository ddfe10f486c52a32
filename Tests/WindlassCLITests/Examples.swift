import RolloutCore
import WindlassWire

@testable import windlass

let shop = name { () throws(InvalidName) in try ApplicationName(validating: "shop/checkout") }
let east = name { () throws(InvalidName) in try ClusterName(validating: "eu-1") }
let west = name { () throws(InvalidName) in try ClusterName(validating: "us-1") }
let anna = Requester(principal: "anonymous", claimedActor: "anna", reason: "errors")
let noon = Timestamp(microseconds: 1_795_435_200_000_000)

/// The tests' own names are valid.
private func name<Name>(_ make: () throws(InvalidName) -> Name) -> Name {
  do throws(InvalidName) {
    return try make()
  } catch {
    preconditionFailure("\(error)")
  }
}

func release(_ text: String) -> ReleaseID {
  name { () throws(InvalidName) in try ReleaseID(validating: text) }
}

func revision(
  _ number: UInt32, stable: Bool = false, desired: Bool = false, held: Bool = false,
  once: Bool = false, hash: String? = nil
) -> RevisionView {
  RevisionView(
    revision: Revision(
      number: RevisionNumber(number), release: release("v\(number)"), digest: "sha256:00",
      images: ["shop:v\(number)"]),
    isStable: stable, isDesired: desired, isHeld: held, wasAttempted: true, wasStable: once,
    local: hash.map { LocalRevision(podHash: $0, argoRevision: 7) })
}

let window = RollbackWindow(revisions: 3, duration: .seconds(7 * 86_400))

let rolledBack = Classification(
  kind: .rollback, origin: .commanded, track: .fast,
  rollback: Classification.Rollback(
    rollbackClass: .regular, insistsOnAnalysis: false,
    answer: WindowAnswer(
      verdict: .inside, window: window, source: .policy("default"), stable: RevisionNumber(3),
      target: RevisionNumber(2), between: [], stoppedBeingStableAt: noon, restsOnImport: false)),
  rules: [.rollbackByNumber, .windowRevisionsHeld, .insideMeansFast],
  facts: [Fact(.stableSince, revision: RevisionNumber(3), at: LogPosition(17))])

let forward = Classification(
  kind: .forward, origin: .commanded, track: .full, rules: [.forwardByNumber], facts: [])

let plan = AnalysisPlan(
  templates: [
    AnalysisTemplate(
      name: "success-rate",
      metrics: [AnalysisTemplate.Metric(name: "errors", provider: "prometheus")])
  ], arguments: [AnalysisPlan.Argument(name: "service", value: "checkout")])

/// A canary half way, with a violated rollback before it.
let busy = RolloutView(
  application: shop, cluster: east, version: 12, position: 55, stable: RevisionNumber(2),
  desired: RevisionNumber(3), phase: "paused", message: "revision 3 is paused at step 1",
  weight: 20,
  attempt: AttemptView(
    number: AttemptNumber(4), revision: RevisionNumber(3), classification: forward, track: .full,
    stepIndex: 1,
    steps: [.setWeight(20), .pause(nil), .pause(.seconds(30)), .analysis(plan)],
    runs: [
      RunView(key: RunKey(type: .background), state: .created, object: "checkout-abc-3"),
      RunView(
        key: RunKey(type: .step, stepIndex: 0), state: .finished, object: "checkout-abc-3-0",
        result: RunResult(phase: .successful, measurements: 5), reading: .verified),
      RunView(
        key: RunKey(type: .step, stepIndex: 0, round: 2), state: .finished, object: "checkout-x",
        result: RunResult(phase: .successful, measurements: 0), reading: .skipped),
    ],
    pauses: [.step], by: anna, startedAt: Timestamp(microseconds: noon.microseconds - 45_000_000)),
  lastEnded: AttemptView(
    number: AttemptNumber(3), revision: RevisionNumber(2), classification: rolledBack,
    track: .fast, verdict: .promoted, contract: .violated,
    violations: [RunObject(name: "checkout-def-9", type: .background, podHash: "def")],
    by: anna, startedAt: Timestamp(microseconds: noon.microseconds - 7_300_000_000),
    endedAt: noon),
  revisions: [
    revision(3, desired: true, hash: "abc"), revision(2, stable: true, once: true),
    revision(1, held: true, once: true),
  ],
  window: window, windowSource: "policy default",
  registration: ClusterRegistration(
    mode: .enforce, labels: [ClusterSelector.Label("env", "prod")], controllerVersion: "v1.7.1"),
  epoch: 3, now: noon)

let empty = RolloutView(
  application: shop, cluster: east, version: 0, position: 4, phase: "empty",
  message: "nothing was deployed yet", now: noon)

func decision(
  _ result: Decision.Result, on cluster: ClusterName? = east, rule: Rule? = nil,
  attempt: UInt32? = nil
) -> Decision {
  Decision(
    cluster: cluster, result: result, rule: rule, message: "", position: 20, version: 8,
    attempt: attempt.map { AttemptNumber($0) }, revision: RevisionNumber(2))
}

func update(
  _ version: UInt64, verdict: Verdict? = nil, person: Bool = false, message: String = "step 1"
) -> AwaitUpdate {
  AwaitUpdate(
    attempt: AttemptNumber(4), version: version, phase: "progressing", message: message,
    verdict: verdict, revision: RevisionNumber(2), waitsForPerson: person)
}
