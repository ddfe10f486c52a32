import Analysis
import Testing

@Suite("Arguments and templates")
struct ArgumentTests {
  private func template(
    _ name: String, _ arguments: [RunArgument] = [], _ metrics: [String] = [],
    dryRun: [String] = [], retention: [String] = [], references: [String] = [],
    cluster: Bool = false
  ) -> TemplateSpecification {
    TemplateSpecification(
      .init(name: name, isClusterScoped: cluster), arguments: arguments,
      metrics: metrics.map { metric($0) }, dryRun: dryRun.map { DryRunRule(metricName: $0) },
      measurementRetention: retention.map { RetentionRule(metricName: $0, limit: 1) },
      references: references.map { .init(name: $0) })
  }

  private func failure(
    _ templates: [TemplateSpecification], given: [GivenArgument] = [], dryRun: [String] = [],
    retention: [String] = [], in context: ArgumentContext = ArgumentContext()
  ) -> String? {
    do throws(CompositionError) {
      _ = try RunSpecification.composed(
        of: templates, given: given, dryRun: dryRun.map { DryRunRule(metricName: $0) },
        measurementRetention: retention.map { RetentionRule(metricName: $0, limit: 1) }, in: context
      )
      return nil
    } catch {
      return error.description
    }
  }

  @Test("all metrics of all templates go into one run, in order")
  func metrics() throws {
    let run = try RunSpecification.composed(of: [
      template("a", [], ["x", "y"]), template("b", [], ["z"]),
    ])
    #expect(run.metrics.map(\.name) == ["x", "y", "z"])
  }

  @Test("a value that the rollout gives replaces the default; a name not declared is dropped")
  func overrides() throws {
    let run = try RunSpecification.composed(
      of: [template("a", [.init(name: "p", value: "1"), .init(name: "q", value: "2")])],
      given: [
        .init(name: "p", .literal("9")), .init(name: "unknown", .literal("8")),
      ])
    #expect(run.arguments == [.init(name: "p", value: "9"), .init(name: "q", value: "2")])
  }

