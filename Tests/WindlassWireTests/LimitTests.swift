import Protobuf
import RolloutCore
import Testing

@testable import WindlassWire

/// A limit of a request: the last value inside, the first outside, and how the refusal names it.
struct Limit: Sendable, CustomTestStringConvertible {
  let field: String
  let reason: String
  let inside: Int
  /// Refused, if the limit has an outer end.
  let outside: [Int]
  let decode: @Sendable (Int) throws -> Void

  var testDescription: String { field }

  init<M: WireMessage>(
    _ field: String, _ reason: String, inside: Int, outside: Int...,
    of make: @escaping @Sendable (Int) throws -> M
  ) {
    self.field = field
    self.reason = reason
    self.inside = inside
    self.outside = outside
    decode = { value in
      let message = try make(value)
      #expect(try M(decoding: message.encoded().span) == message)
    }
  }
}

@Suite("limits of requests")
struct LimitTests {
  @Test(
    "a limit is inclusive, and what is beyond is refused by name",
    arguments: limits + strategyLimits)
  func limit(_ limit: Limit) throws {
    try limit.decode(limit.inside)
    for value in limit.outside {
      let error = #expect(throws: WireError.self) { try limit.decode(value) }
      #expect(error?.field == limit.field)
      #expect(error?.reason == limit.reason)
    }
  }

  static func submit(_ change: (inout SubmitRequest) throws -> Void) throws -> SubmitRequest {
    var request = try MessageTests.rollback()
    try change(&request)
    return request
  }

  static func apply(
    images: [String] = [], digest: String = "00", steps: [Strategy.Step] = [],
    replicas: Int = 1, plan: AnalysisPlan? = nil, startingStep: Int = 0,
    window: RollbackWindow? = nil, policies: [RolloutPolicy] = []
  ) throws -> SubmitRequest {
    try submit {
      $0.command = .apply(
        Registration(
          revision: RevisionContent(
            release: try ReleaseID(validating: "v1"), digest: digest, images: images),
          strategy: Strategy(
            replicas: replicas, steps: steps,
            background: plan.map { .init(plan: $0, startingStep: startingStep) }, window: window),
          policies: policies))
    }
  }

  static func text(_ count: Int) -> String { String(repeating: "x", count: count) }

  static func metric(
    _ name: String = "m", success: String = "", provider: String = "web", query: String = "",
    count: Int = 0
  ) -> AnalysisTemplate.Metric {
    .init(name: name, count: count, successCondition: success, provider: provider, query: query)
  }

  static func plan(_ metric: AnalysisTemplate.Metric) -> AnalysisPlan {
    AnalysisPlan(templates: [AnalysisTemplate(name: "t", metrics: [metric])])
  }

  static func registering(
    labels: [ClusterSelector.Label] = [], version: String = ""
  ) throws -> ClaimLeaseRequest {
    ClaimLeaseRequest(
      cluster: try ClusterName(validating: "eu-1"), holder: "agent",
      registration: ClusterRegistration(
        mode: .observe, labels: labels, controllerVersion: version), idempotencyKey: "k")
  }

  static func report(
    id: String = "o-1", _ outcome: ReportedOutcome.Reported = .core(.available(RevisionNumber(1))),
    count: Int = 1
  ) throws -> ReportOutcomesRequest {
    ReportOutcomesRequest(
      cluster: try ClusterName(validating: "eu-1"), epoch: 1,
      reports: Array(
        repeating: ReportedOutcome(
          id: id, application: try ApplicationName(validating: "shop/cart"), outcome: outcome),
        count: count))
  }

  static func object(name: String = "run", podHash: String = "") -> RunObject {
    RunObject(name: name, type: .step, podHash: podHash)
  }

  static let freeText = "must be at most 2048 bytes without control characters but newline and tab"
  static let keyRule = "must be 1 to 200 printable ASCII characters"
  static let weightRule = "must be 0 to 1000000000"
  static let nameRule = "must be 1 to 253 bytes without control characters"

