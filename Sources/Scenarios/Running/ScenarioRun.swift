import ArgoManifests
import RolloutCore

/// One scenario being played.
struct ScenarioRun {
  private let manifests: ScenarioManifests
  private var world: ScenarioWorld
  private var found: [ScenarioFailure] = []
  /// Places of expectations that held on some cluster, by line, then column.
  private var held: Set<[Int]> = []
  private(set) var expectations = 0

  init(_ scenario: Scenario, _ manifests: ScenarioManifests) {
    self.manifests = manifests
    world = ScenarioWorld(manifests.application, scenario.clusters)
  }

  mutating func play(_ step: ScenarioStep) {
    world.beginStep()
    let meant =
      step.clusters.map { $0.compactMap(world.index(of:)) } ?? Array(world.clusters.indices)
    if passTime(step) { perform(step, meant) }
    for cluster in world.clusters where cluster.events.count >= ScenarioLimits.eventsOfStep {
      fail(
        step, cluster.name, expected: "less than \(ScenarioLimits.eventsOfStep) events",
        actual: "more, which are not kept")
    }
    compare(step, meant)
  }

  // MARK: Failing

  private mutating func fail(
    _ step: ScenarioStep, _ cluster: ClusterName? = nil, expected: String, actual: String
  ) {
    add(
      ScenarioFailure(
        location: step.location, step: step.number, action: step.action.name,
        cluster: cluster?.text ?? "", field: step.action.name, expected: [expected],
        actual: [actual], note: "",
        edit: .impossible("there is no expectation to rewrite")))
  }

  private mutating func add(_ failure: ScenarioFailure) {
    guard found.count < ScenarioLimits.failures else { return }
    found.append(failure)
  }

  /// What was found. An expectation of several clusters that do not agree cannot be rewritten.
  var failures: [ScenarioFailure] {
    var values: [[Int]: ScenarioValue] = [:]
    var disputed = held
    for failure in found {
      guard case .write(let value, over: let node, isNumber: _) = failure.edit else { continue }
      if let other = values.updateValue(value, forKey: [node.line, node.column]), other != value {
        disputed.insert([node.line, node.column])
      }
    }
    return found.map { failure in
      guard case .write(_, over: let node, isNumber: _) = failure.edit,
        disputed.contains([node.line, node.column])
      else { return failure }
      var failure = failure
      failure.edit = .impossible("clusters differ here; say what each does with `expect-on`")
      return failure
    }
  }

  // MARK: Time

  /// - Returns: whether the step can take place.
  private mutating func passTime(_ step: ScenarioStep) -> Bool {
    let moment: Timestamp
    switch step.time {
    case nil: return true
    case .at(let interval): moment = ScenarioWorld.beginning + interval
    case .after(let interval): moment = world.now + interval
    }
    guard moment >= world.now else {
      fail(
        step,
        expected: "at most \(DurationWriting.text(moment.since(ScenarioWorld.beginning))) passed",
        actual: "\(DurationWriting.text(world.elapsed)) passed")
      return false
    }
    guard world.advance(to: moment) else {
      fail(step, expected: "timers that come to an end", actual: "too many came due")
      return false
    }
    return true
  }

  // MARK: Acting

  private mutating func perform(_ step: ScenarioStep, _ meant: [Int]) {
    switch step.action {
    case .none: return
    case .apply(let releases):
      for release in releases {
        guard let registration = manifests.revisions[release] else { continue }
        guard decide(.register(registration), step) else { return }
      }
    case .applyFiles:
      if let registration = manifests.files[step.number] {
        _ = decide(.register(registration), step)
      }
    case .hold(let name): number(name, step).map { _ = decide(.hold($0), step) }
    case .release(let name): number(name, step).map { _ = decide(.release($0), step) }
    case .start(let name): command(step, meant, name) { .start($0) }
    case .rollback(let rollback): self.rollback(rollback, step, meant, isRecorded: true)
    case .evaluate(let rollback): self.rollback(rollback, step, meant, isRecorded: false)
    case .promote: command(step, meant) { _ in .promote }
    case .promoteFull: command(step, meant) { _ in .promoteFull }
    case .pause: command(step, meant) { _ in .pause }
    case .resume: command(step, meant) { _ in .resume }
    case .abort: command(step, meant) { _ in .abort }
    case .retry: command(step, meant) { _ in .retry }
    case .undo: command(step, meant) { _ in .undo }
    case .restart: command(step, meant) { _ in .restart }
    case .skipStep: command(step, meant) { _ in .skipStep }
    case .verify: command(step, meant) { _ in .verify }
    case .waiveVerification: command(step, meant) { _ in .waiveVerification }
    case .requireAnalysis: command(step, meant) { _ in .requireAnalysis }
    case .escalate: command(step, meant) { _ in .escalate }
    case .adopt(let stable, let history): adopt(stable, history, step, meant)
    case .available, .weightApplied, .podsObserved, .servicesObserved, .restarted, .runCreated,
      .runFinished, .revisionObserved, .changeObserved:
      for index in meant { report(step, index) }
    case .follow(let goal, let duration): follow(goal, duration, step, meant)
    case .tick: for index in meant { world.tick(index) }
    }
  }

