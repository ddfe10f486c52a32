import ArgoManifests
import RolloutCore
import Testing

@testable import Scenarios

@Suite("steps")
struct StepTests {
  @Test("every outcome can be told by hand, one after the other")
  func byHand() throws {
    let steps = """
      - apply: [v1, v2]
      - start: v1
      - revision-observed: {revision: v1, pod-hash: abc, argo-revision: 1}
        expect: {answer: allowed, events: [v1 observed as abc]}
      - revision-observed: {revision: v1, pod-hash: abc, argo-revision: 1}
        expect: {answer: already-satisfied}
      - available: true
        expect: {stable: v1, events-contain: attempt 1 promoted}
      - start: v2
      - weight-applied: 20
        expect: {step: 1, scheduled: [background], events-contain: step 1 reached (weight-applied)}
      - run-created: {run: background, name: watch, pod-hash: def}
        expect: {events: [background run created as watch]}
      - promote: true
        expect: {step: 2, scheduled: [step 2]}
      - run-created: step 2
      - run-finished: {run: step 2, phase: successful, measurements: 4}
        expect: {step: 3, events-contain: step 2 run finished successful (verified)}
      - weight-applied: {weight: 60, revision: v2}
        expect: {step: 4, phase: paused}
      - promote-full: true
        expect: {cancelled: [background], step: none, weight: 100}
      - run-finished: {name: watch, phase: successful, measurements: 0}
        expect: {events: [background run finished successful (stopped)]}
      - available: v2
        expect: {stable: v2, verdict: promoted}

      """
    #expect(try Stage.play(steps).map(\.text) == [])
  }

  @Test("a report under an older attempt, or of another revision, changes nothing")
  func stale() throws {
    let steps =
      Stage.threeStable + """
        - start: v4
        - weight-applied: 20
          under: 3
          expect: {answer: already-satisfied, step: 0}
        - weight-applied: {weight: 20, revision: v3}
          expect: {answer: already-satisfied, step: 0}
        - weight-applied: 20
          expect: {answer: allowed, step: 1}

        """
    #expect(try Stage.play(steps).map(\.text) == [])
  }

  @Test("an emergency can be declared later, with a reason, by whoever asks")
  func escalate() throws {
    let steps =
      Stage.threeStable + """
        - rollback: {to: v2, analysis: true}
          expect: {track: full, class: regular}
        - escalate: true
          expect: {rule: emergency-needs-reason}
        - escalate: true
          by: ann
          reason: orders are lost
          expect: {track: fast, class: emergency, events-contain: goes on as emergency}

        """
    #expect(try Stage.play(steps).map(\.text) == [])
  }

  @Test("an unknown release is refused as the service refuses it")
  func unknownRelease() throws {
    let steps =
      "- apply: v1\n- start: v2\n  expect:\n    rule: unknown-revision\n"
      + "    explanation-contains: shop/checkout has no release v2\n"
    #expect(try Stage.play(steps).map(\.text) == [])
    #expect(try Stage.play("- apply: v1\n- hold: 7\n  expect: {rule: unknown-revision}\n") == [])
  }

  @Test("files that say nothing new change nothing")
  func nothingNew() throws {
    let steps =
      "- apply: v1\n- apply:\n    files:\n    - ../checkout/v1.yaml\n"
      + "    - ../checkout/analysis-templates.yaml\n"
      + "    - ../checkout/cluster-analysis-template.yaml\n"
      + "  expect: {answer: already-satisfied, events: []}\n"
    #expect(try Stage.play(steps).map(\.text) == [])
  }

  @Test("what the scenario calls a revision wins over the manifest's annotation")
  func names() throws {
    let head = Stage.head.replacing("v2: ../checkout/v2.yaml", with: "again: ../checkout/v1.yaml")
    let steps =
      "- apply: [v1, again]\n  expect: {events-contain: again registered}\n"
      + "- start: again\n  expect: {desired: again}\n"
    #expect(try Stage.play(steps, head: head).map(\.text) == [])
  }

  @Test("positions are those of a new log: clusters, then everything in its order")
  func positions() throws {
    let scenario = try #require(
      try ScenarioReader.read(Stage.file(Stage.head + "- apply: v1\n- start: v1\n")).first)
    let manifests = try ScenarioManifests(scenario, try Stage.manifests(of: scenario))
    var world = ScenarioWorld(manifests.application, scenario.clusters)
    let registration = try #require(manifests.revisions.first { $0.key.text == "v1" }?.value)
    let by = Requester(principal: "ann")
    _ = world.decide(.register(registration), by: by)
    _ = world.decide(.start(RevisionNumber(7)), 0, by: by)
    _ = world.decide(.start(RevisionNumber(1)), 0, by: by)
    // The cluster is 0, revision, strategy and two policies 1 to 4, the refusal 5.
    #expect(world.application.revision(RevisionNumber(1))?.position == LogPosition(1))
    #expect(world.application.strategyPosition == LogPosition(2))
    #expect(world.clusters[0].state.attempt?.position == LogPosition(6))
  }

  @Test("answers are those of the deciders themselves")
  func equalsProduction() throws {
    let scenario = try #require(
      try ScenarioReader.read(Stage.file(Stage.head + Stage.threeStable + "- rollback: v1\n")).first
    )
    let manifests = try ScenarioManifests(scenario, try Stage.manifests(of: scenario))
    var world = ScenarioWorld(manifests.application, scenario.clusters)
    let by = Requester(principal: "scenario")
    var state = RolloutState()
    var application = ApplicationState()
    for release in scenario.revisions.map(\.release) {
      let registration = try #require(manifests.revisions[release])
      _ = world.decide(.register(registration), by: by)
      for event in try ApplicationDecider.decide(
        .register(registration), application, by: by, now: world.now)
      {
        ApplicationDecider.evolve(
          &application, event, at: LogPosition(UInt64(1 + application.count)))
      }
    }
    #expect(world.application == application)
    var position = UInt64(1 + application.count)
    let context = RolloutContext(
      application: application, cluster: scenario.clusters[0].name,
      registration: scenario.clusters[0].registration, name: manifests.application)
    let commands: [RolloutCommand] = [
      .start(RevisionNumber(1)),
      .report(OutcomeReport(attempt: AttemptNumber(1), .available(RevisionNumber(1)))),
      .start(RevisionNumber(2)), .promoteFull,
      .report(OutcomeReport(attempt: AttemptNumber(2), .available(RevisionNumber(2)))),
      .rollback(RollbackRequest()),
    ]
    for command in commands {
      guard case .success(let events) = world.decide(command, 0, by: by) else {
        Issue.record("refused: \(command)")
        return
      }
      #expect(
        try RolloutDecider.decide(command, state, in: context, by: by, now: world.now) == events)
      for event in events {
        RolloutDecider.evolve(&state, event, at: LogPosition(position))
        position += 1
      }
    }
    #expect(world.clusters[0].state == state)
  }

  @Test("an observing cluster does what its manifest says, though no directive asks for it")
  func observing() throws {
    let head = Stage.head.replacing("[eu-1]", with: "[{name: eu-1, mode: observe}]")
    #expect(try Stage.play(Stage.threeStable + "  expect: {stable: v3}\n", head: head) == [])
  }
}

extension ApplicationState {
  /// Events it was folded from, where nothing was ever changed.
  fileprivate var count: Int { revisions.count + strategies.count + policies.count }
}