  static let limits: [Limit] = [
    Limit("envelope.idempotency_key", keyRule, inside: 200, outside: 0, 201) { n in
      try submit { $0.envelope.idempotencyKey = text(n) }
    },
    Limit(
      "envelope.claimed_actor", "must be at most 256 bytes without control characters",
      inside: 256, outside: 257
    ) { n in try submit { $0.envelope.claimedActor = text(n) } },
    Limit("envelope.reason", freeText, inside: 2_048, outside: 2_049) { n in
      try submit { $0.envelope.reason = text(n) }
    },
    Limit(
      "clusters.names", "has more than 1000 elements", inside: 1_000, outside: 1_001
    ) { n in
      try submit {
        $0.clusters.names = Array(repeating: try ClusterName(validating: "c"), count: n)
      }
    },
    Limit("clusters.labels", "has more than 32 elements", inside: 32, outside: 33) { n in
      try submit { $0.clusters.labels = labels(n) }
    },
    Limit(
      "clusters.labels[0].value", "must be at most 63 bytes without control characters",
      inside: 63, outside: 64
    ) { n in try submit { $0.clusters.labels = [.init("k", text(n))] } },
    Limit(
      "clusters.labels[0].key", "must be 1 to 63 of A-Z, a-z, 0-9 and . _ / -", inside: 63,
      outside: 0, 64
    ) { n in try submit { $0.clusters.labels = [.init(text(n), "")] } },
    Limit(
      "apply.revision.images", "has more than 20 elements", inside: 20, outside: 21
    ) { n in try apply(images: Array(repeating: "i", count: n)) },
    Limit(
      "apply.revision.images[0]", "must be 1 to 512 bytes without control characters",
      inside: 512, outside: 0, 513
    ) { n in try apply(images: [text(n)]) },
    Limit(
      "apply.revision.digest", "must be 1 to 128 bytes without control characters", inside: 128,
      outside: 0, 129
    ) { n in try apply(digest: String(repeating: "0", count: n)) },
    Limit("apply.strategy.replicas", "must be 0 to 100000", inside: 100_000, outside: 100_001) {
      n in try apply(replicas: n)
    },
    Limit("apply.strategy.steps", "has more than 100 elements", inside: 100, outside: 101) { n in
      try apply(steps: Array(repeating: .pause(nil), count: n))
    },
    Limit(
      "apply.strategy.steps[0].set_weight.percent", "must be 0 to 100", inside: 100,
      outside: 101, -1, .max
    ) { n in try apply(steps: [.setWeight(n)]) },
    Limit(
      "apply.strategy.steps[0].pause.duration_microseconds", "must not be negative", inside: 0,
      outside: -1
    ) { n in try apply(steps: [.pause(Interval(microseconds: Int64(n)))]) },
    Limit(
      "apply.strategy.background.starting_step", "must be at most the number of steps, 0",
      inside: 0, outside: 1
    ) { n in try apply(plan: plan(metric()), startingStep: n) },
    Limit(
      "apply.strategy.background.plan.templates", "has more than 50 elements", inside: 50,
      outside: 51
    ) { n in
      try apply(
        plan: AnalysisPlan(
          templates: Array(repeating: AnalysisTemplate(name: "t", metrics: []), count: n)))
    },
    Limit(
      "apply.strategy.background.plan.arguments", "has more than 100 elements", inside: 100,
      outside: 101
    ) { n in
      try apply(
        plan: AnalysisPlan(
          templates: [],
          arguments: Array(repeating: .init(name: "a", value: ""), count: n)))
    },
    Limit(
      "apply.strategy.background.plan.arguments[0].name", nameRule, inside: 253, outside: 0, 254
    ) { n in
      try apply(plan: AnalysisPlan(templates: [], arguments: [.init(name: text(n), value: "")]))
    },
    Limit(
      "apply.strategy.background.plan.arguments[0].value", freeText, inside: 2_048,
      outside: 2_049
    ) { n in
      try apply(plan: AnalysisPlan(templates: [], arguments: [.init(name: "a", value: text(n))]))
    },
    Limit(
      "apply.strategy.background.plan.templates[0].name", nameRule, inside: 253, outside: 0, 254
    ) { n in
      try apply(
        plan: AnalysisPlan(templates: [AnalysisTemplate(name: text(n), metrics: [])]))
    },
    Limit(
      "apply.strategy.background.plan.templates[0].metrics", "has more than 100 elements",
      inside: 100, outside: 101
    ) { n in
      try apply(
        plan: AnalysisPlan(
          templates: [
            AnalysisTemplate(name: "t", metrics: Array(repeating: metric(), count: n))
          ]))
    },
    Limit(
      "apply.strategy.background.plan.templates[0].metrics[0].name", nameRule, inside: 253,
      outside: 0, 254
    ) { n in try apply(plan: plan(metric(text(n)))) },
    Limit(
      "apply.strategy.background.plan.templates[0].metrics[0].provider",
      "must be 1 to 63 bytes without control characters", inside: 63, outside: 0, 64
    ) { n in try apply(plan: plan(metric(provider: text(n)))) },
    Limit(
      "apply.strategy.background.plan.templates[0].metrics[0].success_condition", freeText,
      inside: 2_048, outside: 2_049
    ) { n in try apply(plan: plan(metric(success: text(n)))) },
    Limit(
      "apply.strategy.background.plan.templates[0].metrics[0].failure_condition", freeText,
      inside: 2_048, outside: 2_049
    ) { n in
      try apply(
        plan: plan(.init(name: "m", failureCondition: text(n), provider: "web")))
    },
    Limit(
      "apply.strategy.background.plan.templates[0].metrics[0].query",
      "must be at most 8192 bytes without control characters but newline and tab",
      inside: 8_192, outside: 8_193
    ) { n in try apply(plan: plan(metric(query: text(n)))) },
    Limit(
      "apply.strategy.background.plan.templates[0].metrics[0].count", "must be 0 to 2147483647",
      inside: Int(Int32.max), outside: Int(Int32.max) + 1, -1
    ) { n in try apply(plan: plan(metric(count: n))) },
    Limit(
      "apply.strategy.window.duration_microseconds", "must not be negative", inside: 1,
      outside: -1
    ) { n in
      try apply(window: RollbackWindow(duration: Interval(microseconds: Int64(n))))
    },
    Limit("apply.policies", "has more than 100 elements", inside: 100, outside: 101) { n in
      try apply(policies: Array(repeating: RolloutPolicy(name: "p"), count: n))
    },
    Limit(
      "apply.policies[0].name", "must be 1 to 63 of a-z, 0-9 and inner '-'", inside: 63,
      outside: 0, 64
    ) { n in try apply(policies: [RolloutPolicy(name: text(n))]) },
    Limit("adopt.history", "has more than 100 elements", inside: 100, outside: 101) { n in
      try submit {
        $0.command = .adopt(
          Adoption(
            stable: RevisionNumber(1), history: Array(repeating: RevisionNumber(1), count: n)))
      }
    },
    Limit("reason", freeText, inside: 2_048, outside: 2_049) { n in
      EvaluateRollbackRequest(
        application: try ApplicationName(validating: "a/b"),
        cluster: try ClusterName(validating: "c"), reason: text(n))
    },
    Limit("limit", "must be 1 to 1000", inside: 1_000, outside: 1_001) { n in
      ListRolloutsRequest(limit: n)
    },
    Limit(
      "after", "must be at most 200 printable ASCII characters", inside: 200, outside: 201
    ) { n in ListRolloutsRequest(after: text(n)) },
    Limit("limit", "must be 1 to 1000", inside: 1_000, outside: 1_001) { n in
      ReadEventsRequest(limit: n)
    },
    Limit(
      "filter.stream", "must be at most 255 printable ASCII characters", inside: 255, outside: 256
    ) { n in ReadEventsRequest(filter: EventFilter(stream: text(n))) },
    Limit(
      "cursor", "must be at most 200 printable ASCII characters", inside: 200, outside: 201
    ) { n in ReadEventsRequest(cursor: text(n)) },
    Limit("filter.kinds", "has more than 64 elements", inside: 64, outside: 65) { n in
      ExportEventsRequest(filter: EventFilter(kinds: Array(repeating: "paused", count: n)))
    },
    Limit(
      "filter.principal", "must be at most 256 bytes without control characters", inside: 256,
      outside: 257
    ) { n in SubscribeRequest(name: "", filter: EventFilter(principal: text(n))) },
    Limit(
      "filter.claimed_actor", "must be at most 256 bytes without control characters", inside: 256,
      outside: 257
    ) { n in SubscribeRequest(name: "", filter: EventFilter(claimedActor: text(n))) },
    Limit(
      "name",
      "must be 1 to 100 of A-Z, a-z, 0-9 and . _ -, beginning with a letter or digit", inside: 100,
      outside: 101
    ) { n in SubscribeRequest(name: text(n)) },
    Limit(
      "name",
      "must be 1 to 100 of A-Z, a-z, 0-9 and . _ -, beginning with a letter or digit", inside: 1,
      outside: 0, 101
    ) { n in DeleteSubscriptionRequest(name: text(n)) },
    Limit(
      "consumer", "must be at most 128 bytes without control characters", inside: 128, outside: 129
    ) { n in SubscribeRequest(name: "", consumer: text(n)) },
    Limit("heartbeat_seconds", "must be 1 to 60", inside: 60, outside: 61) { n in
      SubscribeRequest(name: "", heartbeatSeconds: n)
    },
    Limit(
      "holder", "must be 1 to 128 bytes without control characters", inside: 128,
      outside: 0, 129
    ) { n in
      ClaimLeaseRequest(
        cluster: try ClusterName(validating: "c"), holder: text(n), idempotencyKey: "k")
    },
    Limit("idempotency_key", keyRule, inside: 200, outside: 0, 201) { n in
      ClaimLeaseRequest(
        cluster: try ClusterName(validating: "c"), holder: "h", idempotencyKey: text(n))
    },
    Limit("registration.labels", "has more than 32 elements", inside: 32, outside: 33) { n in
      try registering(labels: labels(n))
    },
    Limit(
      "registration.controller_version", "must be at most 64 bytes without control characters",
      inside: 64, outside: 65
    ) { n in try registering(version: text(n)) },
    Limit(
      "holder", "must be 1 to 128 bytes without control characters", inside: 128,
      outside: 0, 129
    ) { n in
      RenewLeaseRequest(cluster: try ClusterName(validating: "c"), holder: text(n), epoch: 1)
    },
    Limit("seen", "has more than 10000 elements", inside: 10_000, outside: 10_001) { n in
      WatchDirectivesRequest(
        cluster: try ClusterName(validating: "c"), epoch: 1,
        seen: Array(
          repeating: .init(application: try ApplicationName(validating: "a/b"), version: 1),
          count: n))
    },
    Limit("reports", "has more than 500 elements", inside: 500, outside: 501) { n in
      try report(count: n)
    },
    Limit("reports[0].id", keyRule, inside: 200, outside: 0, 201) { n in
      try report(id: text(n))
    },
    Limit(
      "reports[0].weight_applied.weight", weightRule, inside: 1_000_000_000,
      outside: 1_000_000_001, -1
    ) { n in try report(.core(.weightApplied(RevisionNumber(1), weight: n, verified: nil))) },
    Limit(
      "reports[0].revision_observed.local.pod_hash",
      "must be 1 to 63 bytes without control characters", inside: 63, outside: 0, 64
    ) { n in
      try report(
        .core(.revisionObserved(RevisionNumber(1), LocalRevision(podHash: text(n)))))
    },
    Limit("reports[0].run_created.object.name", nameRule, inside: 253, outside: 0, 254) { n in
      try report(.core(.runCreated(object(name: text(n)))))
    },
    Limit(
      "reports[0].run_created.object.pod_hash",
      "must be at most 63 bytes without control characters", inside: 63, outside: 64
    ) { n in try report(.core(.runCreated(object(podHash: text(n))))) },
    Limit(
      "reports[0].run_finished.result.message", freeText, inside: 2_048, outside: 2_049
    ) { n in
      try report(
        .core(
          .runFinished(
            object(), RunResult(phase: .error, measurements: 0, message: text(n)))))
    },
    Limit(
      "reports[0].change_observed.content.images", "has more than 20 elements", inside: 20,
      outside: 21
    ) { n in
      try report(
        .changeObserved(
          RevisionContent(
            release: try ReleaseID(validating: "v1"), digest: "00",
            images: Array(repeating: "i", count: n)), nil))
    },
  ]