  /// To the application; every cluster sees the answer.
  private mutating func decide(_ command: ApplicationCommand, _ step: ScenarioStep) -> Bool {
    let answer: ScenarioCluster.Answer
    switch world.decide(command, by: step.requester) {
    case .success(let events): answer = events.isEmpty ? .alreadySatisfied : .allowed
    case .failure(let refusal): answer = .refused(record(refusal, step, nil))
    }
    var isRefused = false
    if case .refused = answer { isRefused = true }
    for index in world.clusters.indices {
      world.change(index) { cluster in
        // One of several that did something counts.
        if cluster.answer != .allowed || isRefused { cluster.answer = answer }
      }
    }
    return !isRefused
  }

  /// A revision of a command to the application, which answers for all clusters.
  private mutating func number(_ name: RevisionName, _ step: ScenarioStep) -> RevisionNumber? {
    if let number = world.number(of: name) { return number }
    let answer: ScenarioCluster.Answer =
      world.application == ApplicationState()
      ? .notFound : .refused(record(unknown(name), step, nil))
    for index in world.clusters.indices { world.change(index) { $0.answer = answer } }
    return nil
  }

  private mutating func command(
    _ step: ScenarioStep, _ meant: [Int], _ name: RevisionName? = nil,
    _ make: (RevisionNumber) -> RolloutCommand
  ) {
    for index in meant {
      guard let number = resolve(name, step, index) else { continue }
      answer(step, index, world.decide(make(number), index, by: step.requester))
    }
  }

  /// The revision that a command names, or any where it names none; `nil` if it was answered.
  private mutating func resolve(
    _ name: RevisionName?, _ step: ScenarioStep, _ index: Int
  ) -> RevisionNumber? {
    guard world.application != ApplicationState() else {
      world.change(index) { $0.answer = .notFound }
      return nil
    }
    guard let name else { return RevisionNumber(0) }
    if let number = world.number(of: name) { return number }
    answer(step, index, .failure(unknown(name)))
    return nil
  }

  private mutating func answer(
    _ step: ScenarioStep, _ index: Int, _ result: Result<[RolloutEvent], Refusal>
  ) {
    let answer: ScenarioCluster.Answer =
      switch result {
      case .success(let events): events.isEmpty ? .alreadySatisfied : .allowed
      case .failure(let refusal): .refused(record(refusal, step, world.clusters[index].name))
      }
    world.change(index) { $0.answer = answer }
  }

  private func record(
    _ refusal: Refusal, _ step: ScenarioStep, _ cluster: ClusterName?
  ) -> RefusalRecorded {
    RefusalRecorded(
      command: step.action.name, cluster: cluster, refusal: refusal, by: step.requester,
      now: world.now)
  }

  /// As the service says it to a caller.
  private func unknown(_ name: RevisionName) -> Refusal {
    let text =
      switch name {
      case .number(let number): "revision \(number)"
      case .release(let release): "release \(release)"
      }
    return Refusal(
      .unknownRevision,
      "\(world.name) has no \(text); register it with `windlass apply`, or list revisions with "
        + "`windlass get \(world.name)`")
  }

  private mutating func rollback(
    _ rollback: ScenarioStep.Rollback, _ step: ScenarioStep, _ meant: [Int], isRecorded: Bool
  ) {
    for index in meant {
      guard let number = resolve(rollback.target, step, index) else { continue }
      let request = RollbackRequest(
        target: rollback.target == nil ? nil : number, rollbackClass: rollback.rollbackClass,
        insistsOnAnalysis: rollback.insistsOnAnalysis)
      guard !isRecorded else {
        answer(step, index, world.decide(.rollback(request), index, by: step.requester))
        continue
      }
      let result = world.wouldDecide(.rollback(request), index, by: step.requester)
      answer(step, index, result)
      if case .success(let events) = result {
        for case .attemptClassified(let event) in events {
          world.change(index) { $0.evaluated = event }
        }
      }
    }
  }

