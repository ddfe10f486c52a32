public import RolloutCore
public import WindlassWire

/// A cluster without a cluster: follows directives, reports what Argo Rollouts would have made of
/// them, and goes wrong as its ``Script`` says.
///
/// Pure: time and inputs come in as values, reports go out as values. Only its own work takes
/// time, and only its own reports can be late, doubled or out of order.
public struct SimulatedCluster: Sendable, Equatable {
  /// What can happen to it. Moments are counted from any fixed start and never go backwards.
  public enum Input: Sendable, Equatable {
    case directive(DirectiveUpdate.Item)
    /// Whether the agent may act for the cluster. Without, work that was begun waits.
    case standing(mayAct: Bool)
    /// Nothing but time passed.
    case tick
    case change(OutsideChange)
    /// The running or else the next run of this type fails.
    case failNext(RunType)
    case leak(Bool)
  }

  public enum Effect: Sendable, Equatable {
    case report(ReportedOutcome)
    /// One line for whoever watches.
    case note(String)
  }

  public private(set) var deployments: [ApplicationName: SimulatedDeployment] = [:]
  private var script: Script
  private let instance: String
  private var random: SeededGenerator
  private var agenda: [Item] = []
  private var serial: UInt64 = 0
  private var sequence: UInt64 = 0
  private var mayAct = true
  private var failNext: Set<RunType> = []
  private var lastDelivery: Duration = .zero
  private var effects: [Effect] = []

  /// - Parameter instance: 1...60 printable ASCII characters; no two lives of a cluster may share
  ///   one, because the ids of outcomes begin with it.
  public init(script: Script = Script(), instance: String) {
    self.script = script
    self.instance = instance
    random = SeededGenerator(seed: script.seed)
  }

  private struct Item: Equatable, Sendable {
    var due: Duration
    var sequence: UInt64
    var action: Action

    func isBefore(_ other: Self) -> Bool { (due, sequence) < (other.due, other.sequence) }
  }

  private enum Action: Equatable, Sendable {
    case settle(ApplicationName, SimulatedDeployment.Asked)
    case restart(ApplicationName, Timestamp)
    case create(ApplicationName, AttemptNumber?, Directive.DirectedRun)
    case leak(ApplicationName, AttemptNumber)
    case finish(ApplicationName, name: String)
    case change(OutsideChange)
    case deliver(ReportedOutcome)

    /// Changes the cluster in the lease's name; the rest happens whoever holds it.
    var isOurs: Bool {
      switch self {
      case .settle, .restart, .create: true
      case .leak, .finish, .change, .deliver: false
      }
    }
  }

  /// When `step` would next do something by time alone; `nil`: never.
  public var nextDue: Duration? {
    agenda.first { mayAct || !$0.action.isOurs }?.due
  }

  /// Takes an input at a moment, after everything that was due before it.
  public mutating func step(_ input: Input, at now: Duration) -> [Effect] {
    runAgenda(until: now)
    switch input {
    case .directive(let item): follow(item, now)
    case .standing(let mayAct): self.mayAct = mayAct
    case .tick: break
    case .change(let change): make(change, now)
    case .failNext(let type): failRunningOrNext(type, now)
    case .leak(let leaks):
      script.leaksBackground = leaks
      note("leaking background runs is \(leaks ? "on" : "off")")
    }
    runAgenda(until: now)
    defer { effects = [] }
    return effects
  }

  // MARK: Following

  private mutating func follow(_ item: DirectiveUpdate.Item, _ now: Duration) {
    let name = item.application
    let isNew = deployments[name] == nil
    var deployment = deployments[name] ?? SimulatedDeployment(name)
    guard item.version >= deployment.version else { return }
    let previous = deployment.directive
    deployment.version = item.version
    deployment.directive = item.directive
    if let revision = item.desiredRevision { know(revision, &deployment) }
    deployments[name] = deployment
    if isNew, let change = script.change,
      change.application.map({ $0 == name }) ?? (deployments.count == 1)
    {
      var change = change
      change.application = name
      plan(.change(change), at: now + script.changeAfter)
    }

    let directive = item.directive
    if let changedAfter = deployment.changedAfter {
      guard let attempt = directive.attempt, attempt > changedAfter else { return }
      deployments[name]?.changedAfter = nil
    }
    guard let desired = directive.desired, let set = deployment.replicaSet(of: desired) else {
      return
    }
    guard directive.enforced || deployment.desiredHash == set.podHash else {
      if previous?.attempt != directive.attempt {
        note("\(name): revision \(desired) is asked for; observing only, nothing is done")
      }
      return
    }
    adapt(name, to: directive, desired, set.podHash, now)
  }

