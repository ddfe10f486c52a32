import ArgoManifests
import Foundation
import Testing

@testable import ManifestLint

/// Every integer that a manifest may hold, in turn and all together, as the numbers at which
/// arithmetic breaks.
@Suite("Hostile numbers")
struct HostileNumberTests {
  static let numbers = [
    "-9223372036854775808", "9223372036854775807", "-1", "0", "2147483648", "4294967296",
    "9007199254740993", "1e308", "-2147483648", "2147483647",
  ]

  /// Fields that the examples do not have.
  static let everything = [
    """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: a}
    spec:
      replicas: 5
      minReadySeconds: 1
      revisionHistoryLimit: 5
      progressDeadlineSeconds: 30
      rollbackWindow: {revisions: 2}
      selector: {matchLabels: {app: a}}
      template: {spec: {containers: [{name: a, image: a}]}}
      strategy:
        canary:
          maxSurge: 1
          maxUnavailable: 1
          minPodsPerReplicaSet: 1
          scaleDownDelaySeconds: 30
          scaleDownDelayRevisionLimit: 2
          abortScaleDownDelaySeconds: 30
          replicaProgressThreshold: {type: Pods, value: 1}
          antiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: {weight: 1}}
          trafficRouting: {plugins: {a/b: {}}, maxTrafficWeight: 1000, managedRoutes: [{name: m}]}
          analysis:
            startingStep: 1
            templates: [{templateName: t}]
            args: [{name: limit, value: '3'}]
            measurementRetention: [{metricName: m, limit: 3}]
          steps:
          - setCanaryScale: {replicas: 2}
          - setCanaryScale: {weight: 20}
          - setWeight: 20
          - pause: {duration: 30}
          - pause: {duration: '30'}
          - replicaProgressThreshold: {type: Percent, value: 90}
          - setMirrorRoute: {name: m, percentage: 20, match: [{method: {exact: GET}}]}
          - experiment:
              duration: 1m
              progressDeadlineSeconds: 30
              scaleDownDelaySeconds: 30
              templates: [{name: c, specRef: canary, replicas: 1, weight: 5}]
          - setWeight: 900
    """,
    """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: b}
    spec:
      replicas: 5
      selector: {matchLabels: {app: b}}
      template: {spec: {containers: [{name: a, image: a}]}}
      rollbackWindow: {revisions: 2}
      strategy:
        blueGreen:
          activeService: a
          previewReplicaCount: 1
          autoPromotionSeconds: 30
          scaleDownDelaySeconds: 30
          scaleDownDelayRevisionLimit: 2
          abortScaleDownDelaySeconds: 30
          maxUnavailable: 1
    """,
    """
    apiVersion: argoproj.io/v1alpha1
    kind: AnalysisTemplate
    metadata: {name: t}
    spec:
      args: [{name: limit, value: '2'}]
      metrics:
      - name: m
        interval: 5s
        count: 10
        failureLimit: 2
        inconclusiveLimit: 2
        consecutiveErrorLimit: 4
        consecutiveSuccessLimit: 3
        successCondition: result[0] > 5
        provider: {prometheus: {query: up}}
      - name: n
        interval: 5s
        count: '{{args.limit}}'
        failureLimit: '{{args.limit}}'
        inconclusiveLimit: '{{args.limit}}'
        consecutiveErrorLimit: '{{args.limit}}'
        consecutiveSuccessLimit: '{{args.limit}}'
        successCondition: result[0] > {{args.limit}}
        provider: {prometheus: {query: up}}
    """,
    """
    apiVersion: windlass/v1
    kind: RolloutPolicy
    metadata: {name: p}
    spec:
      rollbackWindow: {revisions: 3, duration: 30}
      emergency: {outsideWindow: allow, verificationDeadline: 30}
      watch: {duration: 30}
      evidence: {appearance: 30, objectsMax: 5}
    """,
    """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: d}
    spec: {replicas: 3}
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: r}
    spec:
      replicas: 1
      workloadRef: {kind: Deployment, name: d}
      strategy: {canary: {steps: [{setWeight: 5}]}}
    """,
  ].joined(separator: "\n---\n")

