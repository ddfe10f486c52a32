import RolloutCore
import RolloutTestKit
import Testing

@Suite("Explain")
struct ExplainTests {
  func explanation(_ world: World) throws -> Explanation {
    let classified = world.log.reversed().compactMap { entry -> AttemptClassified? in
      if case .attemptClassified(let event) = entry.event { event } else { nil }
    }
    return Explainer.explain(
      try #require(classified.first), on: world.cluster, of: world.name,
      application: world.application)
  }

  @Test("a rollback inside its window reads like a colleague's note")
  func inside() throws {
    var world = try threeStable()
    try world.decide(rollback(1))
    let explanation = try explanation(world)
    #expect(
      explanation.headline
        == "Rollback of shop/checkout on eu-west-1 from revision 3 to 1: inside the window, nothing may run."
    )
    #expect(
      explanation.paragraphs == [
        "ann asked for revision 1 (v1) at \(world.now.utcText), because: checkout is slow.",
        "Stable was revision 3 (v3). Revision 2, attempted here, lies between. The window comes "
          + "from the Rollout manifest: fewer than 2 revisions between. 1 revision between is fewer "
          + "than 2.",
        "So it goes at once: no step and no analysis of any kind may run for it, whatever was in "
          + "flight is cancelled, and a run that appears all the same is recorded as a violation. "
          + "Revision 1 becomes stable when eu-west-1 reports it available at full scale.",
      ])
    #expect(
      explanation.trace.map(\.rule) == [
        .rollbackByNumber, .windowFromManifest, .windowRevisionsHeld, .insideMeansFast,
      ])
    #expect(explanation.trace.allSatisfy { !$0.facts.isEmpty && !$0.text.isEmpty })
    #expect(explanation.counterfactual?.change == .window(RollbackWindow(revisions: 1)))
    #expect(explanation.argoDiffers == nil)
  }

  @Test(
    "the headline says what it was and what it means",
    arguments: [
      (
        .start(4),
        "Roll-out of shop/checkout on eu-west-1 from revision 3 to 4: all steps and analysis run."
      ),
      (
        insisting(2),
        "Rollback of shop/checkout on eu-west-1 from revision 3 to 2: inside the window, analysis was asked for and runs."
      ),
      (
        emergency(2),
        "Emergency rollback of shop/checkout on eu-west-1 from revision 3 to 2: inside the window, nothing may run."
      ),
    ] as [(RolloutCommand, String)])
  func headlines(command: RolloutCommand, headline: String) throws {
    var world = try threeStable()
    try world.decide(command)
    #expect(try explanation(world).headline == headline)
  }

  @Test("where Argo would have judged otherwise, it says so and why")
  func argo() throws {
    // Aborted 2 was never stable here: Argo does not ask.
    var never = try World(window: RollbackWindow(revisions: 3))
    try never.promote(1)
    try never.abort(2)
    try never.promote(3)
    try never.decide(rollback(2))
    let neverStable = try #require(try explanation(never).argoDiffers)
    #expect(neverStable.contains("inside"))
    #expect(neverStable.contains("ever stable"))

    var timed = try World(
      window: RollbackWindow(revisions: 3, duration: .seconds(10)))
    try timed.promote(1, 2)
    try timed.decide(rollback(1), after: .seconds(60))
    #expect(try explanation(timed).argoDiffers?.contains("no time range") == true)

    let policy = RolloutPolicy(name: "wide", window: RollbackWindow(revisions: 5))
    var policed = try World(policies: [policy])
    try policed.promote(1, 2)
    try policed.decide(rollback(1))
    #expect(try explanation(policed).argoDiffers?.contains("manifest's window only") == true)

    var unknown = try World(window: RollbackWindow(revisions: 5))
    try unknown.promote(1, 3)
    try unknown.decide(rollback(2))
    #expect(try explanation(unknown).argoDiffers == nil, "Argo takes it for a new revision as well")
  }

  @Test("an observed change, a hold and imported history are told")
  func told() throws {
    var world = try World(window: RollbackWindow(revisions: 5))
    try world.decide(.adopt(Adoption(stable: 3, history: [1, 2])))
    try world.ask(.hold(2))
    try world.when(reported: .changeObserved(2, nil), under: nil)
    let text = try explanation(world).paragraphs.joined(separator: " ")
    #expect(text.contains("nobody asked Windlass for"))
    #expect(text.contains("is held"))
    #expect(text.contains("imported"))
  }

  @Test("a refusal is explained with who, when and what would work")
  func refusals() throws {
    let cluster = try ClusterName(validating: "eu-west-1")
    let refusal = RefusalRecorded(
      command: "rollback", cluster: cluster,
      refusal: Refusal(.rollbackAboveStable, "use `windlass start`"), by: .ann,
      now: Timestamp(microseconds: 1_795_399_511_000_000))
    let explanation = Explainer.explain(refusal)
    #expect(explanation.headline == "Refused: rollback on eu-west-1 (rollback-above-stable).")
    #expect(
      explanation.paragraphs == [
        "ann asked for it at 2026-11-23 02:05:11Z, because: checkout is slow. Nothing changed.",
        "Use `windlass start`.",
      ])
    #expect(explanation.trace.map(\.rule) == [.rollbackAboveStable])
  }

  @Test(
    "moments read as UTC",
    arguments: [
      (0, "1970-01-01 00:00:00Z"), (-1, "1969-12-31 23:59:59Z"),
      (951_782_400_000_000, "2000-02-29 00:00:00Z"),
      (1_795_399_511_999_999, "2026-11-23 02:05:11Z"),
      (4_107_542_399_000_000, "2100-02-28 23:59:59Z"),
      (4_107_542_400_000_000, "2100-03-01 00:00:00Z"),
      (-62_167_219_200_000_000, "0000-01-01 00:00:00Z"),
      (Int64.max, "294247-01-10 04:00:54Z"), (Int64.min, "-290308-12-21 19:59:05Z"),
    ])
  func utc(microseconds: Int64, text: String) {
    #expect(Timestamp(microseconds: microseconds).utcText == text)
  }

  @Test(
    "lengths of time read in their two largest units",
    arguments: [
      (0, "0 s"), (1, "1 us"), (45_000_000, "45 s"), (90_000_000, "1 min 30 s"),
      (3_600_000_000, "1 h"), (90_000_000_000, "1 d 1 h"), (250_000, "250 ms"),
      (-5_000_000, "-5 s"), (.min, "-106751991 d 4 h"),
    ] as [(Int64, String)])
  func lengths(microseconds: Int64, text: String) {
    #expect(Interval(microseconds: microseconds).text == text)
  }
}
