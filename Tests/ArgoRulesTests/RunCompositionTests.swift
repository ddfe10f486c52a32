import ArgoRules
import Testing

@Suite("Templates become one run")
struct RunCompositionTests {
  typealias Reference = AnalysisBlock.TemplateReference

  @Test("references are followed depth first, each template once, cluster-wide ones last")
  func order() throws {
    let known = [
      AnalysisTemplate("a", references: [Reference("c"), Reference("wide", clusterScope: true)]),
      AnalysisTemplate("b", references: [Reference("c")]), AnalysisTemplate("c"),
      AnalysisTemplate("wide", clusterScope: true, references: [Reference("d")]),
      AnalysisTemplate("d"),
    ]
    let used = try RunComposition.templates([Reference("a"), Reference("b")], among: known)
    #expect(used.map(\.name) == ["a", "c", "d", "b", "wide"])
  }

  @Test("a namespaced and a cluster-wide template of one name are two")
  func scopes() throws {
    let known = [AnalysisTemplate("x"), AnalysisTemplate("x", clusterScope: true)]
    let used = try RunComposition.templates(
      [Reference("x", clusterScope: true), Reference("x"), Reference("x")], among: known)
    #expect(used.map(\.clusterScope) == [false, true])
  }

  @Test(
    "a template that is not there is named as Kubernetes does",
    arguments: [
      (false, "analysistemplate.argoproj.io \"x\" not found"),
      (true, "clusteranalysistemplate.argoproj.io \"x\" not found"),
    ])
  func unknown(wide: Bool, text: String) {
    #expect {
      try RunComposition.templates([Reference("x", clusterScope: wide)], among: [])
    } throws: {
      ($0 as? RunComposition.Problem)?.description == text
    }
  }

  @Test("templates that refer to each other in a circle are refused")
  func circle() {
    let known = [
      AnalysisTemplate("a", references: [Reference("b")]),
      AnalysisTemplate("b", references: [Reference("a")]),
    ]
    #expect(throws: RunComposition.Problem.circularReference(Reference("a"))) {
      try RunComposition.templates([Reference("a")], among: known)
    }
  }

  @Test("versions without nested templates do not follow references")
  func withoutNesting() throws {
    let known = [AnalysisTemplate("a", references: [Reference("b")])]
    let used = try RunComposition.templates(
      [Reference("a")], among: known, followingReferences: false)
    #expect(used.map(\.name) == ["a"])
  }

  @Test("all metrics go into one run, in the order of the templates")
  func metrics() throws {
    let content = try RunComposition.content(of: [
      AnalysisTemplate("a", metrics: [.init("m1"), .init("m2")]),
      AnalysisTemplate("b", metrics: [.init("m3")]),
    ])
    #expect(content.metrics.map(\.name) == ["m1", "m2", "m3"])
  }

  @Test("what contradicts itself is refused with Argo's text")
  func contradictions() {
    func text(_ templates: [AnalysisTemplate], dryRun: [String] = []) -> String? {
      do {
        _ = try RunComposition.content(of: templates, dryRun: dryRun)
        return nil
      } catch { return error.description }
    }
    #expect(
      text([
        AnalysisTemplate("a", metrics: [.init("m")]), AnalysisTemplate("b", metrics: [.init("m")]),
      ]) == "two metrics have the same name 'm'")
    #expect(
      text([
        AnalysisTemplate("a", arguments: [.init("x", value: "1")]),
        AnalysisTemplate("b", arguments: [.init("x", value: "2")]),
      ]) == "Argument `x` specified multiple times with different values: '1', '2'")
    #expect(
      text([AnalysisTemplate("a", dryRun: [".*", ".*"])])
        == "two Dry-Run metric rules have the same name '.*'")
    #expect(
      text([AnalysisTemplate("a", dryRun: ["m"])], dryRun: ["m"])
        == "two Dry-Run metric rules have the same name 'm'")
    #expect(
      text([
        AnalysisTemplate("a", retention: [.init("m", limit: 1), .init("m", limit: 2)])
      ]) == "two Measurement Retention metric rules have the same name 'm'")
    #expect(
      text([AnalysisTemplate("a", arguments: [.init("x")])]) == "args.x was not resolved")
  }

  @Test("one value beats none, equal values agree, the last without a value stands")
  func declared() throws {
    let secret = RunArgument("x", origin: .secret(name: "s", key: "k"))
    let content = try RunComposition.content(of: [
      AnalysisTemplate("a", arguments: [.init("x"), .init("y", value: "1")]),
      AnalysisTemplate("b", arguments: [secret, .init("y", value: "1"), .init("y")]),
    ])
    #expect(content.arguments == [secret, .init("y", value: "1")])
  }

  @Test("a given value replaces the default, an undeclared name is dropped")
  func given() throws {
    let content = try RunComposition.content(
      of: [AnalysisTemplate("a", arguments: [.init("x", value: "default"), .init("y")])],
      arguments: [.init("y", value: ""), .init("x", value: "mine"), .init("z", value: "?")])
    #expect(content.arguments == [.init("x", value: "mine"), .init("y", value: "")])
  }

  @Test("rules of the caller come before those of the templates")
  func rules() throws {
    let content = try RunComposition.content(
      of: [AnalysisTemplate("a", dryRun: ["t"], retention: [.init("t", limit: 1)])],
      dryRun: ["c"], retention: [.init("c", limit: 2)])
    #expect(content.dryRun == ["c", "t"])
    #expect(content.retention.map(\.metricName) == ["c", "t"])
  }

  @Test("two contents have one digest exactly when they are equal")
  func digest() {
    let contents = [
      RunContent(), RunContent(dryRun: ["ab"]), RunContent(dryRun: ["a", "b"]),
      RunContent(metrics: [.init("ab")]), RunContent(arguments: [.init("a")]),
      RunContent(arguments: [.init("a", value: "")]),
      RunContent(arguments: [.init("a", origin: .field(path: "p"))]),
      RunContent(arguments: [.init("a", origin: .secret(name: "p", key: ""))]),
      RunContent(retention: [.init("a", limit: 1)]), RunContent(retention: [.init("a", limit: 2)]),
    ]
    for (index, left) in contents.enumerated() {
      for (other, right) in contents.enumerated() {
        #expect((left.digest == right.digest) == (index == other))
      }
    }
  }
}
