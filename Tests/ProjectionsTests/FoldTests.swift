import Application
import EventLog
import RolloutCore
import RolloutTestKit
import Testing
import WindlassWire

@testable import Projections

@Suite("Events to rows")
struct FoldTests {
  private let application: ApplicationName
  private let cluster: ClusterName
  private let name: RolloutName
  private let now = Ink.now

  init() throws {
    application = try ApplicationName(validating: "shop/web")
    cluster = try ClusterName(validating: "eu-1")
    name = RolloutName(application, on: cluster)
  }

  private func classified(
    _ attempt: UInt32, _ revision: RevisionNumber, stable: RevisionNumber? = nil,
    kind: Classification.Kind = .forward, track: Track = .full,
    rollback: Classification.Rollback? = nil
  ) -> RolloutEvent {
    .attemptClassified(
      AttemptClassified(
        attempt: AttemptNumber(attempt), revision: revision, stable: stable,
        strategy: StrategyVersion(1),
        classification: Classification(
          kind: kind, origin: .commanded, track: track, rollback: rollback,
          rules: [.forwardByNumber],
          facts: [Fact(.targetRegistered, revision: revision, at: .init(3))],
          warnings: [.unknownController]),
        by: Ink.ann, now: now))
  }

  private func ended(_ attempt: UInt32, _ verdict: Verdict) -> RolloutEvent {
    .attemptEnded(
      AttemptEnded(attempt: AttemptNumber(attempt), verdict: verdict, by: nil, now: now))
  }

  /// The rows of a rollout's events, folded as one page.
  private func rows(_ events: RolloutEvent...) -> Rows {
    var ink = Ink()
    var fold = Fold()
    return fold.apply(events.map { ink.record(.rollout($0), to: .rollout(name)) })
  }

  private func rows(_ events: ApplicationEvent...) -> Rows {
    var ink = Ink()
    var fold = Fold()
    return fold.apply(events.map { ink.record(.application($0), to: .application(application)) })
  }

  private func key(_ attempt: UInt32) -> AttemptKey {
    AttemptKey(rollout: name, attempt: AttemptNumber(attempt))
  }

  @Test("a classification is an attempt, a decision, a rollout and a revision that ran here")
  func attempt() throws {
    let rows = rows(classified(1, 2))
    let row = try #require(rows.attempts[key(1)])
    #expect(row.classified?.revision == 2)
    #expect(row.track == .full)
    #expect(row.position == LogPosition(0))
    #expect(row.ended == nil)
    let rollout = try #require(rows.rollouts[name])
    #expect(rollout.phase == "progressing")
    #expect(rollout.desired == 2)
    #expect(rollout.stable == nil)
    #expect(rollout.attempt == AttemptNumber(1))
    #expect(rollout.version == 1)
    #expect(rows.rolloutRevisions.keys.map(\.revision) == [2])
    let decision = try #require(rows.decisions.first)
    #expect(decision.decision == "attempt-classified")
    #expect(decision.answer == .allow)
    #expect(decision.rules == [.forwardByNumber])
    #expect(decision.facts.first?.position == LogPosition(3))
    #expect(decision.by == Ink.ann)
    #expect(rows.count == 4)
  }

  @Test(
    "the end of an attempt has its verdict, and only the running attempt ends",
    arguments: [
      (.promoted, "promoted", nil, nil), (.withdrawn, "withdrawn", nil, nil),
      (.superseded, "superseded", nil, nil), (.aborted(.person), "aborted", "person", nil),
      (.aborted(.deadline(message: "late")), "aborted", "deadline", "late"),
      (
        .aborted(.analysis(RunKey(type: .step, stepIndex: 1), message: "slow")), "aborted",
        "analysis", "slow"
      ),
    ] as [(Verdict, String, String?, String?)])
  func ends(_ verdict: Verdict, _ word: String, _ cause: String?, _ message: String?) throws {
    let rows = rows(classified(1, 2), ended(9, .promoted), ended(1, verdict))
    let row = try #require(rows.attempts[key(1)])
    #expect(row.ended?.verdict.word == word)
    #expect(row.ended?.verdict.cause?.word == cause)
    #expect(row.ended?.verdict.cause?.message == message)
    #expect(row.endPosition == LogPosition(2))
    #expect(rows.attempts[key(9)] == nil)
    #expect(rows.rollouts[name]?.attempt == nil)
    #expect(rows.rollouts[name]?.stable == (verdict == .promoted ? 2 : nil))
    #expect(rows.decisions.last?.answer == .end)
    #expect(rows.decisions.last?.subject == word)
  }

