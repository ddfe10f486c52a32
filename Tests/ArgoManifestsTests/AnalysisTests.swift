import ArgoManifests
import RolloutCore
import Testing

@Suite("Analyses and their templates")
struct AnalysisTests {
  private func plan(_ texts: String..., more: String = "") throws -> AnalysisPlan {
    let files = [rollout(canary: analysisStep("t", more: more))] + texts
    let set = try ManifestReader.read(
      files.enumerated().map {
        SourceFile(name: "\($0.offset + 1).yaml", bytes: Array($0.element.utf8))
      })
    guard case .analysis(let plan) = set.rollouts.first?.strategy.steps.first else {
      Issue.record("no analysis step")
      return AnalysisPlan(templates: [])
    }
    return plan
  }

  @Test("a metric is read with its limits, conditions and provider")
  func metric() throws {
    let plan = try plan(
      template(
        "t",
        spec: """
            metrics:
            - name: errors
              interval: 10s
              initialDelay: 1m
              count: 5
              failureLimit: "2"
              successCondition: result[0] < 0.05
              failureCondition: result[0] > 0.5
              provider:
                prometheus: {address: http://p, query: up}
          """))
    #expect(
      plan.templates == [
        AnalysisTemplate(
          name: "t",
          metrics: [
            .init(
              name: "errors", interval: .seconds(10), initialDelay: .seconds(60), count: 5,
              failureLimit: 2, successCondition: "result[0] < 0.05",
              failureCondition: "result[0] > 0.5", provider: "prometheus", query: "up")
          ])
      ])
  }

  @Test("templates are found in other files, with their namespace or with none")
  func namespaces() throws {
    for namespace in [nil, "shop"] {
      #expect(try plan(template("t", namespace: namespace)).templates.map(\.name) == ["t"])
    }
    #expect(
      issues(rollout(canary: analysisStep("t")), template("t", namespace: "other")) == [
        "1.yaml:17: spec.strategy.canary.steps[0].analysis.templates[0].templateName: "
          + "AnalysisTemplate \"t\" is not in the given files"
      ])
  }

  @Test("a template of the other scope is named in the refusal")
  func otherScope() {
    #expect(
      issues(rollout(canary: analysisStep("t")), template("t", kind: "ClusterAnalysisTemplate"))
        == [
          "1.yaml:17: spec.strategy.canary.steps[0].analysis.templates[0].templateName: "
            + "AnalysisTemplate \"t\" is not in the given files; ClusterAnalysisTemplate of that "
            + "name is (set clusterScope: true)"
        ])
  }

  @Test("a missing template is not reported while a file could not be read")
  func missingBecauseUnreadable() {
    let found = issues(rollout(canary: analysisStep("t")), "a: [")
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("2.yaml:1: yaml: is no YAML") == true, "\(found)")
  }

  @Test("templates that templates name are included once, and a circle ends")
  func nested() throws {
    let plan = try plan(
      template("t", spec: "  templates: [{templateName: a}, {templateName: b}, {templateName: t}]"),
      template(
        "a",
        spec: "  metrics: [{name: a, provider: {job: {}}}]\n  templates: [{templateName: b}]"),
      template(
        "b",
        spec: "  metrics: [{name: b, provider: {job: {}}}]\n"
          + "  templates: [{templateName: c, clusterScope: true}]"),
      template(
        "c", kind: "ClusterAnalysisTemplate",
        spec: "  metrics: [{name: c, provider: {job: {}}}]\n  templates: [{templateName: a}]"))
    #expect(plan.templates.map(\.name) == ["t", "a", "b", "c"])
    #expect(plan.templates.map(\.clusterScoped) == [false, false, false, true])
  }

  @Test("a template that a template names must exist")
  func nestedMissing() {
    #expect(
      issues(
        rollout(canary: analysisStep("t")), template("t", spec: "  templates: [{templateName: a}]"))
        == [
          "2.yaml:6: spec.templates[0].templateName: AnalysisTemplate \"a\" is not in the given files"
        ])
  }

  @Test("two metrics of one analysis with the same name are refused")
  func sameMetric() {
    #expect(
      issues(
        rollout(
          canary: "      steps:\n"
            + "      - analysis: {templates: [{templateName: a}, {templateName: b}]}"),
        template("a"), template("b")) == [
          "3.yaml:6: spec.metrics[0].name: two metrics of one analysis are named \"m\": the other is "
            + "in AnalysisTemplate \"a\" at 2.yaml:1"
        ])
  }

  @Test("templates that only name each other measure nothing")
  func noMetrics() {
    #expect(
      issues(
        rollout(canary: analysisStep("t")), template("t", spec: "  templates: [{templateName: t}]"))
        == [
          "1.yaml:17: spec.strategy.canary.steps[0].analysis.templates: must have metrics, have none"
        ])
  }

  @Test("a metric uses at most fifty arguments")
  func manyPlaceholders() {
    let names = (0..<51).map { "{{args.a\($0)}}" }.joined()
    #expect(
      issues(template("t", spec: "  metrics: [{name: m, provider: {web: {url: '\(names)'}}}]"))
        == ["1.yaml:6: spec.metrics[0]: must use at most 50 arguments, uses 51"])
  }

  @Test("a template is given once")
  func sameTemplate() {
    #expect(
      issues(template("a"), template("a")) == [
        "2.yaml:1: metadata.name: AnalysisTemplate \"a\" is given twice; first at 1.yaml:1"
      ])
  }

  @Test("too many templates of one analysis are refused")
  func manyTemplates() {
    let references = (0..<21).map { "{templateName: t\($0)}" }.joined(separator: ", ")
    let templates = (0..<21).map {
      template("t\($0)", spec: "  metrics: [{name: m\($0), provider: {job: {}}}]")
    }.joined(separator: "\n---\n")
    let found = issues(
      rollout(canary: analysisStep("t")), template("t", spec: "  templates: [\(references)]"),
      templates)
    #expect(found == ["2.yaml:6: spec.templates: must have at most 20 items, has 21"])
  }

  @Test("arguments: the rollout's value, else the template's; undeclared ones are dropped")
  func arguments() throws {
    let plan = try plan(
      template(
        "t",
        spec: """
            args: [{name: a, value: one}, {name: b, value: two}, {name: c}]
          \(webMetric)
          """),
      more: "          args: [{name: b, value: 'three'}, {name: c, value: ''}, {name: d, value: x}]"
    )
    #expect(
      plan.arguments == [
        .init(name: "a", value: "one"), .init(name: "b", value: "three"),
        .init(name: "c", value: ""),
      ])
  }

  @Test("values that only the cluster knows become tokens")
  func tokens() throws {
    let plan = try plan(
      template(
        "t",
        spec: """
            args:
            - {name: new}
            - {name: region}
            - {name: key, valueFrom: {secretKeyRef: {name: s, key: k}}}
          \(webMetric)
          """),
      more: """
                  args:
                  - {name: new, valueFrom: {podTemplateHashValue: Latest}}
                  - {name: region, valueFrom: {fieldRef: {fieldPath: "metadata.labels['region']"}}}
        """)
    #expect(
      plan.arguments.map(\.value) == [
        "${podTemplateHash.Latest}", "${field.metadata.labels['region']}", "${secret.s/k}",
      ])
  }

  @Test(
    "an argument that cannot be meant is refused",
    arguments: [
      ("{name: a}", ": must have value or valueFrom"),
      ("{name: a, value: 5}", ".value: must be text, is a number; put it in quotes"),
      (
        "{name: a, value: x, valueFrom: {podTemplateHashValue: Latest}}",
        ": must have value or valueFrom, not both"
      ),
      (
        "{name: a, valueFrom: {podTemplateHashValue: Newest}}",
        ".valueFrom.podTemplateHashValue: must be Latest or Stable, is \"Newest\""
      ),
      (
        "{name: a, valueFrom: {secretKeyRef: {name: a, key: b}}}",
        ".valueFrom: must have one of podTemplateHashValue, fieldRef"
      ),
      ("{name: a, valueFrom: {}}", ".valueFrom: must have one of podTemplateHashValue, fieldRef"),
      ("{name: a, valueFrom: {fieldRef: {}}}", ".valueFrom.fieldRef.fieldPath: is missing"),
      (
        "{name: a, value: '${secret.a/b}'}",
        ".value: must not begin like a token (${podTemplateHash., ${field., ${secret.)"
      ),
      ("{value: a}", ".name: is missing"),
    ])
  func refusedArgument(argument: String, expected: String) {
    let found = issues(
      rollout(canary: analysisStep("t", more: "          args: [\(argument)]")), template("t"))
    #expect(
      found == ["1.yaml:18: spec.strategy.canary.steps[0].analysis.args[0]\(expected)"])
  }

  @Test("an argument without a value is refused, naming who declares it")
  func missingArgument() {
    #expect(
      issues(
        rollout(canary: analysisStep("t")),
        template("t", spec: "  args: [{name: a}]\n\(webMetric)")) == [
          "1.yaml:16: spec.strategy.canary.steps[0].analysis.args: must give a value for \"a\", "
            + "which AnalysisTemplate \"t\" declares at 2.yaml:1"
        ])
  }

  @Test("one argument with two values in two templates is refused")
  func conflictingArguments() {
    let found = issues(
      rollout(
        canary: "      steps:\n"
          + "      - analysis: {templates: [{templateName: a}, {templateName: b}]}"),
      template("a", spec: "  args: [{name: x, value: '1'}]\n\(webMetric)"),
      template(
        "b",
        spec: "  args: [{name: x, value: '2'}]\n  metrics: [{name: n, provider: {job: {}}}]"))
    #expect(
      found == [
        "3.yaml:6: spec.args[0]: gives the argument \"x\" another value than a template of the same "
          + "analysis does (used at 1.yaml:16)"
      ])
  }

  @Test("numbers and durations take their arguments, queries and conditions keep them")
  func placeholders() throws {
    let spec = """
        args: [{name: every, value: 5s}, {name: times, value: "3"}, {name: host, value: h}]
        metrics:
        - name: m
          interval: "{{args.every}}"
          count: "{{ args.times }}"
          successCondition: result == "{{args.host}}"
          provider: {web: {url: "http://{{args.host}}/"}}
      """
    let metric = try #require(try plan(template("t", spec: spec)).templates.first?.metrics.first)
    #expect(metric.interval == .seconds(5))
    #expect(metric.count == 3)
    #expect(metric.successCondition == "result == \"{{args.host}}\"")
    #expect(metric.query == "http://{{args.host}}/")
    #expect(
      issues(
        rollout(
          canary: analysisStep("t", more: "          args: [{name: times, value: many}]")),
        template("t", spec: spec)) == [
          "2.yaml:10: spec.metrics[0].count: must be an integer of 0 to 2147483647, is \"many\""
        ])
    #expect(
      issues(
        rollout(
          canary: analysisStep(
            "t",
            more: "          args: [{name: times, valueFrom: {podTemplateHashValue: Latest}}]")),
        template("t", spec: spec)) == [
          "2.yaml:10: spec.metrics[0].count: needs a literal, but \"times\" is "
            + "\"${podTemplateHash.Latest}\""
        ])
  }

  @Test("a placeholder that no template declares is refused, wherever it stands")
  func undeclared() {
    let spec = """
        metrics:
        - name: m
          provider: {job: {spec: {args: ["a {{args.nobody}} b"]}}}
      """
    #expect(
      issues(rollout(canary: analysisStep("t")), template("t", spec: spec)) == [
        "2.yaml:7: spec.metrics[0]: uses {{args.nobody}}, which no template of the analysis declares"
      ])
    #expect(issues(template("t", spec: spec)).isEmpty)
  }

  @Test(
    "a metric that cannot be meant is refused",
    arguments: [
      ("provider: {job: {}}", ".name: is missing"),
      ("name: m", ".provider: is missing: a metric needs one"),
      ("{name: m, provider: {job: }}", ".provider: is empty: a metric needs one"),
      ("{name: m, provider: {job: {}, web: {url: a}}}", ".provider: must be one, not 2"),
      (
        "{name: m, provider: {webb: {}}}",
        ".provider.webb: is no known provider; known are cloudWatch, datadog, graphite, influxdb, job, kayenta, newRelic, plugin, prometheus, skywalking, wavefront, web"
      ),
      ("{name: m, provider: {web: {}}}", ".provider.web.url: is missing"),
      (
        "{name: m, provider: {web: {url: 'https://u:p@h/'}}}",
        ".provider.web.url: must not hold a password, it would be recorded; use an argument from a secretKeyRef"
      ),
      ("{name: m, provider: {prometheus: {address: a}}}", ".provider.prometheus.query: is missing"),
      (
        "{name: m, interval: 60, provider: {job: {}}}",
        ".interval: must be text, is a number; put it in quotes"
      ),
      (
        "{name: m, interval: 5x, provider: {job: {}}}",
        ".interval: must be a duration such as 24h, 1h30m, 30s or 500ms, is \"5x\""
      ),
      ("{name: m, count: -1, provider: {job: {}}}", ".count: must be 0 to 2147483647, is -1"),
      (
        "{name: m, count: 2, provider: {job: {}}}",
        ".interval: is missing: a metric measured 2 times needs one"
      ),
      (
        "{name: m, count: 2, interval: 1s, failureLimit: 3, provider: {job: {}}}",
        ".count: must be at least failureLimit (3), is 2"
      ),
      (
        "{name: m, count: 2, interval: 1s, inconclusiveLimit: 3, provider: {job: {}}}",
        ".count: must be at least inconclusiveLimit (3), is 2"
      ),
      (
        "{name: m, failureLimit: -2, provider: {job: {}}}",
        ".failureLimit: must be -1 to 2147483647, is -2"
      ),
      (
        "{name: m, count: 3, interval: 1s, failureLimit: 2, consecutiveSuccessLimit: 2, provider: {job: {}}}",
        ".count: must be at least failureLimit and consecutiveSuccessLimit together (4), is 3"
      ),
      (
        "{name: m, successCondition: [a], provider: {job: {}}}",
        ".successCondition: must be text, is a list"
      ),
      ("text", ": must be a mapping, is text"),
    ])
  func refusedMetric(metric: String, expected: String) {
    let found = issues(template("t", spec: "  metrics:\n  - \(metric)"))
    #expect(found == ["1.yaml:7: spec.metrics[0]\(expected)"])
  }

  @Test("dry runs of the template and of the rollout are read, and one pattern is given once")
  func dryRun() throws {
    let withDryRun = template("t", spec: "\(webMetric)\n  dryRun: [{metricName: a}]")
    let set = try read(
      rollout(canary: analysisStep("t", more: "          dryRun: [{metricName: '.*'}]")),
      withDryRun)
    guard case .analysis(let plan) = set.rollouts.first?.strategy.steps.first else {
      Issue.record("the first step is no analysis")
      return
    }
    #expect(plan.dryRun == ["a", ".*"])
    #expect(
      issues(
        rollout(canary: analysisStep("t", more: "          dryRun: [{metricName: a}]")),
        withDryRun) == [
          "1.yaml:18: spec.strategy.canary.steps[0].analysis.dryRun[0].metricName: is given twice "
            + "for one analysis: \"a\""
        ])
  }

  @Test("every limit of a metric is read")
  func limits() throws {
    let set = try read(
      rollout(canary: analysisStep("t")),
      template(
        "t",
        spec: """
            metrics:
            - name: m
              count: 9
              interval: 1s
              failureLimit: 2
              inconclusiveLimit: 3
              consecutiveErrorLimit: 1
              consecutiveSuccessLimit: 5
              provider: {job: {}}
          """))
    guard case .analysis(let plan) = set.rollouts.first?.strategy.steps.first,
      let metric = plan.templates.first?.metrics.first
    else {
      Issue.record("the first step is no analysis with a metric")
      return
    }
    #expect(
      [metric.failureLimit, metric.inconclusiveLimit, metric.consecutiveErrorLimit] == [2, 3, 1])
    #expect(metric.consecutiveSuccessLimit == 5)
    #expect(set.ignored.isEmpty)
  }

  @Test("a template without metrics or templates is refused")
  func emptyTemplate() {
    #expect(
      issues(template("t", spec: "  args: []")) == [
        "1.yaml:5: spec.metrics: is missing: a template needs metrics or templates"
      ])
  }
}
