import RolloutCore
import WindlassWire

/// Values of every kind from a seed; the same seed gives the same values. Legal ones only: whatever
/// it makes must survive the wire unchanged.
struct Generator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func bool() -> Bool { Bool.random(using: &self) }

  mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  /// Small, middling or any: what is small has a short varint.
  mutating func counter() -> UInt64 {
    switch int(0...2) {
    case 0: UInt64(int(0...300))
    case 1: UInt64(int(0...5_000_000_000))
    default: next()
    }
  }

  mutating func number() -> UInt32 {
    bool() ? UInt32(int(1...200)) : UInt32.random(in: 1...UInt32.max, using: &self)
  }

  mutating func maybe<T>(_ value: (inout Self) throws -> T) rethrows -> T? {
    bool() ? try value(&self) : nil
  }

  mutating func array<T>(upTo count: Int, _ value: (inout Self) throws -> T) rethrows -> [T] {
    let count = int(0...count)
    var values: [T] = []
    for _ in 0..<count { values.append(try value(&self)) }
    return values
  }

  mutating func any<T: CaseIterable>(_ type: T.Type) throws -> T {
    guard let value = T.allCases.randomElement(using: &self) else { throw NothingToChoose() }
    return value
  }

  struct NothingToChoose: Error {}

  /// Lower-case letters and digits.
  mutating func word(_ length: ClosedRange<Int>) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
    let count = int(length)
    return String(
      decoding: (0..<count).map { _ in letters[Int(next() % UInt64(letters.count))] },
      as: UTF8.self)
  }

  /// Free text of at most 60 bytes, of all lengths of UTF-8.
  mutating func text() -> String {
    let pieces = ["a", "Z", "0", " ", "\n", "\t", "é", "ß", "→", "字", "🚀", "\"", "<", "e\u{301}"]
    return array(upTo: 10) { $0.int(0...pieces.count - 1) }.map { pieces[$0] }.joined()
  }

  /// Text that is there and has one line.
  mutating func line() -> String {
    word(1...8) + (bool() ? " Größe→字🚀" : "")
  }

  mutating func moment() -> Timestamp {
    Timestamp(microseconds: Int64(int(1...4_000_000_000_000_000)))
  }

  mutating func length() -> Interval { Interval(microseconds: Int64(int(1...1_000_000_000_000))) }

  mutating func cluster() throws -> ClusterName { try ClusterName(validating: word(1...63)) }

  mutating func application() throws -> ApplicationName {
    try ApplicationName(validating: "\(word(1...20))/\(word(1...30))")
  }

  mutating func release() throws -> ReleaseID {
    try ReleaseID(validating: word(1...100) + "/A.b_c:d@e+f-g")
  }

  mutating func digest() -> String {
    let digits = Array("0123456789abcdef".utf8)
    let hex = (0..<64).map { _ in digits[Int(next() % 16)] }
    return (bool() ? "sha256:" : "") + String(decoding: hex, as: UTF8.self)
  }

  mutating func revisionNumber() -> RevisionNumber { RevisionNumber(number()) }
  mutating func attemptNumber() -> AttemptNumber { AttemptNumber(number()) }
  mutating func position() -> LogPosition { LogPosition(counter() >> 1) }

  mutating func requester() -> Requester {
    Requester(principal: line(), claimedActor: bool() ? line() : "", reason: text())
  }

  mutating func revision() throws -> Revision {
    Revision(
      number: revisionNumber(), release: try release(), digest: digest(),
      images: array(upTo: 3) { $0.word(1...40) })
  }

  mutating func content() throws -> RevisionContent {
    RevisionContent(
      release: try release(), digest: digest(), images: array(upTo: 3) { $0.word(1...40) })
  }

  mutating func local() -> LocalRevision {
    LocalRevision(podHash: word(1...12), argoRevision: maybe { $0.int(1...9_000) })
  }

  mutating func plan() -> AnalysisPlan {
    AnalysisPlan(
      templates: array(upTo: 2) { random in
        AnalysisTemplate(
          name: random.word(1...30), clusterScoped: random.bool(),
          metrics: random.array(upTo: 2) { random in
            AnalysisTemplate.Metric(
              name: random.word(1...10), interval: random.maybe { $0.length() },
              initialDelay: random.maybe { $0.length() }, count: random.int(0...10),
              failureLimit: random.int(-1...Int(Int32.max)),
              inconclusiveLimit: random.int(0...10), consecutiveErrorLimit: random.int(0...10),
              consecutiveSuccessLimit: random.int(0...10), successCondition: random.text(),
              failureCondition: random.text(), provider: random.word(1...10),
              query: random.text())
          })
      },
      arguments: array(upTo: 2) { .init(name: $0.word(1...10), value: $0.text()) },
      dryRun: array(upTo: 2) { $0.word(1...20) })
  }

  mutating func step(maxWeight: Int = 1_000_000_000) throws -> Strategy.Step {
    switch int(0...13) {
    case 0: .setWeight(int(0...maxWeight))
    case 1: .pause(nil)
    case 2: .pause(bool() ? Interval(microseconds: 0) : length())
    case 3: .analysis(plan())
    case 4: .setCanaryScale(.replicas(int(0...100_000)))
    case 5: .setCanaryScale(.weight(int(0...10_000)))
    case 6: .setCanaryScale(.matchTrafficWeight)
    case 7: .experiment(try experiment())
    case 8: .setHeaderRoute(headerRoute())
    case 9: .setMirrorRoute(mirrorRoute())
    case 10: .plugin(pluginCall())
    default: .progressThreshold(threshold())
    }
  }

  mutating func threshold() -> Canary.ProgressThreshold {
    bool() ? .percent(int(0...100)) : .pods(int(0...100_000))
  }

  mutating func bound() -> PodBound {
    bool() ? .percent(int(0...100)) : .pods(int(0...100_000))
  }

  mutating func experiment() throws -> Strategy.ExperimentPlan {
    Strategy.ExperimentPlan(
      templates: try array(upTo: 2) { random in
        .init(
          name: random.word(1...20),
          source: try random.any(Strategy.ExperimentPlan.Template.Source.self),
          replicas: random.maybe { $0.int(0...9) }, weight: random.maybe { $0.int(0...100) })
      },
      analyses: array(upTo: 2) {
        .init(name: $0.word(1...20), plan: $0.plan(), requiredForCompletion: $0.bool())
      },
      duration: givenLength())
  }

  /// A length that may be zero, if any.
  mutating func givenLength() -> Interval? {
    maybe { $0.bool() ? Interval(microseconds: 0) : $0.length() }
  }

  mutating func valueMatch() -> Strategy.ValueMatch {
    switch int(0...2) {
    case 0: .exact(word(0...10))
    case 1: .prefix(word(0...10))
    default: .regex(word(0...10))
    }
  }

  mutating func headerMatch() -> Strategy.HeaderMatch {
    .init(header: word(1...10), value: valueMatch())
  }

  mutating func headerRoute() -> Strategy.HeaderRoute {
    .init(name: word(1...20), matches: array(upTo: 2) { $0.headerMatch() })
  }

  mutating func mirrorRoute() -> Strategy.MirrorRoute {
    .init(
      name: word(1...20), percentage: maybe { $0.int(0...100) },
      matches: array(upTo: 2) { random in
        .init(
          method: random.maybe { $0.valueMatch() }, path: random.maybe { $0.valueMatch() },
          headers: random.array(upTo: 2) { $0.headerMatch() })
      })
  }

  mutating func pluginCall() -> Strategy.PluginCall {
    .init(name: word(1...20), configuration: text(), disabled: bool())
  }

  mutating func canary() throws -> Canary {
    let maxWeight = maybe { $0.int(1...1_000_000_000) }
    let steps = try array(upTo: 4) { try $0.step(maxWeight: maxWeight ?? 100) }
    return Canary(
      steps: steps,
      background: maybe { .init(plan: $0.plan(), startingStep: $0.int(0...steps.count)) },
      traffic: maxWeight.map {
        .init(maxWeight: $0, managedRoutes: array(upTo: 3) { $0.word(1...20) })
      },
      dynamicStableScale: bool(), maxSurge: bound(), maxUnavailable: bound(),
      minPodsPerRevision: maybe { $0.int(1...100) }, scaleDownDelay: givenLength(),
      scaleDownDelayRevisionLimit: maybe { $0.int(0...10) },
      abortScaleDownDelay: givenLength(), progressThreshold: maybe { $0.threshold() })
  }

  mutating func blueGreen() -> BlueGreen {
    BlueGreen(
      hasPreviewService: bool(), previewReplicas: maybe { $0.int(0...100) },
      autoPromotion: bool(), autoPromotionDelay: givenLength(),
      prePromotion: maybe { $0.plan() }, postPromotion: maybe { $0.plan() },
      scaleDownDelay: givenLength(), scaleDownDelayRevisionLimit: maybe { $0.int(0...10) },
      abortScaleDownDelay: givenLength(), maxUnavailable: bound())
  }

  mutating func pods() -> PodCounts.Pods {
    .init(
      requested: int(0...1_000), created: int(0...1_000), ready: int(0...1_000),
      available: int(0...1_000))
  }

  mutating func podCounts() -> PodCounts {
    PodCounts(
      desired: pods(), stable: bool() ? pods() : .none, others: bool() ? pods() : .none)
  }

  mutating func services() -> ServicesSeen {
    ServicesSeen(active: maybe { $0.revisionNumber() }, preview: maybe { $0.revisionNumber() })
  }

  mutating func verified() -> Bool? { maybe { $0.bool() } }

  mutating func watchEnd() throws -> WatchEnd {
    switch int(0...2) {
    case 0: .passed
    case 1: .failed(try key(), message: text())
    default: .replaced
    }
  }

  mutating func window() throws -> RollbackWindow {
    RollbackWindow(
      revisions: maybe { $0.int(1...1_000_000) }, duration: maybe { $0.length() },
      counting: try any(RollbackWindow.Counting.self), match: try any(RollbackWindow.Match.self),
      requireStable: bool())
  }

  mutating func strategy() throws -> Strategy {
    Strategy(
      replicas: int(0...100_000), kind: bool() ? .canary(try canary()) : .blueGreen(blueGreen()),
      progress: bool() ? .init(aborts: bool()) : .init(deadline: length(), aborts: bool()),
      window: try maybe { try $0.window() })
  }

  mutating func labels() -> [ClusterSelector.Label] {
    let labels = array(upTo: 3) { ClusterSelector.Label($0.word(1...10), $0.word(0...10)) }
    return Dictionary(labels.map { ($0.key, $0) }) { first, _ in first }.values
      .sorted { $0.key < $1.key }
  }

  mutating func selector() throws -> ClusterSelector {
    ClusterSelector(names: try array(upTo: 3) { try $0.cluster() }, labels: labels())
  }

  mutating func policy() throws -> RolloutPolicy {
    RolloutPolicy(
      name: word(1...63), clusters: try selector(), window: try maybe { try $0.window() },
      emergency: maybe {
        EmergencyRule(allowedOutsideWindow: $0.bool(), verificationDeadline: $0.length())
      },
      watch: try maybe {
        WatchRule(duration: $0.length(), onFailure: try $0.any(WatchRule.Reaction.self))
      },
      evidence: maybe { EvidenceRule(appearance: $0.length(), objectsMax: $0.int(1...1_000)) })
  }

  mutating func registration() throws -> ClusterRegistration {
    ClusterRegistration(
      mode: try any(ClusterRegistration.Mode.self), labels: labels(),
      controllerVersion: bool() ? "v1.8.3" : "")
  }

  mutating func classification() throws -> Classification {
    let kind = try any(Classification.Kind.self)
    return Classification(
      kind: kind, origin: try any(Classification.Origin.self), track: try any(Track.self),
      rollback: kind == .rollback
        ? .init(
          rollbackClass: try any(RollbackClass.self), insistsOnAnalysis: bool(),
          answer: try answer())
        : nil,
      rules: try array(upTo: 5) { try $0.any(Rule.self) },
      facts: try array(upTo: 4) { random in
        Fact(
          try random.any(Fact.Kind.self), revision: random.maybe { $0.revisionNumber() },
          at: random.maybe { $0.position() })
      },
      warnings: try array(upTo: 2) { try $0.any(Classification.Warning.self) })
  }

  mutating func answer() throws -> WindowAnswer {
    let source: WindowAnswer.Source =
      switch int(0...2) {
      case 0: .none
      case 1: .manifest
      default: .policy(word(1...20))
      }
    return WindowAnswer(
      verdict: try any(WindowAnswer.Verdict.self), window: try maybe { try $0.window() },
      source: source, stable: revisionNumber(), target: revisionNumber(),
      between: array(upTo: 4) { $0.revisionNumber() },
      stoppedBeingStableAt: maybe { $0.moment() }, restsOnImport: bool())
  }

  mutating func key() throws -> RunKey {
    RunKey(
      type: try any(RunType.self), stepIndex: maybe { $0.int(0...100) }, round: int(1...1_000))
  }

  mutating func object() throws -> RunObject {
    RunObject(
      name: word(1...60), type: try any(RunType.self), podHash: word(0...12),
      stepIndex: maybe { $0.int(0...100) })
  }

  mutating func result() throws -> RunResult {
    RunResult(
      phase: try any(RunResult.Phase.self), measurements: int(0...5_000), message: text(),
      evidence: try any(RunResult.Evidence.self))
  }

  mutating func verdict() throws -> Verdict {
    switch int(0...5) {
    case 0: .promoted
    case 5: .aborted(.deadline(message: text()))
    case 1: .aborted(.person)
    case 2: .aborted(.analysis(try key(), message: text()))
    case 3: .withdrawn
    default: .superseded
    }
  }
}