  @Test("hashes and fields of the rollout become values")
  func sources() throws {
    let context = ArgumentContext(
      latestHash: "new", stableHash: "old",
      rollout: .map([
        "metadata": .map([
          "name": .text("shop"), "labels": .map(["region": .text("eu"), "app": .text("a\"b")]),
        ]),
        "spec": .map(["replicas": .number(3), "list": .list([.map(["x": .bool(true)])])]),
      ]))
    for (source, value) in [
      (.latestHash, "new"), (.stableHash, "old"), (.field("metadata.name"), "shop"),
      (.field("metadata.labels['region']"), "eu"), (.field("metadata.labels['none']"), ""),
      (.field("metadata.labels"), "app=\"a\\\"b\"\nregion=\"eu\""),
      (.field("spec.replicas"), "3"), (.field("spec.list[0].x"), "true"),
    ] as [(GivenArgument.Source, String)] {
      #expect(try context.text(of: source) == value)
    }
    for (path, message) in [
      ("spec.list[9].x", "index 9 out of range"), ("spec.list[a].x", "invalid index 'a'"),
      ("spec.list[-1].x", "index -1 out of range"),
      ("spec.none", "invalid path spec.none in rollout"),
      ("spec.replicas.x", "invalid path spec.replicas.x in rollout"),
      ("spec.list", "path spec.list in rollout must terminate in a primitive value"),
      ("metadata.generation", "unsupported fieldPath: metadata.generation"),
      ("", "path  in rollout must terminate in a primitive value"),
    ] {
      #expect(
        failure([], given: [.init(name: "p", .field(path))], in: context) == message, "\(path)")
    }
  }

  @Test(
    "numbers of the rollout are printed as Go prints floats",
    arguments: [
      (0, "0"), (3, "3"), (-1.5, "-1.5"), (100_000, "100000"), (1_000_000, "1e+06"),
      (123_456_789, "1.23456789e+08"), (0.0001, "0.0001"), (0.00001, "1e-05"), (1e100, "1e+100"),
      (0.1, "0.1"), (12.25, "12.25"),
    ] as [(Double, String)])
  func numbers(value: Double, text: String) throws {
    let context = ArgumentContext(rollout: .map(["n": .number(value)]))
    #expect(try context.text(of: .field("n")) == text)
  }

  @Test("conflicts are errors")
  func conflicts() {
    #expect(
      failure([template("a", [], ["x"]), template("b", [], ["x"])])
        == "two metrics have the same name 'x'")
    #expect(
      failure([
        template("a", [.init(name: "p", value: "1")]),
        template("b", [.init(name: "p", value: "2")]),
      ]) == "Argument `p` specified multiple times with different values: '1', '2'")
    #expect(
      failure([template("a", dryRun: ["x"]), template("b", dryRun: ["x"])])
        == "two Dry-Run metric rules have the same name 'x'")
    #expect(
      failure([template("a", dryRun: ["x"])], dryRun: ["x"])
        == "two Dry-Run metric rules have the same name 'x'")
    #expect(
      failure([template("a", retention: ["x"])], retention: ["x"])
        == "two Measurement Retention metric rules have the same name 'x'")
    #expect(failure([template("a", [.init(name: "p")])]) == "args.p was not resolved")
  }

  @Test("the same argument with the same value, or with one value only, is no conflict")
  func noConflicts() throws {
    let run = try RunSpecification.composed(of: [
      template("a", [.init(name: "p"), .init(name: "q", value: "1")]),
      template("b", [.init(name: "p", value: "2"), .init(name: "q", value: "1")]),
    ])
    #expect(run.arguments.map(\.value) == ["2", "1"])
  }

  @Test("nested templates are found once each, in order, and rings are harmless")
  func nesting() throws {
    let all = [
      template("a", references: ["b", "c"]), template("b", references: ["a", "c"]),
      template("c", references: ["c"]),
    ]
    let found = try TemplateSpecification.expanded([.init(name: "a"), .init(name: "b")]) { key in
      all.first { $0.key == key }
    }
    #expect(found.map(\.key.name) == ["a", "b", "c"])
    #expect(throws: CompositionError("analysistemplate.argoproj.io \"z\" not found")) {
      try TemplateSpecification.expanded([.init(name: "z")]) { _ in nil }
    }
  }

  @Test("placeholders are replaced in every field, blanks inside the braces or not")
  func substitution() throws {
    var specification = metric(
      "m-{{args.a}}", interval: "{{ args.b }}", initialDelay: "{{args.b}}",
      success: "result > {{args.a}} && {{args.a}}", failure: "{{args.quote}}",
      providers: [
        Provider(.web, settings: [.init(path: "url", value: "http://{{args.a}}/{{args.a}}")])
      ])
    specification.count = .text("{{args.a}}")
    specification.failureLimit = .text("{{args.a}}")
    let result = try Substitution([
      .init(name: "a", value: "5"), .init(name: "b", value: "10s"),
      .init(name: "quote", value: "\"\n{{args.a}}"),
    ]).metric(specification)
    #expect(result.name == "m-5")
    #expect(result.interval == "10s" && result.initialDelay == "10s")
    #expect(result.count == .text("5") && result.failureLimit == .text("5"))
    #expect(result.successCondition == "result > 5 && 5")
    // What a value holds is not looked into.
    #expect(result.failureCondition == "\"\n{{args.a}}")
    #expect(result.providers?.first?.settings.first?.value == "http://5/5")
  }

  @Test(
    "what cannot be resolved makes the run an Error",
    arguments: [
      ("{{args.x}}", "Unable to resolve metric arguments: failed to resolve {{args.x}}"),
      ("{{ args.x }}", "Unable to resolve metric arguments: failed to resolve {{ args.x }}"),
      ("{{args.x}} {{y}}", "Unable to resolve metric arguments: failed to resolve {{y}}"),
      (
        "a {{args.x",
        "Unable to resolve metric arguments: Cannot find end tag=\"}}\" in the template="
          + "\"a {{args.x\" starting from \"args.x\""
      ),
    ])
  func unresolved(condition: String, message: String) {
    let specification = RunSpecification(metrics: [metric(success: condition)])
    #expect(refusal(specification) == message)
    let state = RunState(refused: RunRefusal(message: message))
    #expect(state.phase == .error && state.message == message)
    #expect(state.completedAt == nil)
  }

  @Test("an argument without a value is an error, whether it is used or not")
  func notSupplied() {
    #expect(
      refusal(RunSpecification(metrics: [metric()], arguments: [.init(name: "p")]))
        == "Unable to resolve metric arguments: argument \"p\" was not supplied")
  }

  @Test("arguments are resolved before the metrics are checked")
  func order() {
    var wrong = metric(count: 1)
    wrong.failureLimit = .text("{{args.limit}}")
    let arguments = [RunArgument(name: "limit", value: "2")]
    #expect(
      refusal(RunSpecification(metrics: [wrong], arguments: arguments))
        == "Analysis spec invalid: metrics[0]: count must be >= failureLimit")
    #expect(refusal(RunSpecification(metrics: [])) == "Analysis spec invalid: no metrics specified")
  }

  @Test("a secret is a placeholder until it is measured, and is redacted from texts")
  func secrets() throws {
    let secret = RunArgument(name: "token", secret: .init(name: "s", key: "k"))
    #expect(try Substitution([secret]).text("x{{args.token}}") == "xtemp-for-secret")
    let redact = Redaction(secrets: ["abc", "", "abcd"])
    #expect(redact("abc abcd x") == "***** ***** x")
    #expect(redact("") == "")
  }

  @Test("values cannot blow a metric up")
  func size() {
    let large = RunArgument(name: "a", value: String(repeating: "x", count: 100_000))
    let wrong = metric(success: String(repeating: "{{args.a}}", count: 1_000))
    #expect(
      refusal(RunSpecification(metrics: [wrong], arguments: [large]))
        == "Unable to resolve metric arguments: metric is larger than 1048576 bytes with its "
        + "arguments")
  }
}
