import RolloutCore

/// The applications and clusters that measurements talk about.
struct Fleet {
  var applications: [ApplicationName]
  var clusters: [ClusterName]

  /// - Parameters:
  ///   - applications: how many, named `bench/app-0` and so on.
  ///   - clusters: how many, named `bench-0` and so on.
  init(applications: Int, clusters: Int) throws {
    self.applications = try (0..<applications).map {
      try ApplicationName(validating: "bench/app-\($0)")
    }
    self.clusters = try (0..<clusters).map { try ClusterName(validating: "bench-\($0)") }
  }

  /// Every application on every cluster, application by application.
  var rollouts: [RolloutName] {
    applications.flatMap { application in
      clusters.map { RolloutName(application, on: $0) }
    }
  }

  static let registration = ClusterRegistration(
    mode: .enforce,
    labels: [.init("environment", "production"), .init("region", "eu-west-1")],
    controllerVersion: "1.8.3")

  /// The content of an application's `number`th revision, 1, 2, 3 ...
  static func revision(_ number: Int, of application: ApplicationName) throws -> RevisionContent {
    let digits = String(number, radix: 16)
    let digest = String(repeating: "0", count: 64 - digits.count) + digits
    return RevisionContent(
      release: try ReleaseID(validating: "v1.\(number).0"), digest: "sha256:\(digest)",
      images: ["registry.example/\(application):v1.\(number).0"])
  }

  /// A canary as many have: two weights, an analysis, a bake time, and analysis beside it all.
  static let strategy = Strategy(
    replicas: 10,
    steps: [
      .setWeight(20), .analysis(plan("smoke")), .setWeight(50), .pause(.seconds(300)),
      .analysis(plan("errors")),
    ],
    background: .init(plan: plan("latency"), startingStep: 1),
    window: RollbackWindow(revisions: 5))

  private static func plan(_ name: String) -> AnalysisPlan {
    AnalysisPlan(
      templates: [
        AnalysisTemplate(
          name: name,
          metrics: [
            .init(
              name: name, interval: .seconds(30), count: 5, failureLimit: 1,
              successCondition: "result[0] < 0.01", provider: "prometheus",
              query: "sum(rate(http_requests_total{code=~\"5..\"}[1m]))")
          ])
      ],
      arguments: [.init(name: "service", value: "checkout")])
  }
}
