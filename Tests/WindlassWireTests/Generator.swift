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
              failureLimit: random.int(0...Int(Int32.max)), successCondition: random.text(),
              failureCondition: random.text(), provider: random.word(1...10),
              query: random.text())
          })
      },
      arguments: array(upTo: 2) { .init(name: $0.word(1...10), value: $0.text()) })
  }

  mutating func step() -> Strategy.Step {
    switch int(0...3) {
    case 0: .setWeight(int(0...100))
    case 1: .pause(nil)
    case 2: .pause(bool() ? Interval(microseconds: 0) : length())
    default: .analysis(plan())
    }
  }

  mutating func window() throws -> RollbackWindow {
    RollbackWindow(
      revisions: maybe { $0.int(1...1_000_000) }, duration: maybe { $0.length() },
      counting: try any(RollbackWindow.Counting.self), match: try any(RollbackWindow.Match.self),
      requireStable: bool())
  }

  mutating func strategy() throws -> Strategy {
    let steps = array(upTo: 4) { $0.step() }
    return Strategy(
      replicas: int(0...100_000), steps: steps,
      background: maybe { .init(plan: $0.plan(), startingStep: $0.int(0...steps.count)) },
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
      name: word(1...63), clusters: try selector(), window: try maybe { try $0.window() })
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
      })
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
    RunResult(phase: try any(RunResult.Phase.self), measurements: int(0...5_000), message: text())
  }

  mutating func verdict() throws -> Verdict {
    switch int(0...4) {
    case 0: .promoted
    case 1: .aborted(.person)
    case 2: .aborted(.analysis(try key(), message: text()))
    case 3: .withdrawn
    default: .superseded
    }
  }
}
