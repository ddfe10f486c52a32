import RolloutCore

/// An agent with a cluster of its own. It follows the directive it knows, which may be an old one,
/// and tells what it sees again and again, because it cannot know what was lost.
struct SimulatedAgent: Sendable {
  private(set) var directive: Directive?
  private(set) var objects: [Object] = []
  /// Percent of looks at which a fast attempt creates a run all the same.
  var leaks: Int
  /// It counts pods and looks at services; an older one tells of weights and of full scale only.
  var countsPods = true
  /// Runs finish well from now on.
  var isKind = false
  private var pods = PodCounts(desired: .none)
  private var active: RevisionNumber?
  private var attempt: AttemptNumber?
  /// Directives under which it saw no steps and no analysis allowed.
  private var names = 0

  struct Object: Sendable {
    var run: RunObject
    var attempt: AttemptNumber
    /// `nil` for a run that nobody asked for.
    var key: RunKey?
    var result: RunResult?
  }

  init(leaks: Int, countsPods: Bool = true) {
    self.leaks = leaks
    self.countsPods = countsPods
  }

  mutating func receive(_ directive: Directive) { self.directive = directive }

  static func podHash(_ revision: RevisionNumber) -> String { "hash\(revision)" }

  /// Acts on what it knows, and reports.
  mutating func look(_ random: inout SeededGenerator) -> [OutcomeReport] {
    guard let directive, let attempt = directive.attempt, let desired = directive.desired else {
      return []
    }
    var reports: [Outcome] = []
    reports.append(
      .revisionObserved(desired, LocalRevision(podHash: Self.podHash(desired))))
    if !directive.aborted {
      let denied = !isKind && random.chance(10)
      reports.append(
        .weightApplied(
          desired, weight: directive.weight,
          verified: denied ? false : random.chance(50) ? true : nil))
    }
    move(directive, attempt, &random)
    if countsPods { reports.append(.podsObserved(desired, pods)) }
    let isWhole = pods.desired.available >= (directive.pods?.desired ?? 0)
    if directive.fullScale, isWhole, random.chance(60) { reports.append(.available(desired)) }
    if let services = directive.services {
      if random.chance(isKind ? 100 : 60) { active = services.active }
      reports.append(
        .servicesObserved(ServicesSeen(active: active, preview: services.preview)))
    }
    if let moment = directive.restartAt, random.chance(50) { reports.append(.restarted(moment)) }

    for run in directive.runs
    where !objects.contains(where: { $0.attempt == attempt && $0.key == run.key }) {
      create(run.key.type, run.key.stepIndex, desired, attempt, run.key)
    }
    if let forbidden = directive.forbidden, random.chance(leaks) {
      let type = random.pick(forbidden.types) ?? .background
      create(type, type == .step ? 0 : nil, desired, attempt, nil)
    }
    for index in objects.indices where objects[index].result == nil {
      let isWanted =
        objects[index].attempt == attempt
        && directive.runs.contains { $0.key == objects[index].key }
      if !isWanted {
        // What is terminated ends successful without a measurement.
        objects[index].result = .unmeasured
      } else if random.chance(30) {
        objects[index].result =
          isKind
          ? .success
          : random.pick([.success, .success, .success, .failure, .unclear, .error, .unmeasured])
      }
    }
    return reports.map { OutcomeReport(attempt: attempt, $0) } + everything
  }

  /// Pods come and go towards what is asked for; now and then one is lost.
  private mutating func move(
    _ directive: Directive, _ attempt: AttemptNumber, _ random: inout SeededGenerator
  ) {
    guard let wanted = directive.pods else { return }
    if self.attempt != attempt {
      // What was desired before is one of the others now, or stable.
      let serving = directive.stable == directive.desired ? 0 : wanted.stable
      pods = PodCounts(
        desired: .none, stable: PodCounts.Pods(serving),
        others: PodCounts.Pods(isKind ? 0 : Int.random(in: 0...1, using: &random)))
      self.attempt = attempt
    }
    func step(_ pods: inout PodCounts.Pods, to target: Int) {
      pods.requested = target
      pods.created = target
      pods.ready = min(target, pods.ready + Int.random(in: 0...2, using: &random))
      if isKind {
        pods.ready = target
      } else if random.chance(10) {
        pods.ready = max(0, pods.ready - 1)
      }
      pods.available = min(pods.ready, target)
    }
    step(&pods.desired, to: wanted.desired)
    step(&pods.stable, to: wanted.stable)
    if random.chance(50) { pods.others = .none }
  }

  /// What it knows of its runs, each under the attempt whose directive made it.
  var everything: [OutcomeReport] {
    objects.suffix(12).map { object in
      let outcome: Outcome =
        if let result = object.result { .runFinished(object.run, result) } else {
          .runCreated(object.run)
        }
      return OutcomeReport(attempt: object.attempt, outcome)
    }
  }

  private mutating func create(
    _ type: RunType, _ step: Int?, _ revision: RevisionNumber, _ attempt: AttemptNumber,
    _ key: RunKey?
  ) {
    names += 1
    let object = RunObject(
      name: "run-\(names)", type: type, podHash: Self.podHash(revision), stepIndex: step)
    objects.append(Object(run: object, attempt: attempt, key: key, result: nil))
  }
}
