import EventLog
import RolloutCore
import WindlassWire

@testable import Application

/// What people, pipelines and agents send for a small fleet: the same seed sends the same to the
/// same answers.
struct Traffic {
  private var random: SeededGenerator
  let applications: [ApplicationName]
  let clusters: [ClusterName]
  private var released: [ApplicationName: Int] = [:]
  private var sent = 0

  init(seed: UInt64, applications: Int = 3, clusters: Int = 2) throws {
    random = SeededGenerator(seed: seed)
    self.applications = try (0..<applications).map {
      try ApplicationName(validating: "shop/app-\($0)")
    }
    self.clusters = try (0..<clusters).map { try ClusterName(validating: "cluster-\($0)") }
  }

  var rollouts: [RolloutName] {
    applications.flatMap { name in clusters.map { RolloutName(name, on: $0) } }
  }

  /// Every cluster claimed, every application with two revisions.
  mutating func opening() throws -> [Submission.Action] {
    var actions: [Submission.Action] = clusters.enumerated().map { index, cluster in
      .claim(
        cluster, holder: "agent-\(index)", stolen: false,
        ClusterRegistration(
          mode: index % 3 == 2 ? .observe : .enforce,
          labels: [.init("region", index % 2 == 0 ? "eu" : "us")],
          controllerVersion: index % 2 == 0 ? "1.8.3" : ""),
        after: 0)
    }
    for application in applications {
      for _ in 0..<2 { actions.append(try register(application)) }
    }
    return actions
  }

  /// Microseconds that pass before the next group.
  mutating func pause() -> Int64 {
    random.chance(5) ? 3_600_000_000 : Int64.random(in: 0...60_000_000, using: &random)
  }

  mutating func groupSize() -> Int { Int.random(in: 1...6, using: &random) }

  mutating func requester() -> Requester {
    let principal = random.chance(80) ? "ci" : "ann"
    return Requester(
      principal: principal, claimedActor: random.chance(30) ? "zoë" : "",
      reason: random.chance(60) ? "checkout is slow" : "")
  }

  mutating func next(_ service: DecisionService) throws -> Submission.Action {
    guard let name = random.pick(rollouts) else {
      return .release(applications[0], .number(RevisionNumber(1)))
    }
    sent += 1
    let dice = Int.random(in: 0..<100, using: &random)
    if dice < 3 { return try register(name.application) }
    if dice == 3 {
      let revision = RevisionRef.number(revision(of: name.application))
      return random.chance(40)
        ? .hold(name.application, revision) : .release(name.application, revision)
    }
    let (state, context, epoch, lease) = service.read { world in
      (
        world.rollouts[name], world.context(of: name), world.version(.lease(name.cluster)),
        world.leases[name.cluster]
      )
    }
    if dice == 4 {
      if let lease, !lease.released, random.chance(50) {
        return .releaseLease(name.cluster, holder: lease.holder, epoch: lease.epoch)
      }
    }
    guard let lease, !lease.released else {
      return .claim(
        name.cluster, holder: "agent-\(sent)", stolen: random.chance(50),
        ClusterRegistration(mode: .enforce, labels: [.init("region", "eu")]), after: epoch)
    }
    if dice < 25 || state?.desired == nil { return command(name, state) }
    guard let context else { return command(name, state) }
    return .report(
      name.cluster, epoch: lease.epoch,
      try report(name.application, state ?? RolloutState(), context))
  }

  // MARK: People

  private mutating func revision(of application: ApplicationName) -> RevisionNumber {
    let last = released[application] ?? 1
    return RevisionNumber(UInt32(clamping: Int.random(in: max(1, last - 4)...last, using: &random)))
  }

  private mutating func command(_ name: RolloutName, _ state: RolloutState?) -> Submission.Action {
    let target = revision(of: name.application)
    if state?.desired == nil || random.chance(30) { return .start(name, .number(target)) }
    if random.chance(30) {
      return .rollback(
        name, random.chance(60) ? .number(target) : nil,
        random.chance(30) ? .emergency : .regular, insistsOnAnalysis: random.chance(15))
    }
    let commands: [RolloutCommand] = [
      .promote, .promote, .promoteFull, .promoteFull, .skipStep, .pause, .resume, .resume, .abort,
      .retry, .undo, .restart, .requireAnalysis, .escalate, .verify, .waiveVerification,
      .adopt(.init(stable: target, history: [RevisionNumber(1)])),
    ]
    return .rollout(name, random.pick(commands) ?? .resume)
  }

