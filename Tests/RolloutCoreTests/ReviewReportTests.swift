import RolloutCore
import RolloutTestKit
import Testing

@Suite("Reports and adoption beside commands")
struct ReviewReportTests {
  @Test("a change that names no attempt does not undo a command that runs")
  func lateChange() throws {
    var world = try threeStable()
    try world.decide(.start(4))
    #expect(try world.when(reported: .changeObserved(2, nil), under: nil) == [])
    #expect(world.state.attempt?.revision == 4)
    #expect(
      try world.when(reported: .changeObserved(2, nil), under: world.state.attempts).last
        == "attempt 5: rollback to 2, fast")
    #expect(
      try world.when(reported: .changeObserved(5, nil), under: nil).contains(
        "attempt 6: forward to 5, full"), "no command is undone")
  }

  @Test("of two changes in a row the second counts, although the first was not told back yet")
  func twoChanges() throws {
    var world = try threeStable()
    try world.when(reported: .changeObserved(4, nil), under: 3)
    #expect(
      try world.when(reported: .changeObserved(5, nil), under: 3).contains(
        "attempt 5: forward to 5, full"))
    try world.decide(.start(6))
    #expect(try world.when(reported: .changeObserved(4, nil), under: 5) == [])
  }

  @Test("what is adopted as stable is not among the kept, for a while or for ever")
  func adoptedIsNotKept() throws {
    for delay in [Interval.seconds(0), .seconds(10_000)] {
      var world = try attempting(.blueGreen(BlueGreen(abortScaleDownDelay: delay)))
      try world.decide(.abort)
      #expect(world.state.keptUntil(2) != nil)
      try world.decide(.adopt(Adoption(stable: 2)))
      #expect(world.state.keptUntil(2) == nil)
      #expect(world.directive.kept.isEmpty)
      #expect(world.replayed == world.state)
    }
  }

  @Test("adopting ends what an abort left standing for ever")
  func adoptionReleases() throws {
    var world = try attempting(.blueGreen(BlueGreen(abortScaleDownDelay: .seconds(0))))
    try world.decide(.abort)
    try world.decide(.adopt(Adoption(stable: 3)))
    #expect(world.directive.kept.contains { $0.until.microseconds == .max } == false)
  }

  @Test("where Windlass only watches nothing is restarted")
  func restart() throws {
    var world = try threeStable()
    world.registration.mode = .observe
    #expect(try world.when(.restart) == ["refused: only-observed"])
    #expect(try refusal(&world, .restart).contains("only observed"))
  }

  @Test("where Windlass only watches, adopting ends what a person began and ended outside")
  func adoptEndsObserved() throws {
    var world = try threeStable()
    world.registration.mode = .observe
    try world.when(reported: .changeObserved(4, nil), under: 3)
    #expect(
      try world.when(.adopt(Adoption(stable: 4))).contains("attempt 4 withdrawn"))
    #expect(world.state.stable == 4)
    #expect(world.state.phase == .healthy)
    #expect(world.replayed == world.state)

    try world.when(reported: .changeObserved(5, nil), under: 4)
    try world.when(reported: .changeObserved(4, nil), under: 5)
    #expect(world.state.attempt?.classification.kind == .returnToStable)
    #expect(
      try world.when(.adopt(Adoption(stable: 4))).contains("attempt 6 withdrawn"),
      "also where stable stays what it is")
    #expect(world.state.phase == .healthy)
  }

  @Test("a commanded attempt, or one of a cluster that is enforced, is not ended by adopting")
  func adoptRefused() throws {
    var world = try threeStable()
    try world.when(reported: .changeObserved(4, nil), under: 3)
    #expect(try world.when(.adopt(Adoption(stable: 4))) == ["refused: attempt-running"])
    world.registration.mode = .observe
    try world.decide(.start(5))
    #expect(try world.when(.adopt(Adoption(stable: 5))) == ["refused: attempt-running"])
  }
}
