import ArgoRules
import Testing

@Suite("Arguments from fields of the rollout")
struct FieldPathTests {
  let object = TreeValue.map([
    "metadata": .map([
      "name": .string("guestbook"), "namespace": .string("shop"), "uid": .string("u-1"),
      "labels": .map(["app": .string("guestbook"), "team": .string("a\"b")]),
      "annotations": .map(["note.example/x": .string("hello")]),
    ]),
    "spec": .map([
      "replicas": .number(3), "paused": .bool(false),
      "template": .map([
        "containers": .list([
          .map(["image": .string("guestbook:1")]), .map(["image": .string("proxy:7")]),
        ])
      ]),
    ]),
    "status": .map(["observed": .number(1_234_567), "none": .null]),
  ])

  @Test(
    "a path reads a primitive, whatever mix of dots and brackets parts it",
    arguments: [
      ("spec.replicas", "3"), ("spec.paused", "false"), ("status.observed", "1.234567e+06"),
      ("spec.template.containers[1].image", "proxy:7"),
      ("spec.template.containers.0.image", "guestbook:1"),
      ("spec[template][containers][0]image", "guestbook:1"), ("spec.replicas.", "3"),
    ])
  func reads(path: String, text: String) throws {
    #expect(try FieldPath.read(path, in: object) == text)
  }

  @Test(
    "metadata is read as the downward API does: a missing key is empty text",
    arguments: [
      ("metadata.name", "guestbook"), ("metadata.namespace", "shop"), ("metadata.uid", "u-1"),
      ("metadata.labels['app']", "guestbook"), ("metadata.labels['missing']", ""),
      ("metadata.annotations['note.example/x']", "hello"),
      ("metadata.labels", "app=\"guestbook\"\nteam=\"a\\\"b\""),
    ])
  func metadata(path: String, text: String) throws {
    #expect(try FieldPath.read(path, in: object) == text)
  }

  @Test(
    "a path that cannot be read says why",
    arguments: [
      ("spec.missing", "invalid path spec.missing in rollout"),
      ("status.none", "invalid path status.none in rollout"),
      ("spec.replicas.deeper", "invalid path spec.replicas.deeper in rollout"),
      ("spec.template", "path spec.template in rollout must terminate in a primitive value"),
      (
        "spec.template.containers",
        "path spec.template.containers in rollout must terminate in a primitive value"
      ),
      ("spec.template.containers[x]", "invalid index 'x'"),
      ("spec.template.containers[2]", "index 2 out of range"),
      ("metadata.generation", "unsupported fieldPath: metadata.generation"),
      ("metadata.name['x']", "fieldPath \"metadata.name['x']\" does not support subscript"),
    ])
  func refuses(path: String, problem: String) {
    #expect {
      try FieldPath.read(path, in: object)
    } throws: { error in
      (error as? FieldPath.Problem)?.description == problem
    }
  }

  @Test(
    "numbers are written as Go's shortest general form",
    arguments: [
      (0, "0"), (5, "5"), (0.5, "0.5"), (-2.25, "-2.25"), (100_000, "100000"),
      (1_000_000, "1e+06"), (123_456.5, "123456.5"), (1_234_567, "1.234567e+06"),
      (0.0001, "0.0001"), (0.00001, "1e-05"), (1.5e300, "1.5e+300"),
      (.infinity, "+Inf"), (-.infinity, "-Inf"),
    ] as [(Double, String)])
  func numbers(value: Double, text: String) {
    #expect(TreeValue.number(value).argumentText == text)
  }
}

@Suite("A rollout's arguments")
struct RunArgumentsTests {
  let object = TreeValue.map(["spec": .map(["replicas": .number(3)])])

  @Test("hashes, fields and literals become values in order; no value is empty text")
  func values() throws {
    let resolved = try RunArguments.resolve(
      [
        .init("a", .literal("x")), .init("b", .latestHash), .init("c", .stableHash),
        .init("d", .field("spec.replicas")), .init("e", nil),
      ], latest: "new", stable: "old", object: object)
    #expect(resolved.map(\.value) == ["x", "new", "old", "3", ""])
    #expect(resolved.map(\.name) == ["a", "b", "c", "d", "e"])
  }

  @Test("the stable hash without a stable ReplicaSet is an error")
  func noStable() {
    #expect(throws: RunArguments.Problem.noStableRevision(argument: "c")) {
      try RunArguments.resolve([.init("c", .stableHash)], latest: "n", stable: nil, object: object)
    }
  }

  @Test("only the last field decides whether a bad path is an error")
  func lastFieldDecides() throws {
    let forgotten = try RunArguments.resolve(
      [.init("a", .field("spec.nope")), .init("b", .field("spec.replicas"))], latest: "n",
      stable: nil, object: object)
    #expect(forgotten.map(\.value) == ["", "3"])
    #expect(throws: RunArguments.Problem.self) {
      try RunArguments.resolve(
        [.init("b", .field("spec.replicas")), .init("a", .field("spec.nope"))], latest: "n",
        stable: nil, object: object)
    }
  }

  @Test("a bad metadata path is an error even when a later field can be read")
  func metadataFails() {
    #expect(throws: RunArguments.Problem.self) {
      try RunArguments.resolve(
        [.init("a", .field("metadata.nope")), .init("b", .field("spec.replicas"))], latest: "n",
        stable: nil, object: object)
    }
  }
}