  @Test("a promotion changes the history of the revision before as well")
  func promotion() throws {
    let rows = rows(
      classified(1, 1), ended(1, .promoted), classified(2, 2, stable: 1), ended(2, .promoted))
    let before = try #require(
      rows.rolloutRevisions[RolloutRevisionKey(rollout: name, revision: 1)])
    #expect(before.history?.stoppedBeingStableAt == now)
    let after = try #require(
      rows.rolloutRevisions[RolloutRevisionKey(rollout: name, revision: 2)])
    #expect(after.history?.everStable == true)
    #expect(after.history?.stoppedBeingStableAt == nil)
  }

  @Test("a reclassification changes track and class of the attempt and is a decision")
  func reclassified() throws {
    let rollback = Classification.Rollback(
      rollbackClass: .regular, insistsOnAnalysis: false,
      answer: WindowAnswer(
        verdict: .inside, window: RollbackWindow(revisions: 1), source: .policy("p"), stable: 2,
        target: 1, between: [], stoppedBeingStableAt: nil, restsOnImport: false))
    let rows = rows(
      classified(1, 1, kind: .rollback, track: .fast, rollback: rollback),
      .attemptReclassified(
        AttemptReclassified(
          attempt: AttemptNumber(1), track: .full, rollbackClass: .emergency,
          rule: .analysisInsisted, by: Ink.ann, now: now)))
    let row = try #require(rows.attempts[key(1)])
    #expect(row.classified?.classification.track == .fast)
    #expect(row.track == .full)
    #expect(row.rollbackClass == .emergency)
    #expect(row.insistsOnAnalysis == true)
    #expect(row.reclassifiedAt == now)
    #expect(rows.decisions.map(\.decision) == ["attempt-classified", "attempt-reclassified"])
  }

  @Test("a run goes from scheduled to what the state says it is")
  func run() throws {
    let run = RunKey(type: .step, stepIndex: 0)
    let object = RunObject.step(0, "web-1")
    let place = AttemptRunKey(rollout: name, attempt: AttemptNumber(1), run: run)
    let attempt = AttemptNumber(1)
    let scheduled = rows(classified(1, 1), .runScheduled(attempt, run, now: now))
    #expect(scheduled.runs[place]?.state == .scheduled)
    #expect(scheduled.decisions.last?.answer == .schedule)
    #expect(scheduled.decisions.last?.subject == "step 0")
    let created = rows(
      classified(1, 1), .runScheduled(attempt, run, now: now),
      .runCreated(attempt, run, object, now: now))
    #expect(created.runs[place]?.state == .created)
    #expect(created.runs[place]?.object == object)
    let finished = rows(
      classified(1, 1), .runScheduled(attempt, run, now: now),
      .runCreated(attempt, run, object, now: now),
      .runFinished(attempt, run, .success, .verified, now: now))
    #expect(finished.runs[place]?.state == .finished)
    #expect(finished.runs[place]?.reading == .verified)
    let cancelled = rows(
      classified(1, 1), .runScheduled(attempt, run, now: now),
      .runCancelled(attempt, run, .fullPromotion, now: now),
      .runCreated(attempt, run, object, now: now))
    #expect(cancelled.runs[place]?.state == .cancelled)
    #expect(cancelled.runs[place]?.cancelReason == .fullPromotion)
    #expect(cancelled.runs[place]?.createdAt == now)
    let missing = rows(
      classified(1, 1), .runScheduled(attempt, run, now: now),
      .runMissing(attempt, run, now: now))
    #expect(missing.runs[place]?.state == .scheduled)
    #expect(missing.runs[place]?.missingAt == now)
  }

  @Test("a violation names the object, also when the attempt is long over")
  func violation() {
    let object = RunObject.background("web-leak", "6f9c")
    let rows = rows(
      classified(1, 1, track: .fast), ended(1, .promoted), classified(2, 2, stable: 1),
      .contractViolated(AttemptNumber(1), object, now: now))
    #expect(rows.violations.map(\.object) == [object])
    #expect(rows.violations.map(\.attempt.value) == [1])
  }

  @Test("a pause by a step is no decision of anybody, one by a person is")
  func pauses() throws {
    let attempt = AttemptNumber(1)
    let rows = rows(
      classified(1, 1), .paused(attempt, .step, by: nil, now: now),
      .paused(attempt, .person, by: Ink.ann, now: now))
    #expect(rows.decisions.map(\.decision) == ["attempt-classified", "paused"])
    let rollout = try #require(rows.rollouts[name])
    #expect(rollout.phase == "paused")
    #expect(rollout.pauses == [.step, .person])
  }

  @Test("a verification is owed, and settled by being paid, waived or dropped with its attempt")
  func verification() throws {
    let attempt = AttemptNumber(1)
    let due = now + .seconds(60)
    let run = RunKey(type: .verification)
    let owed: [RolloutEvent] = [
      classified(1, 1, track: .fast), .verificationOwed(attempt, 1, due: due, now: now),
    ]
    func settled(_ events: RolloutEvent...) throws -> VerificationRow {
      var ink = Ink()
      var fold = Fold()
      let rows = fold.apply((owed + events).map { ink.record(.rollout($0), to: .rollout(name)) })
      return try #require(rows.verifications[key(1)])
    }
    let open = try settled()
    #expect(open.state == .owed)
    #expect(open.due == due)
    #expect(open.settledAt == nil)
    #expect(try settled(.verificationOverdue(attempt, now: now)).state == .overdue)
    #expect(try settled(.verificationPaid(attempt, run, now: now)).state == .paid)
    let waived = try settled(.verificationWaived(attempt, by: Ink.ann, now: now))
    #expect(waived.state == .waived)
    #expect(waived.by == Ink.ann)
    let dropped = try settled(ended(1, .aborted(.person)))
    #expect(dropped.state == .dropped)
    #expect(dropped.settledAt == now)
    #expect(try settled(ended(1, .promoted)).state == .owed)
  }

  @Test("a watch has its outcome")
  func watch() {
    let attempt = AttemptNumber(1)
    for (end, outcome) in [
      (.passed, .passed), (.replaced, .replaced),
      (.failed(RunKey(type: .background), message: "errors"), .failed),
    ] as [(WatchEnd, WatchRow.Outcome)] {
      let rows = rows(
        classified(1, 1), ended(1, .promoted),
        .watchStarted(attempt, 1, until: now, .rollback, now: now),
        .watchEnded(attempt, end, now: now))
      #expect(rows.watches[key(1)]?.outcome == outcome)
      #expect(rows.watches[key(1)]?.reaction == .rollback)
    }
  }

  @Test("what a cluster adopts and observes is in the fleet's matrix")
  func adopted() throws {
    let rows = rows(
      .stableAdopted(Adoption(stable: 3, history: [1]), by: Ink.ann, now: now),
      .revisionObserved(3, LocalRevision(podHash: "6f9c", argoRevision: 12), now: now),
      .revisionObserved(4, LocalRevision(podHash: "77aa"), now: now))
    #expect(Set(rows.rolloutRevisions.keys.map(\.revision)) == [1, 3, 4])
    let stable = try #require(
      rows.rolloutRevisions[RolloutRevisionKey(rollout: name, revision: 3)])
    #expect(stable.history?.imported == true)
    #expect(stable.local?.argoRevision == 12)
    let seen = try #require(
      rows.rolloutRevisions[RolloutRevisionKey(rollout: name, revision: 4)])
    #expect(seen.history == nil)
    #expect(rows.decisions.map(\.decision) == ["stable-adopted"])
  }

  @Test("a hold lasts until it is released, and each hold is a row")
  func holds() throws {
    let rows = rows(
      .revisionHeld(1, by: Ink.ann, now: now), .revisionReleased(1, by: Ink.ann, now: now),
      .revisionHeld(1, by: Ink.ann, now: now), .revisionReleased(2, by: Ink.ann, now: now))
    func hold(_ position: UInt64) -> HoldRow? {
      rows.holds[HoldKey(application: application, revision: 1, position: LogPosition(position))]
    }
    #expect(hold(0)?.released?.position == LogPosition(1))
    #expect(hold(2)?.at == now)
    #expect(hold(2)?.released == nil)
    #expect(rows.holds.count == 2)
    #expect(rows.decisions.count == 4)
  }

  @Test("revisions, strategies, policies, clusters, leases and refusals are rows")
  func others() throws {
    var ink = Ink()
    var fold = Fold()
    let revision = Revision(
      number: 1, release: try ReleaseID(validating: "v1"), digest: "sha256:00", images: ["web:1"])
    let rows = fold.apply([
      ink.record(
        .application(.revisionRegistered(revision, by: Ink.ann, now: now)),
        to: .application(application)),
      ink.record(
        .application(
          .strategyRegistered(
            StrategyVersion(1), Strategy(replicas: 1, steps: []), by: Ink.ann, now: now)),
        to: .application(application)),
      ink.record(
        .application(.policyApplied(RolloutPolicy(name: "p"), by: Ink.ann, now: now)),
        to: .application(application)),
      ink.record(
        .cluster(
          .registered(
            ClusterRegistration(mode: .enforce, labels: [.init("a", "b")]), by: Ink.ann, now: now)),
        to: .cluster(cluster)),
      ink.record(
        .lease(.claimed(holder: "a", stolen: false, by: Ink.ann, now: now)), to: .lease(cluster)),
      ink.record(.lease(.released(holder: "a", by: Ink.ann, now: now)), to: .lease(cluster)),
      ink.record(
        .lease(.claimed(holder: "b", stolen: false, by: Ink.ann, now: now)), to: .lease(cluster)),
      ink.record(
        .refusal(
          RefusalRecorded(
            command: "start", cluster: cluster, refusal: Refusal(.heldRevision, "held"),
            by: Ink.ann, now: now)), to: .refusals(application)),
    ])
    #expect(
      rows.revisions[RevisionKey(application: application, revision: 1)]?.revision == revision)
    #expect(
      rows.decisions.map(\.decision) == ["strategy-registered", "policy-applied", "start"])
    #expect(rows.decisions.last?.answer == .refuse)
    #expect(rows.decisions.last?.rules == [.heldRevision])
    let row = try #require(rows.clusters[cluster])
    #expect(row.registration?.mode == .enforce)
    #expect(row.epoch == 3)
    #expect(row.holder == "b")
    #expect(row.releasedAt == nil)
  }

  @Test("an event that cannot be read stops its own stream, also after a restart")
  func quarantine() throws {
    var ink = Ink()
    let stream = StreamAddress.rollout(name).stream
    let first = ink.record(.rollout(classified(1, 1)), to: .rollout(name))
    let bad = ink.record("attempt-ended.v9", [1], to: stream)
    let after = ink.record(.rollout(ended(1, .promoted)), to: .rollout(name))
    let other = ink.record(
      .rollout(classified(1, 1)),
      to: .rollout(RolloutName(application, on: try ClusterName(validating: "eu-2"))))
    var fold = Fold()
    let rows = fold.apply([first, bad, after, other])
    #expect(rows.quarantined.map(\.stream) == [stream.text])
    #expect(rows.quarantined.first?.reason.contains("attempt-ended.v9") == true)
    #expect(rows.rollouts[name]?.attempt == AttemptNumber(1))
    #expect(rows.rollouts.count == 2)
    var later = Fold(quarantined: [stream])
    #expect(later.missing(for: [after]).isEmpty)
    #expect(later.apply([after]).count == 0)
  }

  @Test("an event in a stream that is not for it stops that stream")
  func misplaced() throws {
    var ink = Ink()
    var fold = Fold()
    let rows = fold.apply([ink.record(.rollout(classified(1, 1)), to: .cluster(cluster))])
    #expect(rows.quarantined.count == 1)
    #expect(rows.count == 1)
  }

  @Test("a state that is not at hand is asked for, up to the event before")
  func missing() throws {
    var ink = Ink()
    let first = ink.record(.rollout(classified(1, 1)), to: .rollout(name))
    let second = ink.record(.rollout(ended(1, .promoted)), to: .rollout(name))
    let third = ink.record(.rollout(classified(2, 2, stable: 1)), to: .rollout(name))
    var whole = Fold()
    let expected = whole.apply([first, second])
    #expect(expected.rollouts[name]?.stable == 1)

    var fold = Fold()
    #expect(fold.missing(for: [first, second]).isEmpty)
    #expect(
      fold.missing(for: [second, third]) == [
        Fold.Missing(stream: first.stream, through: StreamVersion(1))
      ])
    fold.restore([first])
    #expect(fold.missing(for: [second, third]).isEmpty)
    let rows = fold.apply([second])
    #expect(rows.rollouts == expected.rollouts)
    #expect(rows.attempts[key(1)]?.ended?.verdict == .promoted)
    #expect(rows.attempts[key(1)]?.classified == nil)
  }

  /// Rows of every type of event are decided on above. A new type, and another meaning of one,
  /// needs another ``ReadModel/version``: tables folded without it would stay as they are.
  @Test("no event type is newer than the model")
  func types() {
    let known = 42
    #expect(ReadModel.version == 1 && EventType.allCases.count == known)
    #expect(
      ReadModel.tables.description.contains("begin_generation(\(ReadModel.version))"),
      "the tables are made under another version than this")
  }
}
