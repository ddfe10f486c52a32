internal import Protobuf

/// What messages may hold, by direction. Names (applications, clusters, releases, labels' keys) are
/// not here: their own types refuse what is too long.
enum Limits {
  private static let key = FieldRule.printableASCII(1...200)
  private static let words = FieldRule.free(0...2_048)
  private static let objectName = FieldRule.line(1...253)
  private static let podHash = FieldRule.line(1...63)

  /// Requests, from anybody: fields we do not know are refused.
  static let request = ScanRules(
    fields: [
      "Envelope.idempotency_key": key,
      "Envelope.claimed_actor": .line(0...256),
      "Envelope.reason": words,
      "RevisionContent.digest": .line(1...128),
      "RevisionContent.images": .line(1...512, count: 20),
      "Strategy.steps": .count(100),
      "AnalysisPlan.templates": .count(50),
      "AnalysisPlan.arguments": .count(100),
      "AnalysisPlan.dry_run": .line(1...253, count: 100),
      "Canary.Traffic.managed_routes": .line(1...253, count: 50),
      "HeaderRoute.name": objectName,
      "HeaderRoute.matches": .count(50),
      "HeaderMatch.header": objectName,
      "ValueMatch.value": .line(0...1_024),
      "MirrorRoute.name": objectName,
      "MirrorRoute.matches": .count(50),
      "MirrorRoute.Match.headers": .count(50),
      "PluginCall.name": objectName,
      "PluginCall.configuration": .free(0...16_384),
      "ExperimentPlan.templates": .count(20),
      "ExperimentPlan.Template.name": objectName,
      "ExperimentPlan.analyses": .count(20),
      "ExperimentPlan.Analysis.name": objectName,
      "AnalysisTemplate.name": objectName,
      "AnalysisTemplate.metrics": .count(100),
      "Argument.name": objectName,
      "Argument.value": words,
      "Metric.name": objectName,
      "Metric.success_condition": words,
      "Metric.failure_condition": words,
      "Metric.provider": .line(1...63),
      "Metric.query": .free(0...8_192),
      "Label.value": .line(0...63),
      "ClusterSelector.names": .line(1...63, count: 1_000),
      "ClusterSelector.labels": .count(32),
      "ClusterRegistration.labels": .count(32),
      "ClusterRegistration.controller_version": .line(0...64),
      "SubmitRequest.Apply.policies": .count(100),
      "SubmitRequest.Adopt.history": .count(100),
      "EvaluateRollbackRequest.reason": words,
      "WhatIfRequest.policies": .count(100),
      "ListRolloutsRequest.after": .printableASCII(0...200),
      "EventFilter.stream": .printableASCII(0...255),
      "EventFilter.kinds": FieldRule(
        countMax: 64, bytesMin: 1, bytesMax: 100, text: .printableASCII),
      "EventFilter.principal": .line(0...256),
      "EventFilter.claimed_actor": .line(0...256),
      "ReadEventsRequest.cursor": .printableASCII(0...200),
      "SubscribeRequest.consumer": .line(0...128),
      "ClaimLeaseRequest.holder": .line(1...128),
      "ClaimLeaseRequest.idempotency_key": key,
      "RenewLeaseRequest.holder": .line(1...128),
      "WatchDirectivesRequest.seen": .count(10_000),
      "ReportOutcomesRequest.reports": .count(500),
      "OutcomeReport.id": key,
      "LocalRevision.pod_hash": podHash,
      "RunObject.name": objectName,
      "RunObject.pod_hash": .line(0...63),
      "RunResult.message": words,
    ],
    countMax: 1_000, fieldsMax: 100_000, refusesUnknownFields: true)

  /// Responses, from a newer server perhaps: what we do not know is passed over.
  static let response = ScanRules(
    countMax: 100_000, fieldsMax: 2_000_000, refusesUnknownFields: false)

  /// Events, written by us, kept for ever: a limit drawn tighter later must not make them
  /// unreadable.
  static let event = ScanRules(
    countMax: 100_000, fieldsMax: 500_000, refusesUnknownFields: false)
}
