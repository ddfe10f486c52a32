import ArgoManifests
import RolloutCore
import Testing

@Suite("The digest of a revision")
struct DigestTests {
  private func digest(_ template: String) throws -> String {
    let text = """
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata: {name: a}
      spec:
        strategy: {canary: {}}
        template:
      \(template)
      """
    return try #require(try read(text).rollouts.first).digest
  }

  @Test("it is the SHA-256 of the pod template as JSON with sorted keys")
  func value() throws {
    // printf '{"spec":{"containers":[{"args":["é\\n",1,true],"image":"a:1"}]}}' | sha256sum
    #expect(
      try digest(#"    spec: {containers: [{image: a:1, args: ["é\n", 1, true]}]}"#)
        == "sha256:105a177b6277660dd3915d5039377d428d26ec60699db4d3b9d90d99814602a7")
  }

  @Test("comments, order, quotes, line breaks and empty fields do not matter")
  func same() throws {
    let plain = try digest(
      """
          metadata: {labels: {app: web}}
          spec:
            containers:
            - name: main
              image: nginx:1
      """)
    #expect(
      try plain
        == digest(
          """
              # A comment.
              spec:
                containers: [{"image": 'nginx:1', name: main, ports: }]
              metadata:
                labels:
                  app: "web"
          """))
    #expect(
      try plain
        == digest(
          "    metadata: {labels: {app: web}}\r\n    spec:\r\n      containers:\r\n"
            + "      - name: main\r\n        image: nginx:1\r\n"))
  }

  @Test("a value, a type and an order of items do matter")
  func different() throws {
    let variants = try [
      "{spec: {containers: [{image: a}]}}", "{spec: {containers: [{image: b}]}}",
      "{spec: {containers: [{image: a, v: 1}]}}", "{spec: {containers: [{image: a, v: '1'}]}}",
      "{spec: {containers: [{image: a, v: true}]}}",
      "{spec: {containers: [{image: a, v: 'true'}]}}", "{spec: {containers: [{image: a, v: 1.0}]}}",
      "{spec: {containers: [{image: a}, {image: b}]}}",
      "{spec: {containers: [{image: b}, {image: a}]}}",
      "{metadata: {}, spec: {containers: [{image: a}]}}",
    ].map { try digest("    \($0)") }
    #expect(Set(variants).count == variants.count)
    #expect(variants.allSatisfy { $0.utf8.count == 71 && $0.hasPrefix("sha256:") })
  }

  @Test("what is outside of the pod template does not matter")
  func outside() throws {
    let digests = try [rollout(), rollout(spec: "  replicas: 9"), rollout(name: "other")].map {
      try read($0).rollouts.map(\.digest)
    }
    #expect(Set(digests).count == 1)
  }
}
