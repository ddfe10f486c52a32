import ArgoManifests
import RolloutCore
import Testing

@Suite("A Rollout becomes a revision and a strategy")
struct RolloutManifestTests {
  @Test("an application is its annotation, else its label, else namespace and name")
  func applicationName() throws {
    let table: [(String, String)] = [
      ("  labels: {}", "default/web"),
      ("  namespace: shop", "shop/web"),
      ("  annotations: {windlass/application: a/b}", "a/b"),
      ("  labels: {windlass/application: a/c}", "a/c"),
      ("  namespace:", "default/web"),
    ]
    for (metadata, expected) in table {
      #expect(try read(rollout(metadata: metadata)).rollouts.map(\.application.text) == [expected])
    }
  }

  @Test("a name that is no application is refused with the way out")
  func invalidApplication() {
    #expect(
      issues(rollout(name: "web.v1")) == [
        "1.yaml:4: metadata.name: application \"shop/web.v1\" must be project/name, each 1 to 63 of "
          + "a-z, 0-9 and inner '-'; set the annotation windlass/application"
      ])
    #expect(
      issues(rollout(metadata: "  annotations: {windlass/application: Shop/web}")).count == 1)
    #expect(
      issues(
        rollout(
          metadata: """
              annotations: {windlass/application: a/b}
              labels: {windlass/application: a/c}
            """))
        == ["1.yaml:6: metadata.labels.windlass/application: must not differ from the annotation"])
  }

  @Test("a release is the annotation, else the caller's, else twelve digits of the digest")
  func release() throws {
    let plain = try #require(try read(rollout()).rollouts.first)
    let given = try ReleaseID(validating: "given")
    #expect(plain.revision().release.text == String(plain.digest.dropFirst(7).prefix(12)))
    #expect(plain.defaultRelease == plain.digestRelease)
    #expect(plain.revision(release: given).release == given)
    let named = try #require(
      try read(rollout(metadata: "  annotations: {windlass/release: v7}")).rollouts.first)
    #expect(named.revision(release: given).release.text == "v7")
    #expect(named.defaultRelease.text == "v7")
    #expect(
      issues(rollout(metadata: "  annotations: {windlass/release: a b}")).first?
        .hasPrefix("1.yaml:5: metadata.annotations.windlass/release: must be 1 to 128") == true)
  }

  @Test("images are those of the containers, then of the init containers")
  func images() throws {
    let text = """
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata: {name: web}
      spec:
        template:
          spec:
            initContainers: [{name: first, image: init:1}]
            containers: [{name: a, image: a:1}, {name: b, image: "b@sha256:00"}]
        strategy: {canary: {}}
      """
    let manifest = try #require(try read(text).rollouts.first)
    #expect(manifest.images == ["a:1", "b@sha256:00", "init:1"])
    #expect(manifest.strategy == Strategy(replicas: 1, steps: []))
    #expect(manifest.location == SourceLocation(file: "1.yaml", line: 1))
  }

  @Test(
    "what a revision needs is refused where it is missing",
    arguments: [
      (
        "{}",
        ["spec.strategy.canary: is missing, and so is blueGreen", "spec.template: is missing"]
      ),
      (
        "{template: {spec: {containers: []}}, strategy: {canary: {}}}",
        ["spec.template.spec.containers: is missing"]
      ),
      (
        "{template: {spec: {containers: [{name: a}]}}, strategy: {canary: {}}}",
        ["spec.template.spec.containers[0].image: is missing"]
      ),
      (
        "{template: {spec: {containers: [{image: 1.5}]}}, strategy: {canary: {}}}",
        ["spec.template.spec.containers[0].image: must be text, is a number; put it in quotes"]
      ),
      (
        "{template: {spec: {containers: [{image: 'a b'}]}}, strategy: {canary: {}}}",
        [
          "spec.template.spec.containers[0].image: must be visible ASCII without blanks, is "
            + "\"a b\""
        ]
      ),
      (
        "{workloadRef: {name: a}, strategy: {canary: {}}}",
        ["spec.workloadRef.kind: is missing"]
      ),
      (
        "{template: {spec: {containers: [{image: a}]}}, strategy: {blueGreen: {}}}",
        ["spec.strategy.blueGreen.activeService: is missing"]
      ),
      ("[]", ["spec: must be a mapping"]),
    ] as [(String, [String])])
  func missing(spec: String, expected: [String]) {
    let text = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: a}\nspec: \(spec)"
    #expect(issues(text) == expected.map { "1.yaml:4: \($0)" })
  }

  @Test("more than twenty images are refused")
  func tooManyImages() {
    let containers = (0..<21).map { "{image: a\($0)}" }.joined(separator: ", ")
    let text = """
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata: {name: a}
      spec: {template: {spec: {containers: [\(containers)]}}, strategy: {canary: {}}}
      """
    #expect(
      issues(text) == [
        "1.yaml:4: spec.template.spec.containers: must have at most 20 items, has 21"
      ])
  }

  private static let deployment = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec: {template: {spec: {containers: [{image: 'nginx:7'}]}}}
    """

  private func referring(_ reference: String) -> String {
    """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web, namespace: shop}
    spec: {workloadRef: \(reference), strategy: {canary: {}}}
    """
  }

  @Test("a workload that is referred to gives the pods, and is not skipped")
  func workloadReference() throws {
    let set = try read(
      referring("{apiVersion: apps/v1, kind: Deployment, name: web}"), Self.deployment)
    #expect(set.rollouts.map(\.images) == [["nginx:7"]])
    #expect(set.skipped.isEmpty)
  }

  @Test(
    "a workload that cannot be taken is refused",
    arguments: [
      (
        "{kind: Job, name: web}",
        ".kind: must be one of Deployment, PodTemplate, ReplicaSet, "
          + "StatefulSet, is \"Job\""
      ),
      (
        "{kind: Deployment, name: other}",
        ": Deployment \"other\" is not in the given files; give "
          + "its file as well"
      ),
    ])
  func workloadRefused(reference: String, expected: String) {
    #expect(
      issues(referring(reference), Self.deployment) == ["1.yaml:4: spec.workloadRef\(expected)"])
  }

  @Test("a blue-green strategy is read with its analysis")
  func blueGreen() throws {
    let set = try read(
      """
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata: {name: web, namespace: shop}
      spec:
        template: {spec: {containers: [{image: a}]}}
        strategy:
          blueGreen:
            activeService: web
            previewService: web-preview
            previewReplicaCount: 1
            autoPromotionEnabled: false
            autoPromotionSeconds: 30
            scaleDownDelaySeconds: 90
            scaleDownDelayRevisionLimit: 2
            abortScaleDownDelaySeconds: 10
            prePromotionAnalysis: {templates: [{templateName: t}]}
            postPromotionAnalysis: {templates: [{templateName: t}]}
      """, template("t"))
    let read = try #require(set.rollouts.first?.strategy.blueGreen)
    #expect(read.prePromotion?.templates.map(\.name) == ["t"])
    #expect(read.postPromotion == read.prePromotion)
    #expect(
      read
        == BlueGreen(
          hasPreviewService: true, previewReplicas: 1, autoPromotion: false,
          autoPromotionDelay: .seconds(30), prePromotion: read.prePromotion,
          postPromotion: read.postPromotion, scaleDownDelay: .seconds(90),
          scaleDownDelayRevisionLimit: 2, abortScaleDownDelay: .seconds(10)))
  }

  @Test(
    "a blue-green strategy that cannot be meant is refused",
    arguments: [
      (
        "{activeService: a, previewService: a}",
        ".previewService: must not be the active service, "
          + "is \"a\""
      ),
      (
        "{activeService: a, previewReplicaCount: -1}",
        ".previewReplicaCount: must be 0 to 100000, "
          + "is -1"
      ),
      (
        "{activeService: a, prePromotionAnalysis: {}}",
        ".prePromotionAnalysis.templates: is missing: "
          + "an analysis needs at least one template"
      ),
      ("[]", ": must be a mapping, is a list"),
    ])
  func blueGreenRefused(strategy: String, expected: String) {
    let text = """
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata: {name: a}
      spec: {template: {spec: {containers: [{image: a}]}}, strategy: {blueGreen: \(strategy)}}
      """
    #expect(issues(text).first == "1.yaml:4: spec.strategy.blueGreen\(expected)")
  }

  @Test("a strategy is one, not two")
  func bothStrategies() {
    let text = """
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata: {name: a}
      spec: {template: {spec: {containers: [{image: a}]}}, strategy: {canary: {}, blueGreen: {}}}
      """
    #expect(issues(text) == ["1.yaml:4: spec.strategy: must be canary or blueGreen, not both"])
  }

  @Test("one application is given once")
  func twice() {
    #expect(
      issues(rollout(), rollout(image: "nginx:2")) == [
        "2.yaml:4: metadata.name: application shop/web is given twice; first at 1.yaml:1"
      ])
  }

  @Test("fields without effect are named, those about keeping pods are not")
  func ignored() throws {
    let set = try read(
      rollout(
        canary: "      steps: []\n      canaryService: a\n      stableService: b",
        spec: "  minReadySeconds: 3\n  paused: true"))
    #expect(
      set.ignored.map(\.description) == [
        "1.yaml:8: spec.paused: ignored: has no effect on what Windlass decides",
        "1.yaml:17: spec.strategy.canary.canaryService: ignored: has no effect on what Windlass "
          + "decides",
        "1.yaml:18: spec.strategy.canary.stableService: ignored: has no effect on what Windlass "
          + "decides",
      ])
  }

  @Test("kinds that say nothing about rollouts are skipped by name")
  func skipped() throws {
    let set = try read(
      """
      apiVersion: v1
      kind: Service
      metadata: {name: a}
      ---
      ---
      # Only a comment.
      ---
      apiVersion: argoproj.io/v1alpha1
      kind: Experiment
      metadata: {}
      --- {apiVersion: example.org/v1, kind: Rollout, metadata: {name: other}}
      """)
    #expect(
      set.skipped.map(\.description) == [
        "1.yaml:1: Service a: skipped", "1.yaml:8: Experiment: skipped",
        "1.yaml:11: Rollout other: skipped",
      ])
    #expect(set.rollouts.isEmpty && set.policies.isEmpty)
  }

  @Test("a List is read item by item")
  func list() throws {
    let set = try read(
      "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: a}}\n"
        + "- {apiVersion: v1, kind: Secret, metadata: {name: b}}")
    #expect(set.skipped.map(\.name) == ["a", "b"])
    #expect(set.skipped.map(\.location.line) == [4, 5])
  }

  @Test(
    "a document without a readable kind is refused",
    arguments: [
      ("[]", "document: must be a mapping with apiVersion and kind, is a list"),
      ("a: 1", "kind: is missing"),
      ("kind: Rollout", "apiVersion: is missing"),
      ("{kind: 5, apiVersion: v1}", "kind: must be text, is a number; put it in quotes"),
      (
        "{kind: Rollout, apiVersion: argoproj.io/v2}",
        "apiVersion: must be argoproj.io/v1alpha1, is \"argoproj.io/v2\""
      ),
      (
        "{kind: RolloutPolicy, apiVersion: v1}",
        "apiVersion: must be windlass/v1 for a RolloutPolicy, is \"v1\""
      ),
      (
        "{kind: RolloutPolcy, apiVersion: windlass/v1}",
        "kind: must be RolloutPolicy in windlass/v1, is \"RolloutPolcy\""
      ),
    ])
  func kind(text: String, expected: String) {
    #expect(issues(text) == ["1.yaml:1: \(expected)"])
  }
}
