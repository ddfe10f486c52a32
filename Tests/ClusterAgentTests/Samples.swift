import RolloutCore
import WindlassWire

@testable import ClusterAgent

enum Samples {
  static func application(_ text: String = "shop/checkout") throws -> ApplicationName {
    try ApplicationName(validating: text)
  }

  static func revision(_ number: UInt32) throws -> Revision {
    Revision(
      number: RevisionNumber(number), release: try ReleaseID(validating: "v\(number)"),
      digest: "sha256:\(String(repeating: "0", count: 63))\(number)",
      images: ["registry.example.org/shop/checkout:v\(number)"])
  }

  static let endless = AnalysisPlan(templates: [
    AnalysisTemplate(
      name: "error-rate",
      metrics: [.init(name: "error-rate", interval: .seconds(1), provider: "prometheus")])
  ])
  static let counted = AnalysisPlan(templates: [
    AnalysisTemplate(
      name: "smoke-test",
      metrics: [.init(name: "health", interval: .seconds(1), count: 2, provider: "web")])
  ])

  static func item(
    version: UInt64, attempt: UInt32, stable: UInt32? = nil, desired: UInt32, track: Track = .full,
    weight: Int = 20, fullScale: Bool = false, aborted: Bool = false, enforced: Bool = true,
    runs: [Directive.DirectedRun] = [], forbidden: Bool = false
  ) throws -> DirectiveUpdate.Item {
    let desiredRevision = try revision(desired)
    return DirectiveUpdate.Item(
      application: try application(), version: version, epoch: 1,
      directive: Directive(
        attempt: AttemptNumber(attempt), enforced: enforced,
        stable: stable.map { RevisionNumber($0) },
        desired: RevisionNumber(desired), track: track, weight: fullScale ? 100 : weight,
        fullScale: fullScale, aborted: aborted, runs: runs,
        forbidden: forbidden
          ? SkipContract(
            attempt: AttemptNumber(attempt), revision: RevisionNumber(desired), podHash: nil) : nil),
      desiredRevision: desiredRevision)
  }

  static func hash(_ number: UInt32) throws -> String {
    PodHash.of(try application(), digest: try revision(number).digest)
  }

  static func outcome(_ number: Int) throws -> ReportedOutcome {
    ReportedOutcome(
      id: "test/\(number)", application: try application(), attempt: AttemptNumber(1),
      outcome: .core(.weightApplied(RevisionNumber(1), weight: number % 101, verified: nil)))
  }
}

/// Drives a simulated cluster through time and keeps what it reports.
struct Drive {
  var cluster: SimulatedCluster
  var now: Duration = .zero
  var reports: [ReportedOutcome] = []
  var notes: [String] = []

  init(_ script: Script = Script(), instance: String = "t") {
    cluster = SimulatedCluster(script: script, instance: instance)
  }

  mutating func give(_ input: SimulatedCluster.Input) { keep(cluster.step(input, at: now)) }

  /// Lets everything happen that is due within a time.
  mutating func wait(_ time: Duration = .seconds(5)) {
    let end = now + time
    while let due = cluster.nextDue, due <= end {
      now = max(now, due)
      keep(cluster.step(.tick, at: now))
    }
    now = end
    keep(cluster.step(.tick, at: now))
  }

  /// What was reported since the last call.
  /// - Parameter pods: whether reports of pods are given too, which come with every change.
  mutating func taken(pods: Bool = false) -> [ReportedOutcome.Reported] {
    defer { reports = [] }
    return reports.map(\.outcome).filter { outcome in
      if case .core(.podsObserved) = outcome { pods } else { true }
    }
  }

  private mutating func keep(_ effects: [SimulatedCluster.Effect]) {
    for effect in effects {
      switch effect {
      case .report(let report): reports.append(report)
      case .note(let note): notes.append(note)
      }
    }
  }
}