  static var examples: [String] {
    get throws {
      let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("docs/examples")
      let folders = ["checkout", "payments", "search"].map(folder.appendingPathComponent)
      return try folders.flatMap { folder in
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
          // The other revisions of checkout hold the same numbers.
          .filter { $0.hasSuffix(".yaml") && !["v2.yaml", "v3.yaml", "v4.yaml"].contains($0) }
          .map { try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8) }
      }
    }
  }

  /// Where a value is an integer, quoted or not.
  static func integers(in text: String) -> [Range<String.Index>] {
    let pattern = /[:\[,-] +['"]?(?<number>-?[0-9]+)['"]?(?=[\s,}\]]|$)/
    return text.matches(of: pattern).map { match in
      match.output.number.startIndex..<match.output.number.endIndex
    }
  }

  private func examine(_ text: String) {
    let file = SourceFile(name: "a.yaml", bytes: Array(text.utf8))
    let report = Linter().lint([file])
    #expect(report.unreadable == [])
    do {
      _ = try ManifestReader.read([file])
    } catch {
      #expect(error.issues.allSatisfy { $0.location.line >= 1 && !$0.reason.isEmpty })
    }
  }

  @Test("no integer of any field traps lint or the reader", arguments: numbers)
  func oneByOne(number: String) throws {
    for text in try Self.examples + [Self.everything] {
      for place in Self.integers(in: text) {
        examine(text.replacingCharacters(in: place, with: number))
      }
    }
    #expect(Self.integers(in: Self.everything).count == 52)
  }

  @Test("nor do they all together", arguments: numbers)
  func allTogether(number: String) throws {
    for text in try Self.examples + [Self.everything] {
      let changed = Self.integers(in: text).reversed().reduce(text) {
        $0.replacingCharacters(in: $1, with: number)
      }
      examine(changed)
    }
  }

  @Test("nor do mixtures of them", arguments: 0..<100)
  func mixed(seed: Int) {
    let text = Self.everything
    let changed = Self.integers(in: text).enumerated().reversed().reduce(text) { text, place in
      // Steps of 7, 3 and 13 through the numbers: each field meets each other in many pairs.
      let choice = seed * 7 + place.offset * 3 + seed / 10 * place.offset * 13
      return text.replacingCharacters(
        in: place.element, with: Self.numbers[choice % Self.numbers.count])
    }
    examine(changed)
  }

  @Test("a number beyond 32 bits is named where it stands", arguments: ["", "'"])
  func beyond32Bits(quote: String) {
    let fields = [
      "count", "failureLimit", "inconclusiveLimit", "consecutiveErrorLimit",
      "consecutiveSuccessLimit",
    ]
    for field in fields {
      let found = { (number: String) in
        lint(Sample.metric("interval: 5s, \(field): \(quote)\(number)\(quote)")).findings
          .filter { $0.rule == .numberInvalid }.map(\.field)
      }
      #expect(found("2147483648") == ["spec.metrics[0].\(field)"])
      #expect(found("2147483647") == [])
    }
  }

  @Test("two limits that would overflow together are refused one by one")
  func sumOfLimits() {
    let report = lint(
      Sample.metric(
        "interval: 5s, count: 5, failureLimit: 9223372036854775807, "
          + "consecutiveSuccessLimit: 9223372036854775807"))
    #expect(report.findings.filter { $0.rule == .numberInvalid }.count == 2)
  }

  @Test("an explicit abort delay goes with dynamic stable scale")
  func abortDelay() {
    let report = lint(
      Sample.canary(
        "trafficRouting: {plugins: {a/b: {}}}, dynamicStableScale: true, "
          + "abortScaleDownDelaySeconds: 5"))
    #expect(report.findings == [])
  }
}
