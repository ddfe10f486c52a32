import ArgoRules
import Testing

@Suite("Which finished runs and old revisions are deleted")
struct RunHistoryTests {
  private let sets = [ArgoSample.set("new"), ArgoSample.set("old")]

  private func runs(_ count: Int, _ phase: AnalysisPhase, from: Int = 0) -> [ArgoAnalysisRun] {
    (0..<count).map {
      ArgoSample.run("\(phase.rawValue)\($0)", .background, phase, age: from + $0)
    }
  }

  @Test("the five newest of each kind stay")
  func defaults() {
    let all = runs(7, .successful) + runs(4, .failed) + runs(3, .error, from: 100)
    #expect(
      RunHistory.deletions(among: all, sets: sets, limits: .init())
        == ["Successful5", "Successful6", "Error1", "Error2"])
  }

  @Test("Failed, Error and Inconclusive share the unsuccessful limit")
  func unsuccessful() {
    let all = [
      ArgoSample.run("a", .step, .failed, age: 1), ArgoSample.run("b", .step, .error, age: 2),
      ArgoSample.run("c", .step, .inconclusive, age: 3),
    ]
    #expect(
      RunHistory.deletions(among: all, sets: sets, limits: .init(unsuccessful: 1)) == ["b", "c"])
    #expect(
      RunHistory.deletions(among: all, sets: sets, limits: .init(unsuccessful: 0))
        == ["a", "b", "c"])
  }

  @Test("unfinished runs take no place and stay")
  func unfinished() {
    let all = runs(3, .running) + runs(3, .pending) + runs(3, .none)
    #expect(
      RunHistory.deletions(
        among: all, sets: sets, limits: .init(successful: 0, unsuccessful: 0)
      ).isEmpty)
  }

  @Test("a run without a living revision goes whatever its phase and the limits")
  func orphans() {
    var dying = ArgoSample.set("dying")
    dying.isBeingDeleted = true
    let all = [
      ArgoSample.run("unlabelled", .step, .successful, hash: ""),
      ArgoSample.run("gone", .step, .running, hash: "gone"),
      ArgoSample.run("dying", .step, .failed, hash: "dying"),
      ArgoSample.run("kept", .step, .failed, hash: "old"),
    ]
    #expect(
      Set(RunHistory.deletions(among: all, sets: sets + [dying], limits: .init()))
        == ["unlabelled", "gone", "dying"])
  }

  @Test("a run being deleted is not deleted again but takes its place")
  func beingDeleted() {
    var newest = ArgoSample.run("a", .step, .failed, age: 1)
    newest.isBeingDeleted = true
    let all = [newest, ArgoSample.run("b", .step, .failed, age: 2)]
    #expect(RunHistory.deletions(among: all, sets: sets, limits: .init(unsuccessful: 1)) == ["b"])
    #expect(RunHistory.deletions(among: all, sets: sets, limits: .init(unsuccessful: 0)) == ["b"])
  }

  @Test(
    "time to live: own limit per outcome, Error and Inconclusive only the general one",
    arguments: [
      (RunTimeToLive(afterCompletion: 10, afterSuccess: 20), AnalysisPhase.successful, 20),
      (RunTimeToLive(afterCompletion: 10), .successful, 10),
      (RunTimeToLive(afterCompletion: 10, afterFailure: 30), .failed, 30),
      (RunTimeToLive(afterFailure: 30), .error, nil),
      (RunTimeToLive(afterCompletion: 10, afterFailure: 30), .error, 10),
      (RunTimeToLive(afterCompletion: 10, afterSuccess: 20), .inconclusive, 10),
      (RunTimeToLive(afterCompletion: 10), .running, nil), (RunTimeToLive(), .failed, nil),
    ] as [(RunTimeToLive, AnalysisPhase, Int?)])
  func timeToLive(strategy: RunTimeToLive, phase: AnalysisPhase, seconds: Int?) {
    #expect(strategy.seconds(for: phase) == seconds)
  }

  @Test(
    "a run goes when more whole seconds than the limit have passed",
    arguments: [(10, false), (11, true)])
  func elapsed(seconds: Int, isOver: Bool) {
    var run = ArgoSample.run("r", .step, .failed)
    run.completed = ArgoSample.now
    let now = ArgoTime(
      microseconds: ArgoSample.now.adding(seconds: seconds).microseconds + 999_999)
    #expect(RunTimeToLive(afterCompletion: 10).isOver(run, at: now) == isOver)
    run.completed = nil
    #expect(!RunTimeToLive(afterCompletion: 10).isOver(run, at: now))
  }

  // MARK: Revisions

  private func olds(_ count: Int) -> [ArgoReplicaSet] {
    (0..<count).map { ArgoSample.set("h\($0)", age: 1_000 - $0) }
  }

  @Test("ten old revisions stay unless a limit says otherwise; the oldest go")
  func revisions() {
    #expect(
      RevisionHistory.deletions(among: olds(12), limit: nil).replicaSets
        == ["guestbook-h0", "guestbook-h1"])
    #expect(
      RevisionHistory.deletions(among: olds(3), limit: 2).replicaSets == ["guestbook-h0"])
    #expect(RevisionHistory.deletions(among: olds(3), limit: 3).replicaSets.isEmpty)
    #expect(RevisionHistory.deletions(among: olds(3), limit: 0).replicaSets.count == 3)
  }

  @Test("one that cannot go uses up its place")
  func usesPlace() {
    var sets = olds(4)
    sets[0].requested = 1
    #expect(RevisionHistory.deletions(among: sets, limit: 2).replicaSets == ["guestbook-h1"])
    sets[1].actual = 1
    #expect(RevisionHistory.deletions(among: sets, limit: 2).replicaSets.isEmpty)
    var unseen = olds(3)
    unseen[0].generation = 2
    #expect(RevisionHistory.deletions(among: unseen, limit: 2).replicaSets.isEmpty)
  }

  @Test("one being deleted, or owned by an experiment, is no candidate")
  func candidates() {
    var sets = olds(4)
    sets[0].isBeingDeleted = true
    sets[1].experiment = "e"
    #expect(RevisionHistory.deletions(among: sets, limit: 1).replicaSets == ["guestbook-h2"])
  }

  @Test("its runs and experiments go with it, whatever their phase")
  func together() {
    let gone = RevisionHistory.deletions(
      among: olds(2), limit: 1,
      runs: [
        ArgoSample.run("a", .step, .running, hash: "h0"),
        ArgoSample.run("b", .step, .failed, hash: "h1"),
      ],
      experiments: [
        ArgoExperiment(name: "x", hash: "h0", created: ArgoSample.now, phase: .running)
      ])
    #expect(gone.replicaSets == ["guestbook-h0"])
    #expect(gone.runs == ["a"])
    #expect(gone.experiments == ["x"])
  }
}
