import RolloutCore

/// What can be seen of a cluster after a step, in the words of scenario files.
struct Observation {
  let cluster: ScenarioCluster
  let context: RolloutContext
  let elapsed: Interval
  let now: Timestamp
  let due: Timestamp?

  private var state: RolloutState { cluster.state }
  private var application: ApplicationState { context.application }
  private var directive: Directive { RolloutDecider.directive(state, in: context) }

  /// Of the running attempt, as later commands changed it; else of the last; of `evaluate`, as it
  /// would be.
  private var classification: Classification? {
    if let evaluated = cluster.evaluated { return evaluated.classification }
    return state.attempt?.classification ?? state.lastEnded?.classification
  }

  private var answer: WindowAnswer? { classification?.rollback?.answer }

  func value(of field: ExpectedField) -> ScenarioValue {
    switch field {
    case .answer: text(answerText)
    case .rule: text(refusal?.refusal.rule.rawValue)
    case .kind: text(classification?.kind.rawValue)
    case .origin: text(classification?.origin.rawValue)
    case .track: text(classification?.track.rawValue)
    case .rollbackClass: text(classification?.rollback?.rollbackClass.rawValue)
    case .rules: .list(classification?.rules.map(\.rawValue) ?? [])
    case .window: text(answer?.verdict.rawValue)
    case .windowSource: text(answer.flatMap { Self.text($0.source) })
    case .between: .list(answer?.between.map(release) ?? [])
    case .attempt: text((state.attempt?.number ?? state.lastEnded?.number)?.description)
    case .verdict: text(state.attempt == nil ? state.lastEnded.map { Self.text($0.verdict) } : nil)
    case .cause: text(cause)
    case .contract: text(contract)
    case .violations:
      .list((state.attempt?.violations ?? state.lastEnded?.violations ?? []).map(\.name))
    case .phase: text(state.phase.rawValue)
    case .stable: text(state.stable.map(release))
    case .desired: text(state.desired.map(release))
    case .weight: text("\(directive.weight)")
    case .pods: text(directive.pods.map { "\($0.desired) desired, \($0.stable) stable" })
    case .active: text(directive.services?.active.map(release))
    case .preview: text(directive.services?.preview.map(release))
    case .routes: .list(directive.routes.map(Self.text))
    case .argoPhase: text(RolloutStatus(state, in: context)?.phase.rawValue)
    case .argoMessage:
      text(RolloutStatus(state, in: context).flatMap { $0.message.isEmpty ? nil : $0.message })
    case .warnings: .list(classification?.warnings.map(\.rawValue) ?? [])
    case .owed: .list(state.debts.map { release($0.revision) })
    case .watched: text(state.watch.map { release($0.revision) })
    case .step: text(step)
    case .runs:
      .list((state.attempt?.runs ?? []).filter(\.isOpen).map { EventText.text($0.key) })
    case .forbidden: .list(directive.forbidden?.types.map(\.rawValue) ?? [])
    case .nextTimer: text(timer)
    case .scheduled: .list(cluster.scheduled)
    case .cancelled: .list(cluster.cancelled)
    case .events, .eventsContain: .list(cluster.events)
    case .explanationContains: .list(explanation)
    case .time: text(DurationWriting.text(elapsed))
    }
  }

  /// An expected value in the same words: numbers of revisions become releases.
  func resolved(_ value: ScenarioValue, _ field: ExpectedField) -> ScenarioValue {
    switch (field.shape, value) {
    case (.revision, .text(let name)): .text(release(named: name))
    case (.revisions, .list(let names)): .list(names.map(release(named:)))
    case (.revision, .list), (.revisions, .text), (.text, _), (.integer, _), (.duration, _),
      (.list, _), (.contained, _):
      value
    }
  }

  private func release(named name: String) -> String {
    guard name.utf8.first == UInt8(ascii: "#"), let number = UInt32(name.dropFirst()) else {
      return name
    }
    return release(RevisionNumber(number))
  }

