import RolloutCore
import RolloutTestKit
import Testing

@Suite("Blue-green")
struct BlueGreenTests {
  func blueGreen(_ blueGreen: BlueGreen, replicas: Int = 4) throws -> World {
    try attempting(.blueGreen(blueGreen), replicas: replicas)
  }

  func object(_ type: RunType, _ name: String) -> RunObject {
    RunObject(name: name, type: type, podHash: "")
  }

  @Test("without a pause and analysis: saturated, switched, seen at the new one, promoted")
  func plain() throws {
    var world = try blueGreen(BlueGreen(hasPreviewService: true))
    #expect(world.directive.services == ServicesSeen(active: 1, preview: 2))
    #expect(world.directive.pods == .init(desired: 4, stable: 4))
    #expect(world.directive.weight == 0)
    #expect(try world.when(pods: 3, 4) == ["pods 3 4 0"])
    #expect(try world.when(pods: 4, 4) == ["pods 4 4 0", "switch decided"])
    #expect(world.directive.services == ServicesSeen(active: 2, preview: 2))
    #expect(world.directive.weight == 100)
    #expect(try world.when(active: 1) == ["active at 1"])
    #expect(
      try world.when(active: 2) == [
        "active at 2", "revision 2 available", "attempt 2 promoted", "revision 1 kept for 30 s",
      ])
    #expect(world.directive.services == ServicesSeen(active: 2, preview: 2))
  }

  @Test("saturated means requested and available are both exactly what is wanted")
  func saturated() throws {
    var world = try blueGreen(BlueGreen())
    for pods in [
      PodCounts.Pods(requested: 4, created: 4, ready: 4, available: 3),
      PodCounts.Pods(requested: 5, created: 5, ready: 5, available: 4),
    ] {
      #expect(try world.when(pods: pods, .init(4)).count == 1)
    }
    #expect(try world.when(pods: 4, 4).last == "switch decided")
  }

  @Test("with auto promotion off the switch waits for a person", arguments: [true, false])
  func manual(byPromote: Bool) throws {
    var world = try blueGreen(BlueGreen(autoPromotion: false))
    #expect(try world.when(.promote) == ["refused: nothing-to-promote"])
    #expect(try world.when(pods: 4, 4) == ["pods 4 4 0", "paused (blue-green)"])
    #expect(try world.when(.tick, after: .seconds(1_000_000)) == [])
    #expect(
      try world.when(byPromote ? .promote : .resume)
        == ["resumed (blue-green)", "switch decided"])
  }

  @Test(
    "auto promotion after a time: strictly after, as a timer says",
    arguments: [(0, []), (1, ["switch decided"])] as [(Int64, [String])])
  func timed(past: Int64, then expected: [String]) throws {
    var world = try blueGreen(BlueGreen(autoPromotionDelay: .seconds(30)))
    #expect(try world.when(pods: 4, 4).last == "paused (blue-green)")
    #expect(world.nextDue == world.now + .seconds(30) + Interval(microseconds: 1))
    #expect(try world.when(.tick, after: Interval(microseconds: 30_000_000 + past)) == expected)
  }

  @Test("a person ends a timed pause early as well")
  func timedResumed() throws {
    var world = try blueGreen(BlueGreen(autoPromotionDelay: .seconds(30)))
    try world.when(pods: 4, 4)
    #expect(try world.when(.resume) == ["resumed (blue-green)", "switch decided"])
  }

  @Test("pre-promotion analysis waits for the whole preview, and pause and switch wait for it")
  func prePromotion() throws {
    var world = try blueGreen(BlueGreen(autoPromotion: false, prePromotion: .errorRate))
    #expect(
      RolloutDecider.analysisNeed(.prePromotion, world.state, in: world.context)
        == .notDue(.notSaturated))
    #expect(try world.when(pods: 3, 4).count == 1)
    #expect(try world.when(pods: 4, 4) == ["pods 4 4 0", "pre-promotion scheduled"])
    #expect(world.directive.runs.map(\.work) == [.analysis(.errorRate)])
    // Once begun it goes on although pods are lost.
    try world.when(pods: 3, 4)
    #expect(world.directive.runs.count == 1)
    #expect(
      try world.when(reported: .runFinished(object(.prePromotion, "pre"), .success)).count == 2)
    #expect(try world.when(pods: 4, 4).last == "paused (blue-green)")
    #expect(try world.when(.resume).last == "switch decided")
  }

  @Test("a failed pre-promotion analysis aborts before anything is switched")
  func failedPrePromotion() throws {
    var world = try blueGreen(BlueGreen(prePromotion: .errorRate))
    try world.when(pods: 4, 4)
    #expect(
      try world.when(reported: .runFinished(object(.prePromotion, "pre"), .failure)).suffix(2) == [
        "attempt 2 aborted by pre-promotion", "revision 2 kept for 30 s",
      ])
    #expect(world.directive.services?.active == 1)
    #expect(
      RolloutStatus(world.state, in: world.context)?.message.contains(
        "Blue/green pre-promotion analysis phase error/failed: errors 0.2") == true)
  }

  @Test("an inconclusive pre-promotion analysis is repeated at resume and at promote")
  func inconclusivePrePromotion() throws {
    for command in [RolloutCommand.resume, .promote] {
      var world = try blueGreen(BlueGreen(prePromotion: .errorRate))
      try world.when(pods: 4, 4)
      try world.when(reported: .runFinished(object(.prePromotion, "pre"), .unclear))
      #expect(
        try world.when(command)
          == ["resumed (inconclusive-analysis)", "pre-promotion round 2 scheduled"])
    }
  }

  @Test("post-promotion analysis follows the switch, and promotion follows it")
  func postPromotion() throws {
    var world = try blueGreen(BlueGreen(postPromotion: .errorRate))
    try world.when(pods: 4, 4)
    #expect(
      RolloutDecider.analysisNeed(.postPromotion, world.state, in: world.context)
        == .notDue(.notSwitched))
    #expect(try world.when(active: 2) == ["active at 2", "post-promotion scheduled"])
    #expect(world.state.stable == 1)
    #expect(
      try world.when(reported: .runFinished(object(.postPromotion, "post"), .success)).suffix(3)
        == ["revision 2 available", "attempt 2 promoted", "revision 1 kept for 30 s"])
  }

  @Test("a failed post-promotion analysis sends the active service back")
  func failedPostPromotion() throws {
    var world = try blueGreen(BlueGreen(postPromotion: .errorRate))
    try world.when(pods: 4, 4)
    try world.when(active: 2)
    try world.when(reported: .runFinished(object(.postPromotion, "post"), .error))
    #expect(world.directive.services?.active == 1)
    #expect(world.directive.aborted)
    #expect(world.state.desired == 2)
  }

  @Test("analysis without templates is never passed, as in Argo")
  func emptyAnalysis() throws {
    var world = try blueGreen(BlueGreen(prePromotion: AnalysisPlan(templates: [])))
    #expect(try world.when(pods: 4, 4) == ["pods 4 4 0"])
    #expect(try world.when(.promoteFull).last == "switch decided")
  }

  @Test("a smaller preview is verified first, then it grows to full size and is switched to")
  func previewCount() throws {
    var world = try blueGreen(
      BlueGreen(previewReplicas: 1, autoPromotion: false, prePromotion: .errorRate))
    #expect(world.directive.pods == .init(desired: 1, stable: 4))
    #expect(world.directive.fullScale == false)
    #expect(try world.when(reported: .available(2)) == [])
    #expect(try world.when(pods: 1, 4).last == "pre-promotion scheduled")
    #expect(
      try world.when(reported: .runFinished(object(.prePromotion, "pre"), .success)).last
        == "paused (blue-green)")
    #expect(try world.when(.resume) == ["resumed (blue-green)", "checkpoint"])
    #expect(world.directive.pods == .init(desired: 4, stable: 4))
    #expect(world.directive.fullScale)
    #expect(try world.when(pods: 4, 4).last == "switch decided")
  }

  @Test("a new revision is verified anew: no checkpoint outlives its attempt")
  func checkpointEnds() throws {
    var world = try blueGreen(BlueGreen(previewReplicas: 1, prePromotion: .errorRate))
    try world.when(pods: 1, 4)
    #expect(
      try world.when(reported: .runFinished(object(.prePromotion, "pre"), .success)).last
        == "checkpoint")
    try world.decide(.start(3))
    #expect(world.directive.pods == .init(desired: 1, stable: 4))
    #expect(try world.when(pods: 1, 4, 4).last == "pre-promotion scheduled")
  }

  @Test("while a person paused nothing is switched; what was seen counts at resume")
  func paused() throws {
    var world = try blueGreen(BlueGreen())
    try world.decide(.pause)
    #expect(try world.when(pods: 4, 4) == ["pods 4 4 0"])
    #expect(try world.when(.resume) == ["resumed (person)", "switch decided"])
  }

  @Test("promote-full skips preview count, pause and analysis, never the pods")
  func promoteFull() throws {
    var world = try blueGreen(
      BlueGreen(
        previewReplicas: 1, autoPromotion: false, prePromotion: .errorRate,
        postPromotion: .errorRate))
    try world.when(pods: 1, 4)
    #expect(
      try world.when(.promoteFull)
        == ["pre-promotion cancelled (full-promotion)", "full promotion requested"])
    #expect(world.directive.pods == .init(desired: 4, stable: 4))
    #expect(try world.when(pods: 4, 4).last == "switch decided")
    #expect(try world.when(active: 2).contains("attempt 2 promoted"))
  }

  @Test("skip-step has nothing to skip")
  func skipStep() throws {
    var world = try blueGreen(BlueGreen(autoPromotion: false))
    #expect(try world.when(.skipStep) == ["refused: no-steps"])
  }

  @Test("the first deployment is promoted when it is available, without a switch from nowhere")
  func initial() throws {
    var world = try World(
      Strategy(
        replicas: 4,
        kind: .blueGreen(
          BlueGreen(previewReplicas: 1, autoPromotion: false, prePromotion: .errorRate))),
      revisions: 2)
    try world.decide(.start(1))
    #expect(world.directive.pods == .init(desired: 4, stable: 0))
    #expect(
      try world.when(pods: 4, 0).suffix(3)
        == ["revision 1 available", "attempt 1 promoted", "contract 1 kept"])
    #expect(world.directive.services?.active == 1)
  }

  @Test("an abort sends the active service back at once, saturated or not")
  func abort() throws {
    var world = try blueGreen(BlueGreen(postPromotion: .errorRate))
    try world.when(pods: 4, 4)
    try world.when(active: 2)
    try world.when(pods: 1, 4)
    try world.decide(.abort)
    #expect(world.directive.services?.active == 1)
    #expect(world.directive.pods == .init(desired: 0, stable: 4))
    #expect(world.directive.kept.map(\.revision) == [2])
  }

  @Test("a retry goes the whole way again, wherever the service was left")
  func retry() throws {
    var world = try blueGreen(BlueGreen(prePromotion: .errorRate))
    try world.when(pods: 4, 4)
    try world.when(reported: .runFinished(object(.prePromotion, "a"), .success))
    try world.when(active: 2)
    try world.decide(.start(3))
    try world.decide(.abort)
    #expect(try world.when(.retry).count == 1)
    #expect(world.directive.services?.active == 2)
    #expect(try world.when(active: 3).count == 1, "somebody switched by hand")
    #expect(try world.when(pods: 4, 4).last == "pre-promotion scheduled")
    #expect(
      try world.when(reported: .runFinished(object(.prePromotion, "b"), .success)).last
        == "switch decided")
    #expect(try world.when(active: 3).contains("attempt 4 promoted"))
  }

  @Test("an old report of the active service promotes nothing", arguments: [UInt32(2), nil])
  func staleService(attempt: UInt32?) throws {
    var world = try blueGreen(BlueGreen())
    try world.decide(.abort)
    try world.decide(.retry)
    try world.when(pods: 4, 4)
    #expect(
      try world.when(reported: .servicesObserved(.init(active: 2)), under: attempt) == [])
    #expect(try world.when(active: 2).contains("attempt 3 promoted"))
  }

  @Test("a rollback inside the window pauses nowhere and switches as soon as it is saturated")
  func fast() throws {
    var world = try World(
      Strategy(
        replicas: 4,
        kind: .blueGreen(
          BlueGreen(previewReplicas: 1, autoPromotion: false, prePromotion: .errorRate)),
        window: RollbackWindow(revisions: 3)), revisions: 3)
    try world.promote(1, 2)
    world.now = world.now + .seconds(3_600)
    #expect(try world.when(rollback(1)) == ["attempt 3: rollback to 1, fast"])
    #expect(world.directive.pods == .init(desired: 4, stable: 4))
    #expect(try world.when(pods: 4, 4).last == "switch decided")
    #expect(try world.when(active: 1).contains("attempt 3 promoted"))
  }

  @Test(
    "a target still held by a live scale-down delay is fast without a window",
    arguments: [(29, Track.fast), (30, .full)] as [(Int64, Track)])
  func stillHeld(seconds: Int64, track: Track) throws {
    var world = try blueGreen(BlueGreen(prePromotion: .errorRate))
    try world.promote(2)
    let promoted = world.now
    world.now = promoted + .seconds(seconds - 1)
    try world.decide(rollback(1))
    #expect(world.state.attempt?.track == track)
    let rules = world.state.attempt?.classification.rules ?? []
    #expect(rules.contains(.stillHeldByScaleDownDelay) == (track == .fast))
  }

  @Test("analysis insisted on is run although the target is still held")
  func stillHeldInsisted() throws {
    var world = try blueGreen(BlueGreen(prePromotion: .errorRate))
    try world.promote(2)
    try world.decide(insisting(1))
    #expect(world.state.attempt?.track == .full)
  }
}