  private mutating func register(_ application: ApplicationName) throws -> Submission.Action {
    let number = (released[application] ?? 0) + 1
    released[application] = number
    let isNew = number < 3 || random.chance(40)
    var policies: [RolloutPolicy] = []
    if random.chance(25) {
      policies = [
        RolloutPolicy(
          name: "p-\(Int.random(in: 0..<3, using: &random))",
          clusters: random.chance(50) ? .all : .init(labels: [.init("region", "eu")]),
          window: random.chance(60)
            ? .init(
              revisions: Int.random(in: 1...4, using: &random),
              duration: random.chance(40) ? .seconds(7_200) : nil,
              counting: random.pick(RollbackWindow.Counting.allCases) ?? .attempted,
              match: random.chance(50) ? .any : .all, requireStable: random.chance(70)) : nil,
          emergency: random.chance(60)
            ? .init(allowedOutsideWindow: true, verificationDeadline: .seconds(3_000)) : nil,
          watch: random.chance(60)
            ? .init(duration: .seconds(600), onFailure: random.chance(60) ? .rollback : .record)
            : nil,
          evidence: random.chance(60) ? .init(appearance: .seconds(120), objectsMax: 2) : nil)
      ]
    }
    return .application(
      application,
      .register(
        Registration(
          revision: RevisionContent(
            release: try ReleaseID(validating: "v\(number)"), digest: "sha256:\(number)",
            images: ["registry.example/\(application):v\(number)"]),
          strategy: isNew ? Self.strategy(&random) : nil, policies: policies)))
  }

  private static func strategy(_ random: inout SeededGenerator) -> Strategy {
    let every: [Strategy.Step] = [
      .setWeight(20), .setWeight(50), .pause(nil), .pause(.seconds(30)), .analysis(.errorRate),
      .setCanaryScale(.replicas(1)), .setCanaryScale(.weight(50)),
      .setCanaryScale(.matchTrafficWeight),
      .experiment(
        .init(
          templates: [.init(name: "beside", source: .canary, replicas: 1, weight: 5)],
          analyses: [.init(name: "judge", plan: .errorRate)], duration: .seconds(60))),
      .setHeaderRoute(
        .init(
          name: "beta",
          matches: [
            .init(header: "x-beta", value: .exact("1")), .init(header: "x", value: .prefix("a")),
          ])),
      .setMirrorRoute(
        .init(
          name: "copy", percentage: 5,
          matches: [.init(method: .regex("G.*"), path: .prefix("/a"), headers: [])])),
      .plugin(.init(name: "gate", configuration: "{}")),
      .plugin(.init(name: "off", disabled: true)),
      .progressThreshold(.percent(50)), .progressThreshold(.pods(1)),
    ]
    let kind: Strategy.Kind
    if random.chance(65) {
      let steps = (0..<Int.random(in: 0...4, using: &random)).compactMap { _ in random.pick(every) }
      kind = .canary(
        Canary(
          steps: steps,
          background: random.chance(50) ? .init(plan: .errorRate, startingStep: 0) : nil,
          traffic: random.chance(50) ? .init(managedRoutes: ["beta", "copy"]) : nil,
          maxSurge: random.chance(50) ? .pods(1) : .percent(25),
          minPodsPerRevision: random.chance(20) ? 1 : nil,
          scaleDownDelay: random.chance(30) ? .seconds(200) : nil,
          scaleDownDelayRevisionLimit: random.chance(30) ? 1 : nil,
          abortScaleDownDelay: random.chance(30) ? .seconds(20) : nil,
          progressThreshold: random.chance(20) ? .percent(75) : nil))
    } else {
      kind = .blueGreen(
        BlueGreen(
          hasPreviewService: random.chance(70), previewReplicas: random.chance(40) ? 1 : nil,
          autoPromotion: random.chance(60),
          autoPromotionDelay: random.chance(40) ? .seconds(60) : nil,
          prePromotion: random.chance(50) ? .errorRate : nil,
          postPromotion: random.chance(50) ? .errorRate : nil,
          scaleDownDelay: random.chance(50) ? .seconds(200) : nil,
          scaleDownDelayRevisionLimit: random.chance(30) ? 1 : nil,
          abortScaleDownDelay: random.chance(30) ? .seconds(0) : nil))
    }
    return Strategy(
      replicas: Int.random(in: 1...4, using: &random), kind: kind,
      progress: .init(deadline: .seconds(600), aborts: random.chance(30)),
      window: random.chance(60)
        ? RollbackWindow(revisions: Int.random(in: 1...3, using: &random)) : nil)
  }

