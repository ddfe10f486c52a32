import RolloutCore
import RolloutTestKit
import Testing

@Suite("Explain what follows")
struct AftermathStoryTests {
  private func aftermath(_ world: World, of attempt: UInt32) -> [String] {
    Explainer.aftermath(of: AttemptNumber(attempt), world.log.map(\.event))
  }

  @Test("an emergency outside its window says what it owes and what that holds up")
  func owes() throws {
    var world = try owing()
    try world.decide(emergency(1))
    let explanation = try explained(world)
    #expect(
      explanation.headline
        == "Emergency rollback of shop/checkout on eu-west-1 from revision 4 to 1: outside the window, nothing may run now, its verification is owed."
    )
    let text = explanation.paragraphs.joined(separator: " ")
    #expect(text.contains("declared an emergency"))
    #expect(text.contains("no forward attempt starts here; going back is never held up"))
    let last = try #require(explanation.trace.last)
    #expect(last.rule == .emergencyOwesVerification)
    #expect(!last.facts.isEmpty)
  }

  @Test("an automatic rollback says that Windlass did it, and why")
  func automatic() throws {
    var world = try watched(.rollback)
    try world.when(reported: .runFinished(.background("two"), .failure), under: 2)
    let explanation = try explained(world)
    #expect(explanation.headline.hasPrefix("Automatic rollback of shop/checkout on eu-west-1"))
    #expect(explanation.paragraphs.first?.contains("Windlass went back to revision 1") == true)
    #expect(explanation.paragraphs.first?.contains("errors 0.2") == true)
    #expect(explanation.trace.contains { $0.rule == .automaticAfterWatch && !$0.facts.isEmpty })
  }

  @Test("what is still held by a scale-down delay says so whatever the window is")
  func held() throws {
    let rules: [Rule] = [.rollbackByNumber, .noWindow, .stillHeldByScaleDownDelay]
    var world = try threeStable(window: nil)
    try world.decide(rollback(2))
    var event = try #require(classified(world))
    event.classification.track = .fast
    event.classification.rules = rules
    let explanation = Explainer.explain(
      event, on: world.cluster, of: world.name, application: world.application)
    #expect(explanation.headline.contains("its pods are still held, nothing may run"))
    #expect(explanation.trace.map(\.rule) == rules)
    #expect(explanation.argo.isEmpty)
  }

  @Test("what was owed is told to its end: failed, repeated, overdue and paid")
  func paid() throws {
    var world = try owed()
    try world.when(reported: .runFinished(.verification("one"), .failure))
    try world.decide(.verify)
    try world.when(reported: .runCreated(.verification("two")))
    world.now = try #require(world.state.debts.first).due
    try world.decide(.tick)
    try world.when(reported: .runFinished(.verification("two"), .success))
    let story = aftermath(world, of: 5)
    #expect(story.count == 6, "\(story)")
    #expect(story[0].hasPrefix("The analysis of revision 1 is owed"))
    #expect(story[1].hasPrefix("Its verification was scheduled"))
    #expect(story[2].contains("read as failed, so it is still owed: errors 0.2."))
    #expect(story[3].contains("for the second time"))
    #expect(story[4].contains("overdue"))
    #expect(story[5].contains("nothing is owed any more"))
    #expect(aftermath(world, of: 4).isEmpty)
  }

  @Test("a waiver names who and why")
  func waived() throws {
    var world = try owed()
    try world.decide(.waiveVerification)
    #expect(
      aftermath(world, of: 5).last?.contains("ann waived the verification") == true)
    #expect(aftermath(world, of: 5).last?.contains("because: checkout is slow") == true)
  }

  @Test("a watch tells how long and how it ended")
  func watch() throws {
    var passed = try watched(.record)
    passed.now = try #require(passed.state.watch).until
    try passed.decide(.tick)
    #expect(aftermath(passed, of: 2).last?.contains("without a failure") == true)
    #expect(aftermath(passed, of: 2).first?.contains("that is recorded") == true)
    var replaced = try watched(.rollback)
    try replaced.decide(.start(3))
    #expect(aftermath(replaced, of: 2).last?.contains("another attempt began") == true)
    #expect(aftermath(replaced, of: 2).first?.contains("goes back to what was stable") == true)
    var failed = try watched(.record)
    try failed.when(reported: .runFinished(.background("two"), .failure), under: 2)
    #expect(aftermath(failed, of: 2).last?.contains("failed") == true)
  }

  @Test("missing evidence and runaway creation are told")
  func evidence() throws {
    var world = try World(background: .init(plan: .errorRate))
    try world.promote(1)
    try world.decide(.start(2))
    try world.decide(.tick, after: .seconds(301))
    try world.when(reported: .runCreated(.background("a")))
    try world.when(reported: .runCreated(.background("a.40")))
    let story = aftermath(world, of: 2)
    #expect(story.count == 2)
    #expect(story.first?.contains("Nothing was seen of the background analysis") == true)
    #expect(story.last?.contains("at least 41 objects") == true)
  }

  @Test("every rule has words of its own and none repeats its id")
  func words() throws {
    var world = try threeStable()
    try world.decide(rollback(2))
    var event = try #require(classified(world))
    event.classification.rules = Rule.allCases
    let explanation = Explainer.explain(
      event, on: world.cluster, application: world.application, rollout: world.state)
    #expect(explanation.trace.count == Rule.allCases.count)
    for line in explanation.trace {
      #expect(!line.text.isEmpty)
      #expect(line.text != line.rule.rawValue)
    }
    #expect(Set(explanation.trace.map(\.text)).count >= Rule.allCases.count - 1)
  }
}