  private func know(_ revision: Revision, _ deployment: inout SimulatedDeployment) {
    let hash = PodHash.of(deployment.application, digest: revision.digest)
    if deployment.replicaSets[hash] == nil {
      deployment.replicaSets[hash] = .init(
        podHash: hash,
        content: RevisionContent(
          release: revision.release, digest: revision.digest, images: revision.images),
        number: 0)
    }
    deployment.replicaSets[hash]?.revision = revision.number
  }

  private mutating func adapt(
    _ name: ApplicationName, to directive: Directive, _ desired: RevisionNumber, _ hash: String,
    _ now: Duration
  ) {
    if deployments[name]?.attempt != directive.attempt {
      deployments[name]?.attempt = directive.attempt
      deployments[name]?.asked = nil
      deployments[name]?.creating = []
      if let attempt = directive.attempt { note(Self.describe(name, attempt, desired, directive)) }
    }
    if deployments[name]?.desiredHash != hash { deployments[name]?.desire(hash) }
    tellLocal(name, desired, hash, now)
    stopUnwantedRuns(name, directive)
    if directive.aborted, deployments[name]?.asked?.aborted == false {
      note("\(name): attempt aborted, all traffic back to stable")
    }
    ask(name, directive, desired, now)
    restart(name, directive, now)
    guard !directive.aborted else { return }
    for run in directive.runs { beginCreating(run, name, directive, now) }
    leakIfScripted(name, directive, desired, now)
  }

  private static func describe(
    _ name: ApplicationName, _ attempt: AttemptNumber, _ desired: RevisionNumber,
    _ directive: Directive
  ) -> String {
    let track = directive.track.map { ", \($0.rawValue) track" } ?? ""
    let contract = directive.forbidden == nil ? "" : ", no analysis allowed"
    return "\(name): attempt \(attempt) wants revision \(desired)\(track)\(contract)"
  }

  /// Tells which objects stand for a revision here, whenever that changed.
  private mutating func tellLocal(
    _ name: ApplicationName, _ revision: RevisionNumber, _ hash: String, _ now: Duration
  ) {
    guard let set = deployments[name]?.replicaSets[hash] else { return }
    let local = LocalRevision(podHash: hash, argoRevision: set.number)
    guard deployments[name]?.told[hash] != local else { return }
    deployments[name]?.told[hash] = local
    note("\(name): revision \(revision) is ReplicaSet \(hash), Argo revision \(set.number)")
    report(name, deployments[name]?.attempt, .core(.revisionObserved(revision, local)), now)
  }

  private mutating func stopUnwantedRuns(_ name: ApplicationName, _ directive: Directive) {
    guard let deployment = deployments[name] else { return }
    for (index, run) in deployment.runs.enumerated() {
      guard run.isRunning, run.key != nil else { continue }
      let isWanted =
        run.attempt == directive.attempt && directive.runs.contains { $0.key == run.key }
      guard !isWanted else { continue }
      deployments[name]?.runs[index].phase = .stopped
      note("\(name): stopped \(run.object.name)")
    }
    deployments[name]?.creating.formIntersection(directive.runs.map(\.key))
  }

  /// Pods, weight and services as the directive wants them, after a while; told again whenever a
  /// directive wants something else, so that a report that was lost or came too early is made up for.
  private mutating func ask(
    _ name: ApplicationName, _ directive: Directive, _ desired: RevisionNumber, _ now: Duration
  ) {
    let asked = SimulatedDeployment.Asked(directive, desired, replicas: script.replicas)
    guard deployments[name]?.asked != asked else { return }
    deployments[name]?.asked = asked
    let delay = directive.fullScale ? script.scaleDelay : script.weightDelay
    plan(.settle(name, asked), at: now + delay)
  }

  private mutating func restart(
    _ name: ApplicationName, _ directive: Directive, _ now: Duration
  ) {
    guard let moment = directive.restartAt, deployments[name]?.restarting != moment else { return }
    deployments[name]?.restarting = moment
    plan(.restart(name, moment), at: now + script.scaleDelay)
  }

