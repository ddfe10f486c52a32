import RolloutCore

/// An agent with a cluster of its own. It follows the directive it knows, which may be an old one,
/// and tells what it sees again and again, because it cannot know what was lost.
struct SimulatedAgent: Sendable {
  private(set) var directive: Directive?
  private(set) var objects: [Object] = []
  /// Percent of looks at which a fast attempt creates a run all the same.
  var leaks: Int
  /// Runs finish well from now on.
  var isKind = false
  /// Directives under which it saw no steps and no analysis allowed.
  private var names = 0

  struct Object: Sendable {
    var run: RunObject
    var attempt: AttemptNumber
    /// `nil` for a run that nobody asked for.
    var key: RunKey?
    var result: RunResult?
  }

  init(leaks: Int) { self.leaks = leaks }

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
    if !directive.aborted { reports.append(.weightApplied(desired, weight: directive.weight)) }
    if directive.fullScale, random.chance(60) { reports.append(.available(desired)) }

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