  // MARK: Agents

  private mutating func report(
    _ application: ApplicationName, _ state: RolloutState, _ context: RolloutContext
  ) throws -> ReportedOutcome {
    let number = state.attempt?.number ?? state.lastEnded?.number
    var outcomes: [Outcome] = []
    let directive = RolloutDecider.directive(state, in: context)
    let desired = state.desired ?? RevisionNumber(1)
    let hash = state.local[desired]?.podHash ?? "hash\(desired)"
    if let attempt = state.attempt {
      outcomes += [
        .available(attempt.revision), .available(attempt.revision),
        .weightApplied(
          attempt.revision, weight: directive.weight,
          verified: random.pick([nil, true, false]) ?? nil),
        .revisionObserved(attempt.revision, .init(podHash: hash, argoRevision: sent)),
      ]
      if random.chance(10) {
        outcomes.append(
          .runCreated(RunObject(name: "leak-\(sent)", type: .background, podHash: hash)))
      }
    }
    if let pods = directive.pods {
      outcomes.append(
        .podsObserved(
          desired,
          .init(desired: .init(pods.desired), stable: .init(pods.stable), others: .init(sent % 2))))
    }
    if let services = directive.services { outcomes.append(.servicesObserved(services)) }
    if let moment = directive.restartAt { outcomes.append(.restarted(moment)) }
    let runs =
      (state.attempt?.runs ?? state.lastEnded?.runs ?? []) + (state.watch?.runs ?? [])
      + state.debts.flatMap(\.runs)
    for run in runs {
      let object =
        run.object
        ?? RunObject(
          name: "run-\(sent)", type: run.key.type, podHash: hash, stepIndex: run.key.stepIndex)
      guard run.isOpen || random.chance(20) else { continue }
      outcomes.append(.runCreated(object))
      let results: [RunResult] = [.success, .success, .success, .failure, .unclear, .unmeasured]
      let result = random.pick(results)
      outcomes.append(.runFinished(object, result ?? RunResult.success))
    }
    let id = "o-\(sent)"
    if outcomes.isEmpty || random.chance(3) {
      let release = random.chance(50) ? 1 : 2
      let content = RevisionContent(
        release: try ReleaseID(validating: "v\(release)"), digest: "sha256:\(release)",
        images: ["registry.example/\(application):v\(release)"])
      return ReportedOutcome(
        id: id, application: application, attempt: random.chance(50) ? number : nil,
        outcome: .changeObserved(content, .init(podHash: "hash\(release)")))
    }
    return ReportedOutcome(
      id: id, application: application, attempt: number,
      outcome: .core(random.pick(outcomes) ?? .available(desired)))
  }
}

/// SplitMix64: the same seed gives the same run on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
    state = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// True `percent` times in a hundred.
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  /// One of them; `nil` of none.
  mutating func pick<Element>(_ elements: [Element]) -> Element? {
    elements.randomElement(using: &self)
  }
}

extension AnalysisPlan {
  fileprivate static let errorRate = AnalysisPlan(
    templates: [
      AnalysisTemplate(
        name: "error-rate",
        metrics: [
          .init(
            name: "errors", interval: .seconds(10), count: 3, failureLimit: 1,
            successCondition: "result[0] < 0.05", provider: "prometheus", query: "errors")
        ])
    ], arguments: [.init(name: "service", value: "checkout")], dryRun: ["trial.*"])
}

extension RunResult {
  fileprivate static let success = RunResult(phase: .successful, measurements: 3)
  fileprivate static let failure = RunResult(
    phase: .failed, measurements: 3, message: "errors 0.2")
  fileprivate static let unclear = RunResult(phase: .inconclusive, measurements: 3)
  fileprivate static let unmeasured = RunResult(phase: .successful, measurements: 0)
}