  private mutating func beginCreating(
    _ run: Directive.DirectedRun, _ name: ApplicationName, _ directive: Directive, _ now: Duration
  ) {
    guard let deployment = deployments[name], !deployment.creating.contains(run.key),
      !deployment.runs.contains(where: { $0.key == run.key && $0.attempt == directive.attempt })
    else { return }
    deployments[name]?.creating.insert(run.key)
    plan(.create(name, directive.attempt, run), at: now + script.createDelay)
  }

  /// As Argo Rollouts 1.7.1: analysis is reconciled before anybody asks whether the rollback is
  /// inside its window. Going back to the revision that is stable anyway was not affected.
  private mutating func leakIfScripted(
    _ name: ApplicationName, _ directive: Directive, _ desired: RevisionNumber, _ now: Duration
  ) {
    guard script.leaksBackground, directive.track == .fast, let stable = directive.stable,
      stable != desired, directive.forbidden != nil, let attempt = directive.attempt,
      deployments[name]?.leakedFor != attempt
    else { return }
    deployments[name]?.leakedFor = attempt
    plan(.leak(name, attempt), at: now + script.createDelay)
  }

  // MARK: What becomes due

  private mutating func plan(_ action: Action, at due: Duration) {
    sequence += 1
    let item = Item(due: due, sequence: sequence, action: action)
    let index = agenda.firstIndex { item.isBefore($0) } ?? agenda.endIndex
    agenda.insert(item, at: index)
  }

  private mutating func runAgenda(until now: Duration) {
    while let index = agenda.firstIndex(where: { mayAct || !$0.action.isOurs }),
      agenda[index].due <= now
    {
      perform(agenda.remove(at: index).action, now)
    }
  }

  private mutating func perform(_ action: Action, _ now: Duration) {
    switch action {
    case .settle(let name, let asked): settle(name, asked, now)
    case .restart(let name, let moment):
      guard deployments[name]?.restarting == moment else { return }
      note("\(name): every pod is new")
      report(name, deployments[name]?.attempt, .core(.restarted(moment)), now)
    case .create(let name, let attempt, let run): create(run, name, attempt, now)
    case .leak(let name, let attempt): leak(name, attempt, now)
    case .finish(let name, let run): finish(name, run, now)
    case .change(let change): make(change, now)
    case .deliver(let outcome): effects.append(.report(outcome))
    }
  }

  private mutating func settle(
    _ name: ApplicationName, _ asked: SimulatedDeployment.Asked, _ now: Duration
  ) {
    guard deployments[name]?.asked == asked, let counts = deployments[name]?.scale(to: asked)
    else { return }
    let revision = asked.desired
    report(name, asked.attempt, .core(.podsObserved(revision, counts)), now)
    if let services = asked.services {
      note("\(name): \(Self.describe(services))")
      report(name, asked.attempt, .core(.servicesObserved(services)), now)
    }
    guard !asked.aborted else { return }
    if asked.fullScale {
      note("\(name): revision \(revision) is fully available (\(counts.desired.available) pods)")
      report(name, asked.attempt, .core(.available(revision)), now)
    } else if asked.services == nil {
      note("\(name): revision \(revision) has weight \(asked.weight)")
    }
    guard asked.services == nil else { return }
    report(
      name, asked.attempt,
      .core(.weightApplied(revision, weight: asked.weight, verified: true)), now)
  }

  private static func describe(_ services: ServicesSeen) -> String {
    let active = services.active.map { "revision \($0)" } ?? "nothing"
    let preview = services.preview.map { ", preview at revision \($0)" } ?? ""
    return "active service at \(active)\(preview)"
  }

  private mutating func create(
    _ run: Directive.DirectedRun, _ name: ApplicationName, _ attempt: AttemptNumber?,
    _ now: Duration
  ) {
    guard deployments[name]?.attempt == attempt,
      deployments[name]?.creating.remove(run.key) != nil,
      let object = object(run.key.type, stepIndex: run.key.stepIndex, name)
    else { return }
    let metrics = run.work.metrics
    let measurements = metrics.reduce(0) { $0 + min(max($1.count, 1), 1_000) }
    append(
      SimulatedDeployment.Run(
        object: object, key: run.key, attempt: attempt, phase: .running,
        labels: Self.labels(of: object), metric: metrics.first?.name ?? "metric",
        measurements: min(max(measurements, 1), 1_000)),
      name)
    note("\(name): created \(object.name) (\(object.type.spoken))")
    report(name, attempt, .core(.runCreated(object)), now)
    if !run.work.isEndless || scriptedEnd(of: object, name) != nil {
      plan(.finish(name, name: object.name), at: now + script.runTime)
    }
  }

