import RolloutCore
import Testing
import WindlassWire

@testable import ClusterAgent

struct SimulatedClusterTests {
  private static let stepRun = RunKey(type: .step, stepIndex: 2)
  private static let background = RunKey(type: .background)

  private static func local(_ revision: UInt32, number: Int) throws -> LocalRevision {
    LocalRevision(podHash: try Samples.hash(revision), argoRevision: number)
  }

  private static func object(
    _ name: String, _ type: RunType, _ revision: UInt32, step: Int? = nil
  ) throws -> RunObject {
    RunObject(name: name, type: type, podHash: try Samples.hash(revision), stepIndex: step)
  }

  @Test("a first deployment is told with its hash and number, then available, and nothing else")
  func initial() throws {
    var drive = Drive()
    drive.give(
      .directive(
        try Samples.item(
          version: 1, attempt: 1, desired: 1, track: .fast, fullScale: true, forbidden: true)))
    drive.wait()
    #expect(
      drive.taken() == [
        .core(.revisionObserved(RevisionNumber(1), try Self.local(1, number: 1))),
        .core(.available(RevisionNumber(1))),
        .core(.weightApplied(RevisionNumber(1), weight: 100, verified: true)),
      ])
  }

  @Test("pods are told before the weight, and as many as the directive asks for")
  func pods() throws {
    var drive = Drive()
    var item = try Samples.item(version: 1, attempt: 1, stable: 1, desired: 2, weight: 20)
    item.directive.pods = .init(desired: 1, stable: 4)
    drive.give(.directive(item))
    drive.wait()
    #expect(
      drive.taken(pods: true).dropFirst() == [
        .core(
          .podsObserved(RevisionNumber(2), PodCounts(desired: .init(1), stable: .init(4)))),
        .core(.weightApplied(RevisionNumber(2), weight: 20, verified: true)),
      ])
  }

  @Test("the services of a blue-green rollout are told instead of a weight")
  func services() throws {
    var drive = Drive()
    var item = try Samples.item(version: 1, attempt: 1, stable: 1, desired: 2, weight: 0)
    let seen = ServicesSeen(active: RevisionNumber(1), preview: RevisionNumber(2))
    item.directive.services = seen
    drive.give(.directive(item))
    drive.wait()
    #expect(drive.taken().dropFirst() == [.core(.servicesObserved(seen))])
  }

  @Test("a restart is told once for each moment that it was asked for")
  func restarts() throws {
    var drive = Drive()
    var item = try Samples.item(version: 1, attempt: 1, desired: 1, fullScale: true)
    item.directive.restartAt = Timestamp(microseconds: 7)
    drive.give(.directive(item))
    drive.wait()
    #expect(drive.taken().contains(.core(.restarted(Timestamp(microseconds: 7)))))
    item.version = 2
    drive.give(.directive(item))
    drive.wait()
    #expect(drive.taken() == [])
  }

  @Test("a weight is reported once for each time it is asked for, never before its delay")
  func weights() throws {
    var drive = Drive(Script(weightDelay: .milliseconds(150)))
    drive.give(
      .directive(try Samples.item(version: 1, attempt: 1, stable: 1, desired: 2, weight: 20)))
    _ = drive.taken()
    drive.wait(.milliseconds(149))
    #expect(drive.taken() == [])
    drive.wait(.milliseconds(1))
    #expect(drive.taken() == [.core(.weightApplied(RevisionNumber(2), weight: 20, verified: true))])
    drive.give(
      .directive(try Samples.item(version: 2, attempt: 1, stable: 1, desired: 2, weight: 20)))
    drive.wait()
    #expect(drive.taken() == [])
    drive.give(
      .directive(try Samples.item(version: 3, attempt: 1, stable: 1, desired: 2, weight: 60)))
    drive.wait()
    #expect(drive.taken() == [.core(.weightApplied(RevisionNumber(2), weight: 60, verified: true))])
  }

  @Test("a weight that is not wanted any more when it would be in place is never reported")
  func overtakenWeight() throws {
    var drive = Drive()
    drive.give(
      .directive(try Samples.item(version: 1, attempt: 1, stable: 1, desired: 2, weight: 20)))
    drive.give(
      .directive(try Samples.item(version: 2, attempt: 1, stable: 1, desired: 2, weight: 60)))
    drive.wait()
    #expect(
      drive.taken().dropFirst() == [
        .core(.weightApplied(RevisionNumber(2), weight: 60, verified: true))
      ])
  }

  @Test("directed runs are created under Argo's names and end well; one without an end goes on")
  func runs() throws {
    var drive = Drive()
    let runs = [
      Directive.DirectedRun(key: Self.background, plan: Samples.endless),
      Directive.DirectedRun(key: Self.stepRun, plan: Samples.counted),
    ]
    drive.give(
      .directive(try Samples.item(version: 1, attempt: 1, stable: 1, desired: 2, runs: runs)))
    drive.wait()
    let hash = try Samples.hash(2)
    let background = try Self.object("checkout-\(hash)-1", .background, 2)
    let step = try Self.object("checkout-\(hash)-1-2", .step, 2, step: 2)
    #expect(
      drive.taken().dropFirst() == [
        .core(.runCreated(background)),
        .core(.runCreated(step)),
        .core(.weightApplied(RevisionNumber(2), weight: 20, verified: true)),
        .core(.runFinished(step, RunResult(phase: .successful, measurements: 2))),
      ])
    let deployment = try #require(drive.cluster.deployments[try Samples.application()])
    #expect(
      deployment.runs.map(\.labels) == [
        ["rollouts-pod-template-hash": hash, "rollout-type": "Background"],
        ["rollouts-pod-template-hash": hash, "rollout-type": "Step", "step-index": "2"],
      ])
  }

  @Test("a run that is not directed any more is stopped, and nothing more is heard of it")
  func cancelled() throws {
    var drive = Drive(Script(failing: [RunSelector(.number(RevisionNumber(2)))]))
    let run = Directive.DirectedRun(key: Self.background, plan: Samples.endless)
    drive.give(
      .directive(try Samples.item(version: 1, attempt: 1, stable: 1, desired: 2, runs: [run])))
    drive.wait(.milliseconds(200))
    drive.give(
      .directive(
        try Samples.item(
          version: 2, attempt: 2, stable: 1, desired: 1, track: .fast, fullScale: true,
          forbidden: true)))
    _ = drive.taken()
    drive.wait()
    #expect(
      drive.taken() == [
        .core(.available(RevisionNumber(1))),
        .core(.weightApplied(RevisionNumber(1), weight: 100, verified: true)),
      ])
    let deployment = try #require(drive.cluster.deployments[try Samples.application()])
    #expect(deployment.runs.map(\.phase) == [.stopped])
  }

  @Test("a run cancelled before it was created is never created")
  func cancelledEarly() throws {
    var drive = Drive()
    let run = Directive.DirectedRun(key: Self.background, plan: Samples.endless)
    drive.give(
      .directive(try Samples.item(version: 1, attempt: 1, stable: 1, desired: 2, runs: [run])))
    drive.give(.directive(try Samples.item(version: 2, attempt: 1, stable: 1, desired: 2)))
    drive.wait()
    #expect(drive.cluster.deployments[try Samples.application()]?.runs == [])
  }

  @Test(
    "a revision that comes back keeps its hash and gets the highest number, as in Argo",
    arguments: [
      (path: [1, 2, 1], number: 3),
      (path: [1, 2, 3, 1], number: 4),
      (path: [1, 2, 2], number: 2),
      (path: [1, 2, 1, 2], number: 4),
    ] as [(path: [UInt32], number: Int)])
  func renumbering(path: [UInt32], number: Int) throws {
    var drive = Drive()
    for (index, revision) in path.enumerated() {
      drive.give(
        .directive(
          try Samples.item(
            version: UInt64(index + 1), attempt: UInt32(index + 1), desired: revision,
            fullScale: true)))
      drive.wait()
    }
    let last = try #require(path.last)
    let set = drive.cluster.deployments[try Samples.application()]?
      .replicaSets[try Samples.hash(last)]
    #expect(set?.number == number)
    #expect(set?.available == 4)
  }

  @Test("a name that is taken gets .1, then .2")
  func collisions() throws {
    var drive = Drive()
    for attempt in UInt32(1)...3 {
      let run = Directive.DirectedRun(key: Self.stepRun, plan: Samples.counted)
      drive.give(
        .directive(
          try Samples.item(
            version: UInt64(attempt), attempt: attempt, stable: 1, desired: 2, runs: [run])))
      drive.wait()
    }
    let hash = try Samples.hash(2)
    let names = drive.cluster.deployments[try Samples.application()]?.runs.map(\.object.name)
    #expect(names == ["-2", "-2.1", "-2.2"].map { "checkout-\(hash)-1\($0)" })
  }

  @Test(
    "run names follow Argo's pattern for each type",
    arguments: [
      (.background, nil, "app-abc-7"),
      (.step, 3, "app-abc-7-3"),
      (.prePromotion, nil, "app-abc-7-pre"),
      (.postPromotion, nil, "app-abc-7-post"),
    ] as [(RunType, Int?, String)])
  func names(type: RunType, step: Int?, expected: String) throws {
    var deployment = SimulatedDeployment(try Samples.application("team/app"))
    #expect(deployment.name(type, stepIndex: step, hash: "abc", number: 7) == expected)
  }

  @Test(
    "a failing metric ends the runs that the script names, and only those",
    arguments: [
      ("2", .step, .failed), ("v2", .step, .failed), ("2:step", .step, .failed),
      ("2:background", .step, .successful), ("3", .step, .successful),
      ("v3:step", .step, .successful), ("2:background", .background, .failed),
      ("2:step", .background, nil),
    ] as [(String, RunType, RunResult.Phase?)])
  func failing(selector: String, type: RunType, end: RunResult.Phase?) throws {
    var drive = Drive(Script(failing: [try RunSelector(parsing: selector)]))
    let run =
      type == .step
      ? Directive.DirectedRun(key: Self.stepRun, plan: Samples.counted)
      : Directive.DirectedRun(key: Self.background, plan: Samples.endless)
    drive.give(
      .directive(try Samples.item(version: 1, attempt: 1, stable: 1, desired: 2, runs: [run])))
    drive.wait()
    let ends = drive.taken().compactMap { outcome in
      if case .core(.runFinished(_, let result)) = outcome { result.phase } else { nil }
    }
    #expect(ends == [end].compactMap { $0 })
  }

  @Test("an inconclusive run says so with a message")
  func inconclusive() throws {
    var drive = Drive(Script(inconclusive: [try RunSelector(parsing: "v2:step")]))
    let run = Directive.DirectedRun(key: Self.stepRun, plan: Samples.counted)
    drive.give(
      .directive(try Samples.item(version: 1, attempt: 1, stable: 1, desired: 2, runs: [run])))
    drive.wait()
    guard case .core(.runFinished(_, let result))? = drive.taken().last else {
      Issue.record("no end was reported")
      return
    }
    #expect(result.phase == .inconclusive)
    #expect(result.message.contains("health"))
  }

  @Test("fail-next ends the running run of the type, else the next one, once")
  func failNext() throws {
    var drive = Drive()
    let run = Directive.DirectedRun(key: Self.background, plan: Samples.endless)
    drive.give(.failNext(.background))
    for attempt in UInt32(1)...2 {
      drive.give(
        .directive(
          try Samples.item(
            version: UInt64(attempt), attempt: attempt, stable: 1, desired: 2, runs: [run])))
      drive.wait()
    }
    let deployment = try #require(drive.cluster.deployments[try Samples.application()])
    guard case .finished(let result)? = deployment.runs.first?.phase else {
      Issue.record("the first run did not end")
      return
    }
    #expect(result.phase == .failed)
    #expect(deployment.runs.last?.phase == .running)
    _ = drive.taken()
    drive.give(.failNext(.background))
    #expect(drive.taken().count == 1)
  }

  @Test(
    "the leak of 1.7.1 needs a fast rollback: not a full one, not a return to stable, not a first deployment",
    arguments: [
      (stable: 3, desired: 2, track: .fast, leaks: true),
      (stable: 3, desired: 2, track: .full, leaks: false),
      (stable: 3, desired: 3, track: .fast, leaks: false),
      (stable: nil, desired: 1, track: .fast, leaks: false),
    ] as [(stable: UInt32?, desired: UInt32, track: Track, leaks: Bool)])
  func leak(stable: UInt32?, desired: UInt32, track: Track, leaks: Bool) throws {
    var drive = Drive(Script(leaksBackground: true))
    let item = try Samples.item(
      version: 1, attempt: 4, stable: stable, desired: desired, track: track,
      fullScale: track == .fast, forbidden: track == .fast)
    drive.give(.directive(item))
    drive.give(.directive(item))
    drive.wait()
    let expected = try Self.object("checkout-\(try Samples.hash(desired))-1", .background, desired)
    let created = drive.reports.filter { $0.outcome == .core(.runCreated(expected)) }
    #expect(created.count == (leaks ? 1 : 0))
    #expect(created.allSatisfy { $0.attempt == AttemptNumber(4) })
    let order = drive.reports.map(\.outcome)
    if leaks {
      let seen = try #require(order.firstIndex(of: .core(.runCreated(expected))))
      let available = try #require(order.firstIndex(of: .core(.available(RevisionNumber(desired)))))
      #expect(seen < available)
    }
  }

  @Test("a change made outside is told with its content, and older directives do not undo it")
  func outside() throws {
    var drive = Drive()
    drive.give(
      .directive(try Samples.item(version: 1, attempt: 1, desired: 1, fullScale: true)))
    drive.wait()
    _ = drive.taken()
    let change = try OutsideChange(
      application: Samples.application(), release: "hotfix-1", digest: "abc123",
      image: "registry.example.org/shop/checkout:hotfix-1")
    drive.give(.change(change))
    let hash = PodHash.of(try Samples.application(), digest: "abc123")
    #expect(
      drive.reports.last?.attempt == AttemptNumber(1),
      "what names none is not believed beside a command")
    #expect(
      drive.taken() == [
        .changeObserved(
          RevisionContent(
            release: try ReleaseID(validating: "hotfix-1"), digest: "abc123",
            images: ["registry.example.org/shop/checkout:hotfix-1"]),
          LocalRevision(podHash: hash, argoRevision: 2))
      ])
    drive.give(
      .directive(
        try Samples.item(version: 2, attempt: 1, stable: 1, desired: 1, fullScale: true)))
    drive.wait()
    #expect(drive.taken() == [])
    #expect(drive.cluster.deployments[try Samples.application()]?.desiredHash == hash)
    var adopted = try Samples.item(version: 3, attempt: 2, stable: 1, desired: 2)
    adopted.desiredRevision = Revision(
      number: RevisionNumber(2), release: change.release, digest: "abc123",
      images: ["registry.example.org/shop/checkout:hotfix-1"])
    drive.give(.directive(adopted))
    drive.wait()
    // Its objects were told with the change already.
    #expect(drive.taken() == [.core(.weightApplied(RevisionNumber(2), weight: 20, verified: true))])
  }

  @Test("a change made outside to a known release keeps its digest; to the desired one it is none")
  func outsideBack() throws {
    var drive = Drive()
    for number in UInt32(1)...2 {
      drive.give(
        .directive(
          try Samples.item(
            version: UInt64(number), attempt: number, desired: number, fullScale: true)))
      drive.wait()
    }
    _ = drive.taken()
    drive.give(.change(OutsideChange(release: try ReleaseID(validating: "v2"))))
    #expect(drive.taken() == [])
    drive.give(.change(OutsideChange(release: try ReleaseID(validating: "v1"))))
    let revision = try Samples.revision(1)
    #expect(
      drive.taken() == [
        .changeObserved(
          RevisionContent(
            release: revision.release, digest: revision.digest, images: revision.images),
          try Self.local(1, number: 3))
      ])
  }

  @Test("in observe mode nothing is done that a directive asks for")
  func observing() throws {
    var drive = Drive()
    drive.give(
      .directive(
        try Samples.item(version: 1, attempt: 1, desired: 1, fullScale: true, enforced: false)))
    drive.wait()
    #expect(drive.reports == [])
  }

  @Test("without the lease begun work waits, and goes on with it")
  func standingBy() throws {
    var drive = Drive()
    drive.give(.directive(try Samples.item(version: 1, attempt: 1, stable: 1, desired: 2)))
    _ = drive.taken()
    drive.give(.standing(mayAct: false))
    #expect(drive.cluster.nextDue == nil)
    drive.wait()
    #expect(drive.taken() == [])
    drive.give(.standing(mayAct: true))
    #expect(drive.taken() == [.core(.weightApplied(RevisionNumber(2), weight: 20, verified: true))])
  }

  @Test("an aborted attempt asks nothing more of the cluster and its canary is scaled down")
  func aborted() throws {
    var drive = Drive()
    drive.give(.directive(try Samples.item(version: 1, attempt: 1, desired: 1, fullScale: true)))
    drive.wait()
    drive.give(.directive(try Samples.item(version: 2, attempt: 2, stable: 1, desired: 2)))
    drive.wait()
    _ = drive.taken()
    drive.give(
      .directive(
        try Samples.item(version: 3, attempt: 2, stable: 1, desired: 2, weight: 0, aborted: true)))
    drive.wait()
    #expect(drive.taken() == [])
    let sets = try #require(drive.cluster.deployments[try Samples.application()]).replicaSets
    #expect(sets[try Samples.hash(1)]?.size == 4)
    #expect(sets[try Samples.hash(2)]?.size == 0)
  }

  // MARK: Seeds

  private static func story(_ script: Script) throws -> Drive {
    var drive = Drive(script)
    let runs = [
      Directive.DirectedRun(key: background, plan: Samples.endless),
      Directive.DirectedRun(key: stepRun, plan: Samples.counted),
    ]
    let items = [
      try Samples.item(version: 1, attempt: 1, desired: 1, track: .fast, fullScale: true),
      try Samples.item(version: 2, attempt: 2, stable: 1, desired: 2, runs: runs),
      try Samples.item(version: 3, attempt: 2, stable: 1, desired: 2, weight: 60),
      try Samples.item(version: 4, attempt: 2, stable: 1, desired: 2, fullScale: true),
      try Samples.item(
        version: 5, attempt: 3, stable: 2, desired: 1, track: .fast, fullScale: true,
        forbidden: true),
    ]
    for item in items {
      drive.give(.directive(item))
      drive.wait(.seconds(1))
    }
    drive.wait(.seconds(10))
    return drive
  }

  @Test("the same seed gives the same reports in the same order", arguments: UInt64(0)..<100)
  func deterministic(seed: UInt64) throws {
    let script = Script(
      seed: seed, leaksBackground: seed.isMultiple(of: 2), duplicateProbability: 0.5,
      lateness: .milliseconds(300), jitter: .milliseconds(700))
    #expect(try Self.story(script).reports == Self.story(script).reports)
  }

  @Test(
    "doubled, late and reordered reports are the same reports, whole and under the same ids",
    arguments: UInt64(0)..<100)
  func faultsKeepContents(seed: UInt64) throws {
    let plain = try Self.story(Script(seed: seed, leaksBackground: true)).reports
    let faulty = try Self.story(
      Script(
        seed: seed, leaksBackground: true, duplicateProbability: 0.6, lateness: .milliseconds(300),
        jitter: .milliseconds(700))
    ).reports
    var byID: [String: ReportedOutcome] = [:]
    for report in faulty {
      if let known = byID[report.id] { #expect(known == report) }
      byID[report.id] = report
    }
    #expect(Set(plain.map(\.id)) == Set(byID.keys))
    for report in plain { #expect(byID[report.id] == report) }
  }

  @Test("late reports keep their order")
  func lateInOrder() throws {
    let plain = try Self.story(Script()).reports
    let late = try Self.story(Script(lateness: .milliseconds(400))).reports
    #expect(plain == late)
  }

  @Test("ids are printable, short and begin with the life they belong to")
  func ids() throws {
    for report in try Self.story(Script()).reports {
      #expect(report.id.hasPrefix("t/"))
      #expect((1...200).contains(report.id.utf8.count))
      #expect(report.id.utf8.allSatisfy { (33...126).contains($0) })
    }
  }

  @Test("equal contents have equal hashes, others do not, in Kubernetes' alphabet")
  func hashes() throws {
    let application = try Samples.application()
    let hashes = (0..<1_000).map { PodHash.of(application, digest: "\($0)") }
    #expect(Set(hashes).count == 1_000)
    #expect(PodHash.of(application, digest: "7") == hashes[7])
    #expect(hashes.allSatisfy { (1...63).contains($0.utf8.count) })
    #expect(hashes.joined().allSatisfy { "bcdfghjklmnpqrstvwxz2456789".contains($0) })
  }
}