  private mutating func adopt(
    _ stable: RevisionName, _ history: [RevisionName], _ step: ScenarioStep, _ meant: [Int]
  ) {
    for index in meant {
      guard let number = resolve(stable, step, index) else { continue }
      var numbers: [RevisionNumber] = []
      for name in history {
        guard let number = resolve(name, step, index) else { break }
        numbers.append(number)
      }
      guard numbers.count == history.count else { continue }
      let adoption = Adoption(stable: number, history: numbers.sorted())
      answer(step, index, world.decide(.adopt(adoption), index, by: step.requester))
    }
  }

  private mutating func follow(
    _ goal: ScenarioStep.Goal?, _ duration: Interval?, _ step: ScenarioStep, _ meant: [Int]
  ) {
    switch world.follow(meant, until: goal, for: duration) {
    case .resting: return
    case .unreached(let cluster):
      let message = world.index(of: cluster).map { world.clusters[$0].state.phaseMessage } ?? ""
      fail(
        step, cluster, expected: "\(goal?.text ?? "the end") is reached",
        actual: "at rest before: \(message)")
    case .refused(let cluster, let refusal):
      fail(
        step, cluster, expected: "reports that are taken",
        actual: "\(refusal.rule.rawValue): \(refusal.message)")
    case .endless:
      fail(step, expected: "a rollout that comes to rest", actual: "too many decisions")
    }
  }

  // MARK: Comparing

  private mutating func compare(_ step: ScenarioStep, _ meant: [Int]) {
    var wanted = meant.map { (index: $0, expectations: step.expectations) }
    for own in step.clusterExpectations {
      guard let index = world.index(of: own.cluster) else { continue }
      wanted.append((index, own.expectations))
    }
    for (index, expectations) in wanted {
      let observation = observe(index)
      for expectation in expectations { compare(expectation, observation, step) }
    }
    // A refusal that nobody expected must not pass for a story that went well.
    for index in meant {
      let isLookedAt = wanted.contains { entry in
        entry.index == index && entry.expectations.contains { $0.field.isOfAnswer }
      }
      guard !isLookedAt else { continue }
      let name = world.clusters[index].name
      switch world.clusters[index].answer {
      case .refused(let refusal):
        fail(
          step, name, expected: "not refused, since no `answer` or `rule` is expected",
          actual: "refused by \(refusal.refusal.rule.rawValue): \(refusal.refusal.message)")
      case .notFound:
        fail(step, name, expected: "an application", actual: "nothing was applied yet")
      case .allowed, .alreadySatisfied, nil: continue
      }
    }
  }

  private func observe(_ index: Int) -> Observation {
    Observation(
      cluster: world.clusters[index], context: world.context(index), elapsed: world.elapsed,
      now: world.now, due: world.due(index))
  }

  private mutating func compare(
    _ expectation: Expectation, _ observation: Observation, _ step: ScenarioStep
  ) {
    expectations += 1
    let actual = observation.value(of: expectation.field)
    var expected = observation.resolved(expectation.expected, expectation.field)
    let node = expectation.node
    var edit = ScenarioFailure.Edit.write(
      actual, over: node, isNumber: expectation.field.shape.isInteger)
    if expectation.field.shape == .contained {
      let missing = expected.lines.filter { text in !actual.lines.contains { $0.contains(text) } }
      guard !missing.isEmpty else { return }
      expected = .list(missing)
      edit = .impossible("only a person can say what to look for instead")
    } else {
      guard expected != actual else {
        held.insert([node.line, node.column])
        return
      }
    }
    add(
      ScenarioFailure(
        location: SourceLocation(file: step.location.file, line: expectation.line),
        step: step.number, action: step.action.name, cluster: observation.cluster.name.text,
        field: expectation.path, expected: expected.lines, actual: actual.lines,
        note: observation.note(expectation.field), edit: edit))
  }
}

extension ExpectedField {
  /// It says what the command was answered.
  fileprivate var isOfAnswer: Bool { self == .answer || self == .rule }
}

extension ExpectedField.Shape {
  fileprivate var isInteger: Bool { if case .integer = self { true } else { false } }
}

// MARK: Outcomes

extension ScenarioRun {
  private mutating func report(_ step: ScenarioStep, _ index: Int) {
    guard resolve(nil, step, index) != nil, let outcome = outcome(step, index) else { return }
    let report: ScenarioStep.Report =
      switch step.action {
      case .available(let report, _), .weightApplied(let report, _, weight: _, verified: _),
        .podsObserved(let report, _, _), .servicesObserved(let report, active: _, preview: _),
        .restarted(let report), .runCreated(let report, _), .runFinished(let report, _, _),
        .revisionObserved(let report, _, podHash: _, argoRevision: _),
        .changeObserved(let report, _, podHash: _):
        report
      case .none, .apply, .applyFiles, .start, .rollback, .evaluate, .promote, .promoteFull,
        .skipStep, .pause, .resume, .abort, .retry, .undo, .restart, .requireAnalysis, .escalate,
        .verify, .waiveVerification, .hold, .release, .adopt, .follow, .tick:
        .current
      }
    let attempt: AttemptNumber? =
      switch report {
      case .current: world.clusters[index].directed
      case .unasked: nil
      case .attempt(let number): number
      }
    answer(step, index, world.report(outcome, under: attempt, index))
  }

