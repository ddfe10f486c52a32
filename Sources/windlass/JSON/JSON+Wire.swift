import Foundation
import RolloutCore
import WindlassWire

/// Answers of the service under their proto3 JSON names.
extension JSON {
  init(_ decision: Decision) {
    self = .object([
      "cluster": .string(decision.cluster?.text ?? ""),
      "result": .string(Self.name(decision.result)),
      "rule": .string(decision.rule?.rawValue ?? ""),
      "message": .string(decision.message),
      "position": .long(decision.position),
      "version": .long(decision.version),
      "attempt": JSON(decision.attempt),
      "revision": JSON(decision.revision),
      "classification": decision.classification.map { JSON($0) },
      "dryRun": .bool(decision.isDryRun),
      "events": JSON(decision.events),
    ])
  }

  private static func name(_ result: Decision.Result) -> String {
    switch result {
    case .allowed: "ALLOWED"
    case .alreadySatisfied: "ALREADY_SATISFIED"
    case .refused: "REFUSED"
    case .conflict: "CONFLICT"
    case .unknown: "UNKNOWN"
    case .unavailable: "UNAVAILABLE"
    }
  }

  init(_ update: AwaitUpdate) {
    self = .object([
      "attempt": JSON(update.attempt),
      "version": .long(update.version),
      "phase": .string(update.phase),
      "message": .string(update.message),
      "verdict": update.verdict.map { JSON($0) },
      "revision": JSON(update.revision),
      "waitsForPerson": .bool(update.waitsForPerson),
    ])
  }

  init(_ view: RolloutView) {
    self = .object([
      "application": .string(view.application.text),
      "cluster": .string(view.cluster.text),
      "version": .long(view.version),
      "position": .long(view.position),
      "stable": JSON(view.stable),
      "desired": JSON(view.desired),
      "phase": .string(view.phase),
      "message": .string(view.message),
      "weight": .number(view.weight),
      "attempt": view.attempt.map { JSON($0) },
      "lastEnded": view.lastEnded.map { JSON($0) },
      "revisions": .array(view.revisions.map { JSON($0) }),
      "window": view.window.map { JSON($0) },
      "windowSource": .string(view.windowSource),
      "registration": view.registration.map { JSON($0) },
      "epoch": .long(view.epoch),
      "nowMicroseconds": JSON(view.now),
      "maxWeight": .number(view.maxWeight),
      "argo": view.argo.map { JSON($0) },
      "debts": .array(view.debts.map { JSON($0) }),
      "watch": view.watch.map { JSON($0) },
      "pods": view.pods.map { JSON($0) },
      "podsRevision": JSON(view.podsRevision),
      "services": view.services.map { JSON($0) },
      "kept": .array(
        view.kept.map {
          .object(["revision": JSON($0.revision), "untilMicroseconds": JSON($0.until)])
        }),
      "restartMicroseconds": JSON(view.restart),
      "nextDueMicroseconds": JSON(view.nextDue),
    ])
  }

  init(_ status: ArgoStatusView) {
    self = .object([
      "phase": .string(status.phase),
      "message": .string(status.message),
      "conditions": .array(
        status.conditions.map { condition in
          .object([
            "type": .string(condition.type), "status": .string(condition.status),
            "reason": .string(condition.reason), "message": .string(condition.message),
          ])
        }),
    ])
  }

  init(_ debt: DebtView) {
    self = .object([
      "attempt": JSON(debt.attempt),
      "revision": JSON(debt.revision),
      "dueMicroseconds": JSON(debt.due),
      "owedMicroseconds": JSON(debt.owedAt),
      "overdue": .bool(debt.isOverdue),
      "runs": .array(debt.runs.map { JSON($0) }),
    ])
  }

  init(_ watch: WatchView) {
    self = .object([
      "attempt": JSON(watch.attempt),
      "revision": JSON(watch.revision),
      "previous": JSON(watch.previous),
      "untilMicroseconds": JSON(watch.until),
      "onFailure": .name(watch.onFailure),
      "runs": .array(watch.runs.map { JSON($0) }),
    ])
  }

  init(_ attempt: AttemptView) {
    self = .object([
      "number": JSON(attempt.number),
      "revision": JSON(attempt.revision),
      "classification": JSON(attempt.classification),
      "track": .name(attempt.track),
      "stepIndex": .number(attempt.stepIndex),
      "steps": .array(attempt.steps.map { JSON($0) }),
      "runs": .array(attempt.runs.map { JSON($0) }),
      "pauses": .array(attempt.pauses.map { .name($0, prefix: "PAUSE_") }),
      "verdict": attempt.verdict.map { JSON($0) },
      "contract": .string(attempt.contract?.rawValue ?? ""),
      "violations": .array(attempt.violations.map { JSON($0) }),
      "by": JSON(attempt.by),
      "startedMicroseconds": JSON(attempt.startedAt),
      "endedMicroseconds": JSON(attempt.endedAt),
      "available": .bool(attempt.isAvailable),
      "late": .bool(attempt.isLate),
      "blueGreen": .bool(attempt.isBlueGreen),
      "switched": .bool(attempt.isSwitched),
    ])
  }

