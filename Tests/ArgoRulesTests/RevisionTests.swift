import ArgoRules
import Testing

@Suite("Revisions: matching, numbers, steps hash, reset")
struct RevisionTests {
  @Test("matching takes the template's hash, then the old hash, then an equal template")
  func order() {
    let sets = [
      CanarySample.set("new", created: 3), CanarySample.set("legacy", created: 2),
      CanarySample.set("equal", created: 1),
    ]
    func found(_ hash: String, _ legacy: String?, _ equal: Set<String>) -> String? {
      RevisionMatching.desired(
        hash: hash, in: sets, legacyHash: legacy, equalTemplates: equal)?.hash
    }
    #expect(found("new", "legacy", ["web-equal"]) == "new")
    #expect(found("absent", "legacy", ["web-equal"]) == "legacy")
    #expect(found("absent", "absent", ["web-equal"]) == "equal")
    #expect(found("absent", nil, []) == nil)
  }

  @Test("of several matches the oldest is taken")
  func oldest() {
    var young = CanarySample.set("a", created: 9)
    young.name = "young"
    let old = CanarySample.set("a", created: 1)
    #expect(RevisionMatching.desired(hash: "a", in: [young, old])?.name == old.name)
  }

  @Test("the pods of an experiment are never a revision")
  func experiments() {
    let set = CanarySample.set("a", created: 1, experiment: "ex")
    #expect(RevisionMatching.desired(hash: "a", in: [set]) == nil)
    #expect(RevisionMatching.stable(hash: "a", desired: nil, in: [set]) == nil)
  }

  @Test("a stable hash without a ReplicaSet is as if nothing were stable")
  func stableGone() {
    let set = CanarySample.set("a", created: 1)
    #expect(RevisionMatching.stable(hash: "gone", desired: set, in: [set]) == nil)
    #expect(RevisionMatching.stable(hash: "", desired: set, in: [set]) == nil)
    #expect(RevisionMatching.stable(hash: "a", desired: set, in: [set]) == set)
  }

  @Test(
    "the highest number ignores what is missing or unreadable",
    arguments: [([1, nil, 2], 2), ([nil], 0), ([], 0), ([7, 3], 7)] as [([Int?], Int)])
  func highest(numbers: [Int?], highest: Int) {
    let sets = numbers.map { CanarySample.set("a", revision: $0) }
    #expect(RevisionNumbering.highest(of: sets) == highest)
  }

  @Test("a number is only ever raised, and the one given up joins the history")
  func raised() {
    let first = CanarySample.set("a", created: 1, revision: 1)
    let second = CanarySample.set("b", created: 2, revision: 2)
    let again = RevisionNumbering.renumbered(first, others: [second])
    #expect(again.revision == 3)
    #expect(again.revisionHistory == [1])
    #expect(again.created == first.created)
    #expect(RevisionNumbering.renumbered(again, others: [second]) == again)
    let ahead = CanarySample.set("c", revision: 9)
    #expect(RevisionNumbering.number(of: ahead, others: [second]) == 9)
    #expect(RevisionNumbering.number(of: nil, others: []) == 1)
  }

  // MARK: Step hash

  @Test(
    "the step hash is the one the controller records",
    arguments: [
      (nil, "5ffbfbbd64"), ([.pause(nil)], "6b9b86fbd5"),
      ([.pause(nil), .pause(nil)], "79c9b9f6bf"),
    ] as [([CanaryStep]?, String)])
  func recordedHashes(steps: [CanaryStep]?, hash: String) {
    #expect(StepHash.of(.canary(CanaryStrategy(steps: steps))) == hash)
  }

  @Test("blue-green has the empty step hash")
  func blueGreenHash() {
    #expect(StepHash.of(.blueGreen(BlueGreenStrategy(activeService: "a"))).isEmpty)
  }