  /// The outcome in the core's words; `nil` if it names what is not there, which was answered.
  private mutating func outcome(_ step: ScenarioStep, _ index: Int) -> Outcome? {
    switch step.action {
    case .available(_, let name):
      return revision(name, step, index).map { .available($0) }
    case .weightApplied(_, let name, let weight, let verified):
      return revision(name, step, index).map {
        .weightApplied($0, weight: weight, verified: verified)
      }
    case .podsObserved(_, let name, let counts):
      return revision(name, step, index).map { .podsObserved($0, counts) }
    case .servicesObserved(_, let active, let preview):
      var seen = ServicesSeen(active: nil)
      if let active {
        guard let number = resolve(active, step, index) else { return nil }
        seen.active = number
      }
      if let preview {
        guard let number = resolve(preview, step, index) else { return nil }
        seen.preview = number
      }
      return .servicesObserved(seen)
    case .restarted:
      guard let moment = world.directive(index).restartAt else {
        fail(
          step, world.clusters[index].name, expected: "a restart that was asked for",
          actual: "none is asked for")
        return nil
      }
      return .restarted(moment)
    case .revisionObserved(_, let name, let hash, let argoRevision):
      return revision(name, step, index).map {
        .revisionObserved(
          $0,
          LocalRevision(
            podHash: hash ?? world.podHash(of: $0, index), argoRevision: argoRevision))
      }
    case .changeObserved(_, let name, let hash):
      // As in production: what a cluster shows and nobody has registered is registered first.
      if world.number(of: name) == nil, case .release(let release) = name,
        let registration = manifests.revisions[release]
      {
        _ = world.decide(
          .register(Registration(revision: registration.revision)), by: step.requester)
      }
      return revision(name, step, index).map {
        .changeObserved($0, hash.map { LocalRevision(podHash: $0) })
      }
    case .runCreated(_, let run):
      return object(run, step, index, isNew: true).map { .runCreated($0) }
    case .runFinished(_, let run, let result):
      guard let object = object(run, step, index, isNew: false) else { return nil }
      world.change(index) { $0.finish(object.name) }
      return .runFinished(object, result)
    case .none, .apply, .applyFiles, .start, .rollback, .evaluate, .promote, .promoteFull,
      .skipStep, .pause, .resume, .abort, .retry, .undo, .restart, .requireAnalysis, .escalate,
      .verify, .waiveVerification, .hold, .release, .adopt, .follow, .tick:
      return nil
    }
  }

  /// The named revision, else the desired one.
  private mutating func revision(
    _ name: RevisionName?, _ step: ScenarioStep, _ index: Int
  ) -> RevisionNumber? {
    if let name { return resolve(name, step, index) }
    if let desired = world.clusters[index].state.desired { return desired }
    fail(
      step, world.clusters[index].name, expected: "a revision that is desired",
      actual: "nothing was deployed yet; name the revision")
    return nil
  }

  /// The AnalysisRun that a step speaks of; a new one where there is none.
  private mutating func object(
    _ run: ScenarioStep.RunName, _ step: ScenarioStep, _ index: Int, isNew: Bool
  ) -> RunObject? {
    let cluster = world.clusters[index]
    if !isNew {
      if let name = run.name, let known = cluster.objects.first(where: { $0.run.name == name }) {
        return known.run
      }
      if run.name == nil, let key = run.key, let known = cluster.object(for: key) { return known }
    }
    guard let key = run.key else {
      fail(
        step, cluster.name, expected: "a run called \(run.name ?? "")",
        actual: "none was created; say with `run` what it is for")
      return nil
    }
    guard let revision = revision(run.revision, step, index) else { return nil }
    let hash = run.podHash ?? world.podHash(of: revision, index)
    let name = run.name ?? world.newObjectName(hash, EventText.text(key), index)
    let object = RunObject(name: name, type: key.type, podHash: hash, stepIndex: key.stepIndex)
    let expected = cluster.state.attempt?.runs.first {
      $0.key.type == key.type && $0.key.stepIndex == key.stepIndex && $0.isOpen && $0.object == nil
    }
    world.change(index) { cluster in
      cluster.remember(
        .init(run: object, attempt: cluster.directed, key: expected?.key, end: nil))
    }
    return object
  }
}