  private mutating func leak(_ name: ApplicationName, _ attempt: AttemptNumber, _ now: Duration) {
    guard deployments[name]?.attempt == attempt,
      let object = object(.background, stepIndex: nil, name)
    else { return }
    append(
      SimulatedDeployment.Run(
        object: object, key: nil, attempt: attempt, phase: .running,
        labels: Self.labels(of: object), metric: "metric", measurements: 1),
      name)
    note("\(name): created \(object.name) (background analysis) although the rollback is fast")
    report(name, attempt, .core(.runCreated(object)), now)
    plan(.finish(name, name: object.name), at: now + script.runTime)
  }

  private mutating func object(
    _ type: RunType, stepIndex: Int?, _ name: ApplicationName
  ) -> RunObject? {
    guard let hash = deployments[name]?.desiredHash,
      let number = deployments[name]?.replicaSets[hash]?.number,
      let text = deployments[name]?.name(type, stepIndex: stepIndex, hash: hash, number: number)
    else { return nil }
    return RunObject(name: text, type: type, podHash: hash, stepIndex: stepIndex)
  }

  /// Source: argo-rollouts `utils/analysis` and `docs/features/analysis`, labels of a run.
  private static func labels(of object: RunObject) -> [String: String] {
    let type =
      switch object.type {
      case .background: "Background"
      case .step: "Step"
      case .prePromotion: "PrePromotion"
      case .postPromotion: "PostPromotion"
      case .experiment: "Experiment"
      case .plugin: "Plugin"
      case .verification: "Verification"
      }
    var labels = ["rollouts-pod-template-hash": object.podHash, "rollout-type": type]
    if let index = object.stepIndex { labels["step-index"] = "\(index)" }
    return labels
  }

  private mutating func append(_ run: SimulatedDeployment.Run, _ name: ApplicationName) {
    deployments[name]?.runs.append(run)
    deployments[name]?.forgetEndedRuns()
  }

  /// How the script ends a run; `nil`: well, and only if it has an end.
  private func scriptedEnd(of object: RunObject, _ name: ApplicationName) -> RunResult.Phase? {
    if failNext.contains(object.type) { return .failed }
    guard let set = deployments[name]?.replicaSets[object.podHash], let revision = set.revision
    else { return nil }
    let release = set.content.release
    if script.failing.contains(where: { $0.matches(revision, release, object.type) }) {
      return .failed
    }
    if script.inconclusive.contains(where: { $0.matches(revision, release, object.type) }) {
      return .inconclusive
    }
    return nil
  }

  private mutating func finish(_ name: ApplicationName, _ run: String, _ now: Duration) {
    guard let index = deployments[name]?.runs.firstIndex(where: { $0.object.name == run }),
      let found = deployments[name]?.runs[index], found.isRunning
    else { return }
    let end = scriptedEnd(of: found.object, name) ?? .successful
    failNext.remove(found.object.type)
    let message =
      switch end {
      case .successful: ""
      case .failed:
        #"Metric "\#(found.metric)" assessed Failed due to failed (1) > failureLimit (0)"#
      case .error: #"Metric "\#(found.metric)" assessed Error"#
      case .inconclusive:
        #"Metric "\#(found.metric)" assessed Inconclusive due to inconclusive (1) > inconclusiveLimit (0)"#
      }
    let result = RunResult(
      phase: end, measurements: end == .successful ? found.measurements : 1, message: message)
    deployments[name]?.runs[index].phase = .finished(result)
    note("\(name): \(run) ended \(end.rawValue)\(message.isEmpty ? "" : ": \(message)")")
    report(name, found.attempt, .core(.runFinished(found.object, result)), now)
  }

  private mutating func failRunningOrNext(_ type: RunType, _ now: Duration) {
    failNext.insert(type)
    for (name, deployment) in deployments.sorted(by: { $0.key < $1.key }) {
      for run in deployment.runs where run.isRunning && run.object.type == type {
        finish(name, run.object.name, now)
        return
      }
    }
    note("the next \(type.rawValue) run will fail")
  }

