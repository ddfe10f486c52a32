import RolloutCore

/// Values of the core under their proto3 JSON names: lowerCamelCase, enum values by their names in
/// the proto files, 64-bit numbers in quotes, "none" as 0 or the empty string.
extension JSON {
  /// An enum value's name in the proto files: `outside-by-revisions` is `OUTSIDE_BY_REVISIONS`.
  static func name(_ value: some RawRepresentable<String>, prefix: String = "") -> JSON {
    .string(
      prefix + String(value.rawValue.uppercased().map { $0 == "-" ? "_" : $0 }))
  }

  init(_ number: RevisionNumber?) { self = .number(number?.value ?? 0) }
  init(_ number: AttemptNumber?) { self = .number(number?.value ?? 0) }
  init(_ moment: Timestamp?) { self = .long(moment?.microseconds ?? 0) }
  init(_ length: Interval?) { self = .long(length?.microseconds ?? 0) }
  init(_ texts: [String]) { self = .array(texts.map { .string($0) }) }

  init(_ window: RollbackWindow) {
    self = .object([
      "revisions": .number(window.revisions ?? 0),
      "durationMicroseconds": JSON(window.duration),
      "counting": .name(window.counting),
      "match": .name(window.match),
      "neverStableAllowed": .bool(!window.requireStable),
    ])
  }

  init(_ classification: Classification) {
    self = .object([
      "kind": .name(classification.kind),
      "origin": .name(classification.origin),
      "track": .name(classification.track),
      "rollback": classification.rollback.map { JSON($0) },
      "rules": JSON(classification.rules.map(\.rawValue)),
      "facts": .array(classification.facts.map { JSON($0) }),
    ])
  }

  init(_ rollback: Classification.Rollback) {
    self = .object([
      "rollbackClass": .name(rollback.rollbackClass),
      "insistsOnAnalysis": .bool(rollback.insistsOnAnalysis),
      "answer": JSON(rollback.answer),
    ])
  }

  init(_ answer: WindowAnswer) {
    var policy = ""
    if case .policy(let name) = answer.source { policy = name }
    self = .object([
      "verdict": .name(answer.verdict),
      "window": answer.window.map { JSON($0) },
      "fromManifest": .bool(answer.source == .manifest),
      "policy": .string(policy),
      "stable": JSON(answer.stable),
      "target": JSON(answer.target),
      "between": .array(answer.between.map { JSON($0) }),
      "stoppedBeingStableAtMicroseconds": JSON(answer.stoppedBeingStableAt),
      "restsOnImport": .bool(answer.restsOnImport),
    ])
  }

  init(_ fact: Fact) {
    self = .object([
      "kind": .string(fact.kind.rawValue),
      "revision": JSON(fact.revision),
      "positionPlusOne": .long(fact.position.map { $0.index &+ 1 } ?? 0),
    ])
  }

  init(_ verdict: Verdict) {
    self =
      switch verdict {
      case .promoted: .object(["kind": .string("PROMOTED")])
      case .aborted(.person): .object(["kind": .string("ABORTED_BY_PERSON")])
      case .aborted(.analysis(let run, let message)):
        .object([
          "kind": .string("ABORTED_BY_ANALYSIS"), "run": JSON(run), "message": .string(message),
        ])
      case .withdrawn: .object(["kind": .string("WITHDRAWN")])
      case .superseded: .object(["kind": .string("SUPERSEDED")])
      }
  }

  init(_ key: RunKey) {
    self = .object([
      "type": .name(key.type),
      "stepIndexPlusOne": .number(key.stepIndex.map { $0 + 1 } ?? 0),
      "round": .number(key.round),
    ])
  }

  init(_ object: RunObject) {
    self = .object([
      "name": .string(object.name),
      "type": .name(object.type),
      "podHash": .string(object.podHash),
      "stepIndexPlusOne": .number(object.stepIndex.map { $0 + 1 } ?? 0),
    ])
  }

  init(_ result: RunResult) {
    self = .object([
      "phase": .name(result.phase),
      "measurements": .number(result.measurements),
      "message": .string(result.message),
    ])
  }

  init(_ step: Strategy.Step) {
    self =
      switch step {
      case .setWeight(let percent):
        .object(["setWeight": .object(["percent": .number(percent)])])
      case .pause(let duration):
        .object([
          "pause": .object([
            "durationMicroseconds": JSON(duration), "timed": .bool(duration != nil),
          ])
        ])
      case .analysis(let plan): .object(["analysis": JSON(plan)])
      }
  }

  init(_ plan: AnalysisPlan) {
    self = .object([
      "templates": .array(plan.templates.map { JSON($0) }),
      "arguments": .array(
        plan.arguments.map { .object(["name": .string($0.name), "value": .string($0.value)]) }),
    ])
  }

  init(_ template: AnalysisTemplate) {
    self = .object([
      "name": .string(template.name),
      "clusterScoped": .bool(template.clusterScoped),
      "metrics": .array(template.metrics.map { JSON($0) }),
    ])
  }

  init(_ metric: AnalysisTemplate.Metric) {
    self = .object([
      "name": .string(metric.name),
      "intervalMicroseconds": JSON(metric.interval),
      "initialDelayMicroseconds": JSON(metric.initialDelay),
      "count": .long(Int64(metric.count)),
      "failureLimit": .long(Int64(metric.failureLimit)),
      "successCondition": .string(metric.successCondition),
      "failureCondition": .string(metric.failureCondition),
      "provider": .string(metric.provider),
      "query": .string(metric.query),
    ])
  }

  init(_ by: Requester) {
    self = .object([
      "principal": .string(by.principal), "claimedActor": .string(by.claimedActor),
      "reason": .string(by.reason),
    ])
  }

  init(_ revision: Revision) {
    self = .object([
      "number": JSON(revision.number),
      "release": .string(revision.release.text),
      "digest": .string(revision.digest),
      "images": JSON(revision.images),
    ])
  }

  init(_ local: LocalRevision) {
    self = .object([
      "podHash": .string(local.podHash), "argoRevision": .number(local.argoRevision ?? 0),
    ])
  }

  init(_ registration: ClusterRegistration) {
    self = .object([
      "mode": .name(registration.mode),
      "labels": .array(
        registration.labels.map { .object(["key": .string($0.key), "value": .string($0.value)]) }),
      "controllerVersion": .string(registration.controllerVersion),
    ])
  }
}