  @Test("an absent and an empty list hash differently")
  func absentIsNotEmpty() {
    #expect(
      StepHash.of(.canary(CanaryStrategy()))
        != StepHash.of(.canary(CanaryStrategy(steps: []))))
  }

  @Test(
    "FNV-1a gives the published values",
    arguments: [("", 0x811C_9DC5), ("a", 0xE40C_292C), ("foobar", 0xBF9C_F968)]
      as [(String, UInt32)])
  func fnv(text: String, hash: UInt32) {
    #expect(FNV1a.hash32(text.utf8) == hash)
  }

  static let encodings: [(CanaryStep, String)] = [
    (.setWeight(20), #"{"setWeight":20}"#), (.setWeight(0), #"{"setWeight":0}"#),
    (.pause(nil), #"{"pause":{}}"#), (.pause(.seconds(30)), #"{"pause":{"duration":30}}"#),
    (.pause(.text("1h")), #"{"pause":{"duration":"1h"}}"#),
    (
      .setCanaryScale(CanaryScale(replicas: 3)), #"{"setCanaryScale":{"replicas":3}}"#
    ),
    (
      .setCanaryScale(CanaryScale(weight: 25, matchTrafficWeight: false)),
      #"{"setCanaryScale":{"weight":25}}"#
    ),
    (
      .setCanaryScale(CanaryScale(matchTrafficWeight: true)),
      #"{"setCanaryScale":{"matchTrafficWeight":true}}"#
    ),
    (
      .analysis(AnalysisBlock([.init("ok")], arguments: [.init("hash", .latestHash)])),
      #"{"analysis":{"templates":[{"templateName":"ok"}],"args":[{"name":"hash","valueFrom":"#
        + #"{"podTemplateHashValue":"Latest"}}],"analysisRunMetadata":{}}}"#
    ),
    (
      .analysis(
        AnalysisBlock(
          [.init("ok", clusterScope: true)],
          arguments: [
            .init("region", .field("metadata.labels['region']")), .init("empty", .literal("")),
          ], dryRun: [".*"], retention: [.init("m", limit: 3)], labels: ["b": "2", "a": "1"])),
      #"{"analysis":{"templates":[{"templateName":"ok","clusterScope":true}],"args":["#
        + #"{"name":"region","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['region']"}}},"#
        + #"{"name":"empty"}],"dryRun":[{"metricName":".*"}],"measurementRetention":"#
        + #"[{"metricName":"m","limit":3}],"analysisRunMetadata":"#
        + #"{"labels":{"a":"1","b":"2"}}}}"#
    ),
    (
      .setHeaderRoute(HeaderRoute("r", [.init("agent", StringMatch(prefix: "Moz<"))])),
      #"{"setHeaderRoute":{"name":"r","match":[{"headerName":"agent","headerValue":"#
        + #"{"prefix":"Moz\u003c"}}]}}"#
    ),
    (.setHeaderRoute(HeaderRoute("r")), #"{"setHeaderRoute":{"name":"r"}}"#),
    (
      .setMirrorRoute(
        MirrorRoute("m", [.init(method: StringMatch(exact: "GET"))], percentage: 35)),
      #"{"setMirrorRoute":{"name":"m","match":[{"method":{"exact":"GET"}}],"percentage":35}}"#
    ),
    (
      .experiment(
        ExperimentStep(
          [.init("base", .stable, replicas: 1)], duration: "5m",
          analyses: [.init("a", template: "t", requiredForCompletion: true)])),
      #"{"experiment":{"templates":[{"name":"base","specRef":"stable","replicas":1,"#
        + #""metadata":{}}],"duration":"5m","analyses":[{"name":"a","templateName":"t","#
        + #""requiredForCompletion":true}],"analysisRunMetadata":{}}}"#
    ),
    (
      .plugin(PluginStep("org/step", configuration: #"{ "key" : "a b" }"#)),
      #"{"plugin":{"name":"org/step","config":{"key":"a b"}}}"#
    ),
  ]

  @Test("each kind of step is encoded as the controller encodes it", arguments: encodings)
  func encoding(step: CanaryStep, text: String) {
    #expect(StepHash.text(.canary(CanaryStrategy(steps: [step]))) == "[\(text)]")
  }

  @Test("different steps hash differently")
  func distinct() {
    let hashes = Self.encodings.map { StepHash.of(.canary(CanaryStrategy(steps: [$0.0]))) }
    #expect(Set(hashes).count == hashes.count)
  }

  @Test("what is not in the step list does not change the hash")
  func onlySteps() {
    let steps: [CanaryStep] = [.setWeight(10)]
    #expect(
      StepHash.of(.canary(CanaryStrategy(steps: steps)))
        == StepHash.of(
          .canary(
            CanaryStrategy(
              steps: steps, maxSurge: .count(3), analysis: BackgroundAnalysis(ArgoSample.block)))))
  }

  // MARK: Change and reset

  @Test("an empty recorded hash is no template change, an empty step hash is a steps change")
  func emptyRecords() {
    #expect(!ChangeDetection.templateChanged(recorded: "", desiredHash: "a"))
    #expect(ChangeDetection.templateChanged(recorded: "a", desiredHash: "b"))
    #expect(!ChangeDetection.templateChanged(recorded: "a", desiredHash: "a"))
    #expect(ChangeDetection.stepsChanged(recorded: "", present: "x"))
    #expect(ChangeDetection.stepsChanged(recorded: "y", present: "x"))
    #expect(!ChangeDetection.stepsChanged(recorded: "x", present: "x"))
  }

  @Test("an adopted ReplicaSet with an older hash is no template change")
  func adoptedHash() {
    let rollout = CanarySample.rollout(CanaryStrategy(), template: "computed", current: "label")
    let hash = StepHash.of(rollout.spec.strategy)
    let adopted = CanarySample.set("label")
    #expect(
      !ChangeDetection.templateOrStepsChanged(rollout, desired: adopted, stepHash: hash))
    #expect(ChangeDetection.templateOrStepsChanged(rollout, desired: nil, stepHash: hash))
  }

  @Test("a reset forgets runs, flags and plugins and starts at the first step")
  func reset() {
    let canary = CanaryStrategy(steps: [.setWeight(10)])
    var rollout = CanarySample.rollout(canary, index: 1)
    rollout.spec.restartAt = ArgoTime(seconds: 5)
    rollout.status.promoteFull = true
    rollout.status.abort = true
    rollout.status.canary.backgroundRun = CurrentRun("b")
    rollout.status.canary.stepRun = CurrentRun("s")
    rollout.status.canary.plugins = [StepPluginStatus(index: 0, name: "p", .run, .running)]
    rollout.status.blueGreen.prePromotionRun = CurrentRun("p")
    rollout.status.blueGreen.postPromotionRun = CurrentRun("q")
    rollout.status.blueGreen.scaleUpPreviewCheckpoint = true
    var status = rollout.status
    var decisions = PassDecisions()
    StatusReset.apply(to: &status, spec: rollout.spec, decisions: &decisions)
    #expect(status.stepIndex == 0)
    #expect(!status.promoteFull)
    #expect(status.canary.backgroundRun == nil && status.canary.stepRun == nil)
    #expect(status.canary.plugins.isEmpty)
    #expect(status.blueGreen == ArgoRolloutStatus.BlueGreen())
    #expect(status.restartedAt == ArgoTime(seconds: 5))
    #expect(decisions.clearsPauses && !decisions.isAborted(rollout.status))
    #expect(StatusReset.firstStepIndex(.canary(CanaryStrategy())) == nil)
  }

  // MARK: Text that becomes numbers

  @Test(
    "pause durations are whole seconds, from numbers, digits and Go durations",
    arguments: [
      (.seconds(90), 90), (.text("90"), 90), (.text("1m30s"), 90), (.text("1h"), 3600),
      (.text("1.5m"), 90), (.text("500ms"), 0), (.text("1500ms"), 1), (.text("soon"), -1),
      (.text(""), -1), (.text("10"), 10), (.text("3x"), -1), (.text("-5s"), -5),
    ] as [(PauseDuration, Int)])
  func pauseDurations(duration: PauseDuration, seconds: Int) {
    #expect(duration.wholeSeconds == seconds)
  }

  @Test(
    "Go durations",
    arguments: [
      ("0", 0), ("+5s", 5_000_000_000), ("1h15m30.918s", 4_530_918_000_000), ("1us", 1_000),
      ("1\u{B5}s", 1_000), (".5s", 500_000_000), ("s", nil), ("1", nil), ("1h h", nil),
      ("9223372036854775807ns", Int64.max), ("9223372036854775808ns", nil),
      ("-9223372036854775808ns", Int64.min), ("3000000h", nil), (".s", nil),
    ] as [(String, Int64?)])
  func goDurations(text: String, nanoseconds: Int64?) {
    #expect(GoDuration.nanoseconds(text) == nanoseconds)
  }

  @Test(
    "controller versions are read from image tags",
    arguments: [
      ("v1.7.1+6a99ea9", ControllerVersion(1, 7, 1)), ("1.8.0", ControllerVersion(1, 8, 0)),
      ("v1.10.0-rc1", ControllerVersion(1, 10, 0)), ("latest", nil), ("v1.7", nil), ("", nil),
      ("v1.7.x", nil), ("v1..2", nil), ("v1.7.1234567", nil),
    ] as [(String, ControllerVersion?)])
  func versions(text: String, version: ControllerVersion?) {
    #expect(ControllerVersion(text) == version)
  }

  @Test("versions are ordered as numbers, not as text")
  func versionOrder() {
    #expect(ControllerVersion(1, 9, 1) < ControllerVersion(1, 10, 0))
    #expect(ControllerVersion(1, 7, 1) < ControllerVersion(1, 7, 2))
  }

  @Test("counts are clamped to what Kubernetes can store")
  func clamped() {
    let set = CanarySample.set("a", requested: .max)
    #expect(set.requested == Int(Int32.max))
    #expect(
      ArgoRolloutSpec(
        replicas: .min, templateHash: "a", strategy: .canary(CanaryStrategy())
      ).replicas
        == Int(Int32.min))
  }

  @Test("time does not overflow")
  func farTimes() {
    #expect(ArgoTime(seconds: .max).microseconds == .max)
    #expect(ArgoTime(microseconds: .max).adding(seconds: 1).microseconds == .max)
    #expect(ArgoTime(microseconds: .min).adding(seconds: -1).microseconds == .min)
    #expect(ArgoTime(microseconds: .min).wholeSeconds(since: ArgoTime(microseconds: .max)) < 0)
    #expect(ArgoTime(microseconds: -1).secondsRoundedDown == -1)
  }
}