  init(_ run: RunView) {
    self = .object([
      "key": JSON(run.key),
      // What it proves goes before what the controller says.
      "reading": run.reading.map { .name($0, prefix: "READING_") }
        ?? .string("RUN_READING_UNSPECIFIED"),
      "state": .string(run.state.rawValue),
      "missing": .bool(run.isMissing),
      "object": .string(run.object),
      "result": run.result.map { JSON($0) },
    ])
  }

  init(_ revision: RevisionView) {
    self = .object([
      "revision": JSON(revision.revision),
      "stable": .bool(revision.isStable),
      "desired": .bool(revision.isDesired),
      "held": .bool(revision.isHeld),
      "attempted": .bool(revision.wasAttempted),
      "onceStable": .bool(revision.wasStable),
      "imported": .bool(revision.isImported),
      "local": revision.local.map { JSON($0) },
    ])
  }

  init(_ response: EvaluateRollbackResponse) {
    self = .object([
      "refused": .bool(response.isRefused),
      "rule": .string(response.rule?.rawValue ?? ""),
      "message": .string(response.message),
      "classification": response.classification.map { JSON($0) },
      "explanation": response.explanation.map { JSON($0) },
      "position": .long(response.position),
      "version": .long(response.version),
    ])
  }

  init(_ explanation: ExplanationView) {
    self = .object([
      "headline": .string(explanation.headline),
      "paragraphs": JSON(explanation.paragraphs),
      "trace": .array(
        explanation.trace.map { line in
          .object([
            "rule": .string(line.rule.rawValue),
            "text": .string(line.text),
            "factPositions": .array(line.facts.map { .long($0.index) }),
          ])
        }),
      "counterfactual": .string(explanation.counterfactual ?? ""),
      "argoDiffers": .string(explanation.argoDiffers ?? ""),
      "argo": .array(explanation.argo.map { JSON($0) }),
    ])
  }

  init(_ judgement: ArgoJudgement) {
    self = .object([
      "versions": .string(judgement.versions),
      "answer": .string(judgement.answer.rawValue),
      "runsAnalysis": .bool(judgement.runsAnalysis),
      "differs": .bool(judgement.differs),
      "why": JSON(judgement.why),
    ])
  }

  init(_ flip: WhatIfUpdate.Flip) {
    self = .object([
      "position": .long(flip.position.index),
      "cluster": .string(flip.cluster.text),
      "attempt": JSON(flip.attempt),
      "origin": .name(flip.origin),
      "before": JSON(flip.before),
      "after": JSON(flip.after),
    ])
  }

  init(_ answer: DecidedAnswer) {
    let rules = JSON(answer.rules.map(\.rawValue))
    self =
      switch answer.outcome {
      case .attempt(let kind, let track, let verdict):
        .object([
          "kind": .string("ATTEMPT"), "attempt": .name(kind), "track": .name(track),
          "verdict": verdict.map { .name($0) }, "rules": rules,
        ])
      case .reclassified(let track, let rollbackClass):
        .object([
          "kind": .string("RECLASSIFIED"), "track": .name(track),
          "rollbackClass": .name(rollbackClass), "rules": rules,
        ])
      case .refused: .object(["kind": .string("REFUSED"), "rules": rules])
      case .satisfied: .object(["kind": .string("SATISFIED"), "rules": rules])
      }
  }

  init(_ summary: WhatIfUpdate.Summary) {
    self = .object([
      "position": .long(summary.position),
      "rollouts": .number(summary.rollouts),
      "answers": .long(summary.answers),
      "flips": .long(summary.flips),
      "toFast": .long(summary.toFast),
      "toFull": .long(summary.toFull),
      "toRefused": .long(summary.toRefused),
      "otherRules": .long(summary.byOtherRules),
      "more": .bool(summary.hasMore),
      "unreadable": JSON(summary.unreadable),
    ])
  }

  init(_ response: ExplainResponse) {
    self = .object([
      "explanation": JSON(response.explanation),
      "position": .long(response.position.index),
      "attempt": JSON(response.attempt),
      "story": JSON(response.story),
      "logPosition": .long(response.logPosition),
    ])
  }

  init(_ entry: ListClustersResponse.Entry) {
    self = .object([
      "cluster": .string(entry.cluster.text),
      "registration": JSON(entry.registration),
      "epoch": .long(entry.epoch),
      "holder": .string(entry.holder),
      "leaseRemainingMicroseconds": JSON(entry.leaseRemaining),
    ])
  }
}
