import ArgoManifests
import ArgumentParser
import Foundation
import RolloutCore
import Testing
import WindlassWire

@testable import windlass

@Suite("Applying manifests")
struct ApplyTests {
  private static let cart = name("shop/cart")

  private static func name(_ text: String) -> ApplicationName {
    do throws(InvalidName) {
      return try ApplicationName(validating: text)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  private func rollout(
    _ application: ApplicationName = shop, release annotated: ReleaseID? = nil
  ) -> RolloutManifest {
    RolloutManifest(
      application: application, name: "checkout", namespace: "shop",
      location: SourceLocation(file: "a.yaml", line: 1), digest: "sha256:00", images: ["shop:v1"],
      release: annotated, digestRelease: release("000000000000"),
      strategy: Strategy(replicas: 3, steps: [.setWeight(20)]))
  }

  private func policy(_ applications: [ApplicationName]) -> PolicyManifest {
    PolicyManifest(
      policy: RolloutPolicy(name: "default", window: window), applications: applications,
      location: SourceLocation(file: "p.yaml", line: 3))
  }

  @Test("each Rollout is registered with the policies that hold for it")
  func plan() throws {
    let set = ManifestSet(
      rollouts: [rollout(), rollout(Self.cart)],
      policies: [policy([shop, Self.name("shop/other")])])
    let plan = try ApplyPlan(set, application: nil, release: nil)
    #expect(
      plan.registrations.map(\.application.text) == ["shop/checkout", "shop/cart", "shop/other"])
    #expect(plan.registrations.map(\.registration.policies.count) == [1, 0, 1])
    #expect(plan.registrations.map { $0.release?.text } == ["000000000000", "000000000000", nil])
  }

  @Test("--release and --application name the one Rollout")
  func named() throws {
    let plan = try ApplyPlan(
      ManifestSet(rollouts: [rollout()]), application: Self.cart, release: release("v9"))
    #expect(plan.registrations.map(\.application) == [Self.cart])
    #expect(plan.registrations.first?.release == release("v9"))
  }

  @Test("options that do not fit the manifests are refused")
  func refusals() {
    let two = ManifestSet(rollouts: [rollout(), rollout(Self.cart)])
    let annotated = ManifestSet(rollouts: [rollout(release: release("v1"))])
    let nobody = ManifestSet(policies: [policy([])])
    let other = ManifestSet(policies: [policy([Self.cart])])
    let cases: [(ManifestSet, ApplicationName?, ReleaseID?, String)] = [
      (two, nil, release("v1"), "the files have 2"), (two, shop, nil, "the files have 2"),
      (annotated, nil, release("v2"), "a.yaml:1: the annotation"),
      (nobody, nil, nil, "p.yaml:3: policy default names no application"),
      (other, shop, nil, "is for shop/cart"), (ManifestSet(), nil, nil, "nothing to apply"),
      (nobody, nil, release("v1"), "the files have 0"),
    ]
    for (set, application, release, text) in cases {
      do throws(Failure) {
        _ = try ApplyPlan(set, application: application, release: release)
        Issue.record("accepted: \(text)")
      } catch {
        #expect(error.status == .usage)
        #expect(error.message.contains(text), "\(error.message)")
      }
    }
  }

  @Test("a policy without applications is for the one that --application names")
  func policyOnly() throws {
    let plan = try ApplyPlan(
      ManifestSet(policies: [policy([])]), application: shop, release: nil)
    #expect(plan.registrations.map(\.application) == [shop])
    #expect(plan.registrations.first?.registration.revision == nil)
  }

  private static let manifest = """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata:
      name: checkout
      namespace: shop
    spec:
      replicas: 2
      strategy:
        canary:
          steps:
          - setWeight: 20
      selector:
        matchLabels:
          app: checkout
      template:
        metadata:
          labels:
            app: checkout
        spec:
          containers:
          - name: checkout
            image: registry.local/checkout:v1
    ---
    apiVersion: v1
    kind: Service
    metadata:
      name: checkout
    """

  private func apply(_ more: [String]) throws -> ApplyCommand {
    try #require(try Windlass.parseAsRoot(["apply", "x.yaml"] + more) as? ApplyCommand)
  }

  private let sources = [SourceFile(name: "x.yaml", bytes: Array(Self.manifest.utf8))]

  @Test("with --start the revision is started after it is registered, each with its own key")
  func start() async throws {
    let backend = FakeBackend { _, _ in
      .success(SubmitResponse(decisions: [decision(.allowed)]))
    }
    let console = Console()
    let command = try apply(["--release", "v1", "--start", "-c", "eu-1", "--key", "k"])
    let status = try await command.execute(in: console.session(backend), sources: sources)
    #expect(status == .done)
    #expect(
      backend.submissions.map(\.envelope.idempotencyKey) == [
        "k/apply/shop/checkout", "k/start/shop/checkout",
      ])
    #expect(backend.submissions.last?.command == .start(.release(release("v1"))))
    #expect(backend.submissions.last?.clusters == ClusterSelector(names: [east]))
    #expect(console.error.contains("Service checkout: skipped"))
  }

  @Test("what is not registered is not started")
  func refused() async throws {
    let backend = FakeBackend { _, _ in
      .success(
        SubmitResponse(decisions: [decision(.refused, on: nil, rule: .releaseContentChanged)]))
    }
    let command = try apply(["--start", "-c", "eu-1"])
    let console = Console()
    let status = try await command.execute(in: console.session(backend), sources: sources)
    #expect(status == .refused)
    #expect(backend.submissions.count == 1)
  }

  @Test("every problem in the manifests is printed with file and line, and nothing is sent")
  func problems() async throws {
    let broken = """
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata:
        name: checkout
      spec:
        replicas: -1
        strategy:
          canary:
            steps:
            - setWeight: 200
      """
    for format in Output.Format.allCases {
      let backend = FakeBackend()
      let console = Console()
      let status = try await apply([]).execute(
        in: console.session(backend, format: format),
        sources: [SourceFile(name: "x.yaml", bytes: Array(broken.utf8))])
      #expect(status == .usage)
      #expect(backend.requests.isEmpty)
      #expect(console.error.contains("x.yaml:6: spec.replicas: "))
      #expect(console.error.contains("x.yaml:10: spec.strategy.canary.steps[0].setWeight: "))
      guard format == .json else { continue }
      let parsed = try JSONSerialization.jsonObject(with: Data(console.out.utf8))
      let error = try #require((parsed as? [String: Any])?["error"] as? [String: Any])
      #expect(error["exitCode"] as? Int == 20)
      #expect((error["issues"] as? [Any])?.isEmpty == false)
    }
  }

  @Test("files that are not there, and directories without manifests, are named")
  func files() throws {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "windlass-cli-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(at: directory) } catch { Issue.record(error) }
    }
    let path = directory.path(percentEncoded: false)
    #expect(throws: Failure.self) { try ManifestSources.manifests.read([path]) }
    #expect(throws: Failure.self) { try ManifestSources.manifests.read([path + "/none.yaml"]) }
    for name in ["b.yml", "a.yaml", "c.txt", ".d.yaml"] {
      try Data(name.utf8).write(to: directory.appending(path: name))
    }
    #expect(
      try ManifestSources.manifests.read([path]).map(\.bytes) == [
        Array("a.yaml".utf8), Array("b.yml".utf8),
      ])
    #expect(try ManifestSources.manifests.read([path + "/c.txt"]).count == 1)
  }
}