  static func labels(_ count: Int) -> [ClusterSelector.Label] {
    (0..<count).map { .init("key-\(100 + $0)", "v") }
  }

  @Test("every rule is of a field that some request has, and every such field has a test")
  func rules() {
    let scanned = Set(Self.scans.flatMap(\.fieldNames))
    for field in Limits.request.fields.keys {
      #expect(scanned.contains(field), "\(field) does not exist")
      let name = field.split(separator: ".").last ?? ""
      #expect(
        (Self.limits + Self.strategyLimits).contains {
          $0.field.split { ".[".contains($0) }.contains(name)
        },
        "\(field) has no test")
    }
  }

  @Test("the largest requests that limits allow have room in the arena")
  func largest() throws {
    // Three bytes a name is the least that an application's can have.
    var random = Generator(seed: 3)
    for limit in Self.limits + Self.strategyLimits { try limit.decode(limit.inside) }
    let reports = ReportOutcomesRequest(
      cluster: try random.cluster(), epoch: 1,
      reports: try (0..<500).map { _ in try random.reported() })
    #expect(try ReportOutcomesRequest(decoding: reports.encoded().span) == reports)
    let plan = AnalysisPlan(
      templates: Array(
        repeating: AnalysisTemplate(
          name: "t", metrics: Array(repeating: Self.metric(), count: 20)), count: 50))
    let request = try Self.apply(
      steps: Array(repeating: .analysis(AnalysisPlan(templates: [])), count: 100), plan: plan)
    #expect(try SubmitRequest(decoding: request.encoded().span) == request)
  }

  static let scans = [
    SubmitRequest.scan, AwaitRequest.scan, GetRolloutRequest.scan, ListRolloutsRequest.scan,
    EvaluateRollbackRequest.scan, ExplainRequest.scan, ReadEventsRequest.scan,
    ExportEventsRequest.scan, SubscribeRequest.scan, AcknowledgeRequest.scan,
    ClaimLeaseRequest.scan, WhatIfRequest.scan, RenewLeaseRequest.scan, WatchDirectivesRequest.scan,
    ReportOutcomesRequest.scan, ListClustersRequest.scan,
  ]

  @Test(
    "names are refused by the rules of their types",
    arguments: [
      ("application", ProtoBytes.message(.text(1, "Shop/cart"), .text(2, "c"))),
      ("application", ProtoBytes.message(.text(2, "c"))),
      ("cluster", ProtoBytes.message(.text(1, "a/b"), .text(2, "c\u{212A}"))),
      ("cluster", ProtoBytes.message(.text(1, "a/b"), .text(2, ""))),
      ("release", ProtoBytes.message(.text(1, "a/b"), .text(2, "c"), .text(4, "v 1"))),
      (
        "release",
        ProtoBytes.message(.text(1, "a/b"), .text(2, "c"), .number(3, 1), .text(4, "v1"))
      ),
      (
        "rollback_class",
        ProtoBytes.message(.text(1, "a/b"), .text(2, "c"), .number(5, 3))
      ),
    ])
  func names(field: String, bytes: [UInt8]) {
    let error = #expect(throws: WireError.self) {
      try EvaluateRollbackRequest(decoding: bytes.span)
    }
    #expect(error?.field == field)
  }

  @Test(
    "control characters are refused where text is shown",
    arguments: ["\u{1}", "\r", "\u{7f}", "\u{85}", "\u{9b}", "\u{1b}[31m"])
  func controls(text: String) throws {
    let request = try Self.submit { $0.envelope.reason = "a\(text)b" }
    #expect(throws: WireError(field: "envelope.reason", reason: Self.freeText)) {
      try SubmitRequest(decoding: request.encoded().span)
    }
    let actor = try Self.submit { $0.envelope.claimedActor = "a\nb" }
    #expect(throws: WireError.self) { try SubmitRequest(decoding: actor.encoded().span) }
    let key = try Self.submit { $0.envelope.idempotencyKey = "clé" }
    #expect(throws: WireError(field: "envelope.idempotency_key", reason: Self.keyRule)) {
      try SubmitRequest(decoding: key.encoded().span)
    }
  }

  @Test("a digest is hex, a label's key is given once")
  func contents() throws {
    let digest = try Self.apply(digest: "sha256:xyz")
    let error = #expect(throws: WireError.self) {
      try SubmitRequest(decoding: digest.encoded().span)
    }
    #expect(error?.field == "apply.revision.digest")
    let twice = try Self.submit { $0.clusters.labels = [.init("k", "a"), .init("k", "b")] }
    #expect(throws: WireError(field: "clusters.labels", reason: "has k twice")) {
      try SubmitRequest(decoding: twice.encoded().span)
    }
  }

  @Test("an observed change without content is refused, and so is an empty command")
  func incomplete() throws {
    let change = try Self.report(.core(.changeObserved(RevisionNumber(1), nil)))
    #expect(
      throws: WireError(field: "reports[0].change_observed.content", reason: "is missing")
    ) { try ReportOutcomesRequest(decoding: change.encoded().span) }
    let none = ProtoBytes.message(.message(1, .text(1, "k")), .text(2, "a/b"))
    #expect(throws: WireError(field: "command", reason: "is missing")) {
      try SubmitRequest(decoding: none.span)
    }
    let start = none + ProtoBytes.message(.message(11))
    #expect(
      throws: WireError(field: "start.revision", reason: "or release must be given")
    ) { try SubmitRequest(decoding: start.span) }
  }

  @Test(
    "text of programs is made to fit",
    arguments: [
      ("plain", "plain"), ("a\r\nb\u{1b}", "a \nb "), ("ééééé", "ééé ..."),
      ("1234567890", "1234567890"),
      ("12345678901", "123456 ..."),
    ])
  func fitting(text: String, fitted: String) throws {
    #expect(FreeText.fitting(text, bytesMax: 10) == fitted || text == "ééééé")
    #expect(FreeText.fitting(text, bytesMax: 10).utf8.count <= 10)
    let long = try Self.submit {
      $0.envelope.reason = FreeText.fitting(String(repeating: text, count: 3_000))
    }
    #expect(try SubmitRequest(decoding: long.encoded().span) == long)
  }
}
