import ArgoRules
import Testing

@Suite("The order inside a pass")
struct PassOrderTests {
  static let watched = CanaryStrategy(
    steps: [.setWeight(25), .pause(nil), .setWeight(50), .pause(.seconds(60))],
    maxSurge: .count(1), maxUnavailable: .count(0),
    analysis: BackgroundAnalysis(ArgoSample.block))

  func updating(_ canary: CanaryStrategy = watched) -> SimulatedCluster {
    var cluster = CanarySample.cluster(.main, canary)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    return cluster
  }

  func scaled(_ result: PassResult) -> [String] {
    result.actions.compactMap { action in
      guard case .revise(.scale(let name, _)) = action else { return nil }
      return name
    }
  }

  @Test("analysis comes before sizes")
  func analysisBeforeSizes() throws {
    var cluster = updating()
    cluster.pass()
    let result = cluster.pass()
    let run = try #require(
      result.actions.firstIndex { if case .createRun = $0 { true } else { false } })
    let size = try #require(
      result.actions.firstIndex { if case .revise(.scale) = $0 { true } else { false } })
    #expect(run < size)
  }

  @Test("an analysis that asks for a pause ends the pass, and its status is written")
  func pauseEndsPass() {
    var cluster = updating()
    cluster.pass()
    cluster.pass()
    cluster.setRun("web-r2-2", .inconclusive)
    let result = cluster.pass()
    #expect(result.outcome == .stopped(.analysis))
    #expect(scaled(result).isEmpty)
    #expect(result.status.pauseConditions.map(\.reason) == [.inconclusiveAnalysis])
  }

  @Test("an analysis that asks for an abort does not end the pass")
  func abortGoesOn() {
    var cluster = updating()
    cluster.settle()
    cluster.setRun("web-r2-2", .failed)
    let result = cluster.pass()
    #expect(result.outcome != .stopped(.analysis))
    #expect(result.status.abort)
    #expect(scaled(result) == ["web-r2"] || scaled(result).isEmpty)
  }

  @Test("a canary changes the size of one revision in a pass, stable's first, and ends it there")
  func oneSize() {
    var cluster = updating()
    var order: [String] = []
    for result in cluster.settle() where !scaled(result).isEmpty {
      #expect(scaled(result).count == 1)
      #expect(result.outcome == .stopped(.scaling))
      order += scaled(result)
    }
    #expect(order == ["web-r2", "web-r1"])
    cluster.rollout.status.pauseConditions = []
    cluster.settle()
    cluster.advance(seconds: 61)
    order = cluster.settle().flatMap { scaled($0) }
    #expect(cluster.rollout.status.stableHash == "r2")
    #expect(Set(order) == ["web-r1", "web-r2"])
  }

  @Test("blue-green changes several sizes in a pass and goes on")
  func severalSizes() {
    var cluster = BlueGreenCluster(
      .main, BlueGreenStrategy(activeService: "active", previewService: "preview"))
    cluster.settle()
    cluster.deploy("b")
    cluster.settle()
    let sizing = cluster.passes.filter { !scaled($0).isEmpty }
    #expect(!sizing.isEmpty)
    #expect(sizing.allSatisfy { $0.outcome == .finished })
  }

  @Test("without steps the index stays absent, also when aborted")
  func noIndex() throws {
    var cluster = CanarySample.cluster(.main, CanaryStrategy(steps: [], maxSurge: .count(0)))
    #expect(cluster.rollout.status.stepIndex == nil)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.pass()
    cluster.pass()
    try cluster.command(.abort)
    cluster.settle()
    #expect(cluster.rollout.status.abort)
    #expect(cluster.rollout.status.stepIndex == nil)
  }

  @Test("a pass of a rollout at rest completes nothing anew")
  func atRest() {
    var cluster = CanarySample.cluster(.main, Self.watched)
    cluster.advance(seconds: 60)
    let result = cluster.pass()
    #expect(!result.events.contains { $0.reason == "RolloutCompleted" })
    #expect(result.actions.isEmpty)
  }

  @Test("a background run that ended early is not made again at later steps")
  func backgroundOnce() throws {
    var cluster = updating()
    cluster.settle()
    cluster.setRun("web-r2-2", .successful)
    try cluster.command(.promote)
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 3)
    #expect(cluster.runs.map(\.name) == ["web-r2-2"])
  }

  @Test("the first pass after a retry says so and does nothing else")
  func retrySaysSo() throws {
    var cluster = updating()
    cluster.settle()
    try cluster.command(.abort)
    cluster.settle()
    try cluster.command(.retry)
    let result = cluster.pass()
    #expect(result.outcome == .conditionsSynced)
    #expect(result.actions.isEmpty)
    let progressing = result.status.condition(.progressing)
    #expect(progressing?.state == .unknown)
    #expect(progressing?.reason == "RolloutRetry")
    #expect(progressing?.message == "Retrying Rollout after abort")
    #expect(result.status.phase == .progressing)
  }
}