  private func release(_ number: RevisionNumber) -> String {
    EventText.release(number, application)
  }

  private func text(_ text: String?) -> ScenarioValue { .text(text ?? ExpectedField.none) }

  // MARK: Words

  private var refusal: RefusalRecorded? {
    guard case .refused(let refusal) = cluster.answer else { return nil }
    return refusal
  }

  private var answerText: String? {
    switch cluster.answer {
    case .allowed: "allowed"
    case .alreadySatisfied: "already-satisfied"
    case .refused: "refused"
    case .notFound: "not-found"
    case nil: nil
    }
  }

  private static func text(_ source: WindowAnswer.Source) -> String? {
    switch source {
    case .none: nil
    case .manifest: "manifest"
    case .policy(let name): "policy \(name)"
    }
  }

  private static func text(_ route: Directive.Route) -> String {
    switch route {
    case .header(let route): "header \(route.name)"
    case .mirror(let route): "mirror \(route.name)"
    }
  }

  private static func text(_ verdict: Verdict) -> String {
    switch verdict {
    case .promoted: "promoted"
    case .aborted: "aborted"
    case .withdrawn: "withdrawn"
    case .superseded: "superseded"
    }
  }

  /// Of an abort: `person`, or the run: `step 2`.
  private var cause: String? {
    guard state.attempt == nil, let ended = state.lastEnded,
      case .aborted(let cause) = ended.verdict
    else { return nil }
    switch cause {
    case .person: return "person"
    case .analysis(let key, message: _): return EventText.text(key)
    case .deadline: return "deadline"
    }
  }

  private var contract: String? {
    if let attempt = state.attempt {
      guard attempt.contract != nil else { return nil }
      return attempt.violations.isEmpty ? "open" : "violated"
    }
    guard let ended = state.lastEnded, ended.contract != nil else { return nil }
    return ended.violations.isEmpty ? "kept" : "violated"
  }

  private var step: String? {
    guard let attempt = state.attempt, attempt.track == .full, !attempt.fullPromotion else {
      return nil
    }
    return "\(attempt.stepIndex)"
  }

  /// What is left of the pause. The timer fires strictly after it, a microsecond later.
  private var timer: String? {
    guard let due else { return nil }
    let left = due.since(now).microseconds
    return DurationWriting.text(Interval(microseconds: left > .min ? left - 1 : left))
  }

  // MARK: Explanations

  private var story: Explanation? {
    if let refusal { return Explainer.explain(refusal, of: context.name) }
    guard let event = cluster.evaluated ?? cluster.classified else { return nil }
    return Explainer.explain(
      event, on: cluster.name, of: context.name, application: application)
  }

  /// Headline, prose, trace, counterfactual and Argo's own answer, a line each.
  private var explanation: [String] {
    guard let story else { return [] }
    return [story.headline] + story.paragraphs + story.trace.map(\.text)
      + [story.counterfactual?.text, story.argoDiffers].compactMap { $0 }
  }

  /// The decision in two sentences, where a field that failed is the decision's.
  func note(_ field: ExpectedField) -> String {
    switch field {
    case .answer, .rule, .kind, .track, .rollbackClass, .rules, .window, .windowSource, .between,
      .warnings:
      guard let story else { return "" }
      let rest = refusal.map { [$0.refusal.message] } ?? [story.counterfactual?.text ?? ""]
      return ([story.headline] + rest).filter { !$0.isEmpty }.joined(separator: " ")
    case .origin, .attempt, .verdict, .cause, .contract, .violations, .phase, .stable, .desired,
      .weight, .pods, .active, .preview, .routes, .argoPhase, .argoMessage, .owed, .watched, .step,
      .runs, .forbidden, .nextTimer, .scheduled, .cancelled, .events,
      .eventsContain, .explanationContains, .time:
      return ""
    }
  }
}
