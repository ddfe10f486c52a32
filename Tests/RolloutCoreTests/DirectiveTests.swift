import RolloutCore
import RolloutTestKit
import Testing

@Suite("Directive")
struct DirectiveTests {
  @Test("nothing was asked: nothing is wanted")
  func empty() throws {
    let world = try World()
    #expect(world.directive == Directive(enforced: true))
    #expect(world.state.phase == .empty)
  }

  @Test(
    "the weight is the nearest one asked for at or before the step",
    arguments: [(0, 0), (1, 20), (2, 20), (3, 50), (4, 100)])
  func weight(step: Int, then weight: Int) throws {
    var world = try World(
      steps: [.pause(nil), .setWeight(20), .pause(nil), .setWeight(50)])
    try world.promote(1)
    try world.decide(.start(2))
    for _ in 0..<step { try world.decide(.promote) }
    #expect(world.directive.weight == weight)
    #expect(world.directive.fullScale == (step == 4))
  }

  @Test("fast means full weight, full scale and no runs")
  func fast() throws {
    var world = try threeStable()
    try world.decide(rollback(2))
    let directive = world.directive
    #expect(directive.track == .fast)
    #expect(directive.weight == 100)
    #expect(directive.fullScale)
    #expect(directive.runs.isEmpty)
    #expect(directive.forbidden?.types == RunType.forbiddenOnFastTrack)
  }

  @Test("runs are asked for until they are finished")
  func runs() throws {
    var world = try threeStable(steps: [.analysis(.errorRate)])
    try world.decide(.start(4))
    let background = RunKey(type: .background)
    let step = RunKey(type: .step, stepIndex: 0)
    #expect(world.directive.runs.map(\.key) == [background, step])
    #expect(world.directive.runs.map(\.work) == [.analysis(.errorRate), .analysis(.errorRate)])
    try world.when(reported: .runCreated(.background("bg")))
    #expect(world.directive.runs.map(\.key) == [background, step])
    try world.when(reported: .runFinished(.background("bg"), .success))
    #expect(world.directive.runs.map(\.key) == [step])
  }

  @Test("in observe mode no run is asked for, but what is promised is told")
  func observe() throws {
    var world = try threeStable()
    world.registration.mode = .observe
    try world.decide(.start(4))
    #expect(world.directive.enforced == false)
    #expect(world.directive.runs.isEmpty)
    #expect(world.directive.attempt == AttemptNumber(4))
    try world.decide(rollback(2))
    #expect(world.directive.forbidden?.attempt == AttemptNumber(5))
  }

  @Test("at rest the promoted revision serves everything")
  func atRest() throws {
    let world = try threeStable()
    #expect(
      world.directive
        == Directive(
          attempt: AttemptNumber(3), enforced: true, stable: 3, desired: 3, track: .full,
          weight: 100, fullScale: true))
  }
}