  // MARK: Outside

  private mutating func make(_ change: OutsideChange, _ now: Duration) {
    guard let name = change.application ?? deployments.keys.min() else {
      note("no application is known here yet; nothing was changed")
      return
    }
    var deployment = deployments[name] ?? SimulatedDeployment(name)
    let known = deployment.replicaSets.values.first { set in
      set.content.release == change.release
        && (change.digest.map { $0 == set.content.digest } ?? true)
    }
    let content =
      known?.content
      ?? RevisionContent(
        release: change.release, digest: change.digest ?? Self.digest(of: change.release),
        images: change.image.map { [$0] } ?? [])
    let hash = PodHash.of(name, digest: content.digest)
    guard hash != deployment.desiredHash else {
      note("\(name): \(change.release) is what is desired already; nothing was changed")
      return
    }
    if deployment.replicaSets[hash] == nil {
      deployment.replicaSets[hash] = .init(podHash: hash, content: content, number: 0)
    }
    deployment.desire(hash)
    // Whatever was asked for so far is about another revision.
    deployment.changedAfter = deployment.directive?.attempt ?? AttemptNumber(0)
    deployment.asked = nil
    deployment.creating = []
    for index in deployment.runs.indices where deployment.runs[index].isRunning {
      deployment.runs[index].phase = .stopped
    }
    let local = LocalRevision(
      podHash: hash, argoRevision: deployment.replicaSets[hash]?.number)
    deployment.told[hash] = local
    deployments[name] = deployment
    note("\(name): changed to \(change.release) outside Windlass (ReplicaSet \(hash))")
    // A change that names no attempt would not be believed beside a command.
    report(name, deployment.directive?.attempt, .changeObserved(content, local), now)
  }

  private static func digest(of release: ReleaseID) -> String {
    var hash: UInt64 = 14_695_981_039_346_656_037
    for byte in release.text.utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
    let hex = String(hash, radix: 16)
    return "sha256:" + String(repeating: "0", count: 64 - hex.count) + hex
  }

  // MARK: Reporting

  private mutating func note(_ line: String) { effects.append(.note(line)) }

  private mutating func report(
    _ name: ApplicationName, _ attempt: AttemptNumber?, _ outcome: ReportedOutcome.Reported,
    _ now: Duration
  ) {
    serial += 1
    let report = ReportedOutcome(
      id: "\(instance)/\(serial)", application: name, attempt: attempt, outcome: outcome)
    var due = now
    if script.lateness > .zero { due += chance(of: script.lateness, from: 0.5) }
    if script.jitter > .zero {
      due += chance(of: script.jitter, from: 0)
    } else {
      due = max(due, lastDelivery)
      lastDelivery = due
    }
    deliver(report, at: due, now)
    if script.duplicateProbability > 0,
      Double.random(in: 0..<1, using: &random) < script.duplicateProbability
    {
      deliver(report, at: due + chance(of: .milliseconds(300), from: 0), now)
    }
  }

  private mutating func chance(of most: Duration, from least: Double) -> Duration {
    most * Double.random(in: least...1, using: &random)
  }

  private mutating func deliver(_ report: ReportedOutcome, at due: Duration, _ now: Duration) {
    if due <= now { effects.append(.report(report)) } else { plan(.deliver(report), at: due) }
  }
}

extension Directive.DirectedRun.Work {
  /// Everything that is measured.
  var metrics: [AnalysisTemplate.Metric] {
    switch self {
    case .analysis(let plan): plan.templates.flatMap(\.metrics)
    case .experiment(let plan): plan.analyses.flatMap { $0.plan.templates.flatMap(\.metrics) }
    case .plugin: []
    }
  }

  /// It never ends by itself: an interval without a count; an experiment that nothing limits.
  var isEndless: Bool {
    let isMeasuredForEver = metrics.contains { $0.interval != nil && $0.count == 0 }
    return switch self {
    case .analysis: isMeasuredForEver
    case .experiment(let plan): plan.duration == nil && (metrics.isEmpty || isMeasuredForEver)
    case .plugin: false
    }
  }
}

extension RunType {
  fileprivate var spoken: String {
    switch self {
    case .experiment, .plugin: rawValue
    case .background, .step, .prePromotion, .postPromotion, .verification: "\(rawValue) analysis"
    }
  }
}
