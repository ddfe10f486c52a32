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
      "warnings": JSON(classification.warnings.map(\.rawValue)),
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
      case .aborted(.deadline(let message)):
        .object(["kind": .string("ABORTED_BY_DEADLINE"), "message": .string(message)])
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
      "evidence": result.evidence == .measured
        ? .string("EVIDENCE_UNSPECIFIED") : .name(result.evidence),
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
      case .setCanaryScale(let scale): .object(["setCanaryScale": JSON(scale)])
      case .experiment(let plan): .object(["experiment": JSON(plan)])
      case .setHeaderRoute(let route):
        .object([
          "setHeaderRoute": .object([
            "name": .string(route.name), "matches": .array(route.matches.map { JSON($0) }),
          ])
        ])
      case .setMirrorRoute(let route): .object(["setMirrorRoute": JSON(route)])
      case .plugin(let call):
        .object([
          "plugin": .object([
            "name": .string(call.name), "configuration": .string(call.configuration),
            "disabled": .bool(call.disabled),
          ])
        ])
      case .progressThreshold(.percent(let percent)):
        .object([
          "progressThreshold": .object(["value": .number(percent), "percent": .bool(true)])
        ])
      case .progressThreshold(.pods(let pods)):
        .object(["progressThreshold": .object(["value": .number(pods), "percent": .bool(false)])])
      }
  }

  init(_ scale: Strategy.CanaryScale) {
    self =
      switch scale {
      case .replicas(let count): .object(["kind": .string("REPLICAS"), "value": .number(count)])
      case .weight(let percent): .object(["kind": .string("WEIGHT"), "value": .number(percent)])
      case .matchTrafficWeight:
        .object(["kind": .string("MATCH_TRAFFIC_WEIGHT"), "value": .number(0)])
      }
  }

  init(_ match: Strategy.ValueMatch) {
    self =
      switch match {
      case .exact(let text): .object(["kind": .string("EXACT"), "value": .string(text)])
      case .prefix(let text): .object(["kind": .string("PREFIX"), "value": .string(text)])
      case .regex(let text): .object(["kind": .string("REGEX"), "value": .string(text)])
      }
  }

  init(_ match: Strategy.HeaderMatch) {
    self = .object(["header": .string(match.header), "value": JSON(match.value)])
  }

  init(_ route: Strategy.MirrorRoute) {
    self = .object([
      "name": .string(route.name),
      "percentage": route.percentage.map { .object(["value": .long(Int64($0))]) },
      "matches": .array(
        route.matches.map { match in
          .object([
            "method": match.method.map { JSON($0) }, "path": match.path.map { JSON($0) },
            "headers": .array(match.headers.map { JSON($0) }),
          ])
        }),
    ])
  }

  init(_ plan: Strategy.ExperimentPlan) {
    self = .object([
      "templates": .array(
        plan.templates.map { template in
          .object([
            "name": .string(template.name), "source": .name(template.source),
            "replicas": template.replicas.map { .object(["value": .long(Int64($0))]) },
            "weight": template.weight.map { .object(["value": .long(Int64($0))]) },
          ])
        }),
      "analyses": .array(
        plan.analyses.map { analysis in
          .object([
            "name": .string(analysis.name), "plan": JSON(analysis.plan),
            "requiredForCompletion": .bool(analysis.requiredForCompletion),
          ])
        }),
      "duration": plan.duration.map { .object(["microseconds": JSON($0)]) },
    ])
  }

  init(_ pods: PodCounts) {
    self = .object([
      "desired": JSON(pods.desired), "stable": JSON(pods.stable), "others": JSON(pods.others),
    ])
  }

  init(_ pods: PodCounts.Pods) {
    self = .object([
      "requested": .number(pods.requested), "created": .number(pods.created),
      "ready": .number(pods.ready), "available": .number(pods.available),
    ])
  }

  init(_ services: ServicesSeen) {
    self = .object(["active": JSON(services.active), "preview": JSON(services.preview)])
  }

  init(_ plan: AnalysisPlan) {
    self = .object([
      "templates": .array(plan.templates.map { JSON($0) }),
      "arguments": .array(
        plan.arguments.map { .object(["name": .string($0.name), "value": .string($0.value)]) }),
      "dryRun": JSON(plan.dryRun),
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
      "inconclusiveLimit": .number(metric.inconclusiveLimit),
      // 0 stands for the default.
      "consecutiveErrorLimitPlusOne": .number(
        metric.consecutiveErrorLimit == 4 ? 0 : metric.consecutiveErrorLimit + 1),
      "consecutiveSuccessLimit": .number(metric.consecutiveSuccessLimit),
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
