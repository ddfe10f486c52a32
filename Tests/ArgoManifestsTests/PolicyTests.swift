import ArgoManifests
import RolloutCore
import Testing

@Suite("A RolloutPolicy says exactly what it means")
struct PolicyTests {
  @Test("every field is read")
  func full() throws {
    let set = try read(
      policy(
        """
          applications: [shop/web, shop/api]
          clusters:
            names: [eu-1]
            matchLabels: {wave: a, environment: production}
          rollbackWindow:
            revisions: 3
            duration: 1d12h
            counting: promoted
            match: any
            requireStable: false
        """))
    let manifest = try #require(set.policies.first)
    #expect(manifest.applications.map(\.text) == ["shop/web", "shop/api"])
    #expect(
      manifest.policy
        == RolloutPolicy(
          name: "window",
          clusters: ClusterSelector(
            names: [try ClusterName(validating: "eu-1")],
            labels: [.init("environment", "production"), .init("wave", "a")]),
          window: RollbackWindow(
            revisions: 3, duration: .seconds(129_600), counting: .promoted, match: .any,
            requireStable: false)))
  }

  @Test("what is left out means every application, every cluster, and our rule")
  func defaults() throws {
    let set = try read(policy("  rollbackWindow: {duration: 90}"))
    let manifest = try #require(set.policies.first)
    #expect(manifest.applications.isEmpty)
    #expect(
      manifest.policy
        == RolloutPolicy(name: "window", window: RollbackWindow(duration: .seconds(90))))
    #expect(set.policies(for: try ApplicationName(validating: "a/b")) == [manifest.policy])
  }

  @Test("a policy holds for the applications it names")
  func applications() throws {
    let set = try read(
      policy("  applications: [a/b]\n  rollbackWindow: {revisions: 1}"),
      policy("  rollbackWindow: {revisions: 2}", metadata: "{name: other}"))
    let names = { (application: String) throws in
      set.policies(for: try ApplicationName(validating: application)).map(\.name)
    }
    #expect(try names("a/b") == ["window", "other"])
    #expect(try names("a/c") == ["other"])
  }

  @Test(
    "what could quietly widen a window is refused",
    arguments: [
      (
        "rollbackWindow: {revision: 1}", 2,
        ".rollbackWindow.revision: is no known field; known are revisions, duration, counting, match, requireStable"
      ),
      (
        "rollbackWindow: {revisions: 0}", 1,
        ".rollbackWindow.revisions: must be 1 to 2147483647, is 0"
      ),
      (
        "rollbackWindow: {revisions: -3}", 1,
        ".rollbackWindow.revisions: must be 1 to 2147483647, is -3"
      ),
      (
        "rollbackWindow: {revisions: '3'}", 1,
        ".rollbackWindow.revisions: must be a decimal integer, is text"
      ),
      (
        "rollbackWindow: {revisions: 1, duration: }", 1,
        ".rollbackWindow.duration: is empty; give a value or leave it out"
      ),
      ("rollbackWindow: {duration: 0s}", 1, ".rollbackWindow.duration: must be longer than 0"),
      ("rollbackWindow: {duration: -5}", 1, ".rollbackWindow.duration: must be longer than 0"),
      (
        "rollbackWindow: {duration: -5s}", 1,
        ".rollbackWindow.duration: must be a duration such as 7d, 24h, 1h30m, 30s or 500ms, is \"-5s\""
      ),
      (
        "rollbackWindow: {duration: 1.5}", 1,
        ".rollbackWindow.duration: must be a duration such as 24h, is a number"
      ),
      (
        "rollbackWindow: {revisions: 1, counting: all}", 1,
        ".rollbackWindow.counting: must be one of attempted, promoted, registered, is \"all\""
      ),
      (
        "rollbackWindow: {revisions: 1, match: either}", 1,
        ".rollbackWindow.match: must be one of all, any, is \"either\""
      ),
      (
        "rollbackWindow: {revisions: 1, requireStable: no}", 1,
        ".rollbackWindow.requireStable: must be true or false, is text"
      ),
      ("rollbackWindow: {}", 1, ".rollbackWindow: must have revisions, duration or both"),
      (
        "rollbackWindow: {counting: promoted}", 1,
        ".rollbackWindow: must have revisions, duration or both"
      ),
      (
        "rollbackWindow: {revisions: 1}\n  clusters: {}", 1,
        ".clusters: selects nothing; leave it out for every cluster"
      ),
      (
        "rollbackWindow: {revisions: 1}\n  clusters:", 1,
        ".clusters: is empty; give a value or leave it out"
      ),
      (
        "rollbackWindow: {revisions: 1}\n  clusters: {names: []}", 1,
        ".clusters.names: names nothing; leave it out for every cluster"
      ),
      (
        "rollbackWindow: {revisions: 1}\n  clusters: {names: [EU]}", 1,
        ".clusters.names[0]: must be 1 to 63 of a-z, 0-9 and inner '-', is \"EU\""
      ),
      (
        "rollbackWindow: {revisions: 1}\n  clusters: {names: [a, a]}", 1,
        ".clusters.names[1]: is named twice: \"a\""
      ),
      (
        "rollbackWindow: {revisions: 1}\n  clusters: {name: [a]}", 1,
        ".clusters.name: is no known field; known are names, matchLabels"
      ),
      (
        "rollbackWindow: {revisions: 1}\n  clusters: {matchLabels: {}}", 1,
        ".clusters.matchLabels: must have 1 to 20 labels, has 0"
      ),
      (
        "rollbackWindow: {revisions: 1}\n  clusters: {matchLabels: {a: }}", 1,
        ".clusters.matchLabels.a: is missing"
      ),
      (
        "rollbackWindow: {revisions: 1}\n  clusters: {matchLabels: {a: true}}", 1,
        ".clusters.matchLabels.a: must be text, is true or false; put it in quotes"
      ),
      (
        "rollbackWindow: {revisions: 1}\n  clusters: {matchLabels: {é: b}}", 1,
        ".clusters.matchLabels.\\u{00E9}: has a key that is not 1 to 63 of A-Z, a-z, 0-9 and . _ / -"
      ),
      (
        "rollbackWindow: {revisions: 1}\n  applications: []", 1,
        ".applications: names nothing; leave it out for every application"
      ),
      (
        "rollbackWindow: {revisions: 1}\n  applications: [web]", 1,
        ".applications[0]: must be project/name, each 1 to 63 of a-z, 0-9 and inner '-', is \"web\""
      ),
      (
        "rollbackWindow: {revisions: 1}\n  applications: shop/web", 1,
        ".applications: must be a list, is text"
      ),
      (
        "rollbackwindow: {revisions: 1}", 2,
        ".rollbackwindow: is no known field; known are applications, clusters, rollbackWindow, "
          + "emergency, watch, evidence"
      ),
      (
        "applications: [a/b]", 1,
        ".rollbackWindow: is missing, and so are emergency, watch and evidence: the policy says "
          + "nothing"
      ),
      ("emergency: {}", 1, ".emergency.outsideWindow: is missing"),
      (
        "emergency: {outsideWindow: true}", 1,
        ".emergency.outsideWindow: must be text, is true or false; put it in quotes"
      ),
      (
        "emergency: {outsideWindow: maybe}", 1,
        ".emergency.outsideWindow: must be allow or refuse, is \"maybe\""
      ),
      (
        "emergency: {outsideWindow: allow, verificationDeadline: 0s}", 1,
        ".emergency.verificationDeadline: must be longer than 0"
      ),
      ("watch: {onFailure: rollback}", 1, ".watch.duration: is missing"),
      (
        "watch: {duration: 1h, onFailure: abort}", 1,
        ".watch.onFailure: must be one of record, rollback, is \"abort\""
      ),
      ("evidence: {}", 1, ".evidence: must have appearance, objectsMax or both"),
      (
        "evidence: {objectsMax: 0}", 1, ".evidence.objectsMax: must be 1 to 10000, is 0"
      ),
    ])
  func refused(spec: String, count: Int, expected: String) {
    let found = issues(policy("  \(spec)"))
    #expect(found.count == count)
    #expect(
      found.contains { $0.hasSuffix(": spec\(expected)") && $0.hasPrefix("1.yaml:") },
      "\(found)")
  }

  @Test("a policy is named, once, and has no fields but its own")
  func metadata() {
    let spec = "  rollbackWindow: {revisions: 1}"
    #expect(issues(policy(spec, metadata: "{}")) == ["1.yaml:3: metadata.name: is missing"])
    #expect(
      issues(policy(spec, metadata: "{name: A}")) == [
        "1.yaml:3: metadata.name: must be 1 to 63 of a-z, 0-9 and inner '-', is \"A\""
      ])
    #expect(
      issues(policy(spec, metadata: "{name: a, namespace: b}")) == [
        "1.yaml:3: metadata.namespace: is no known field; known are name, labels, annotations"
      ])
    #expect(
      issues(policy(spec), policy(spec)) == [
        "2.yaml:3: metadata.name: policy window is given twice; first at 1.yaml:1"
      ])
    #expect(issues("apiVersion: windlass/v1\nkind: RolloutPolicy\nmetadata: {name: a}").count == 2)
  }

  @Test("emergency, watch and evidence are read, each with its standard")
  func parts() throws {
    let parse = { (spec: String) throws -> RolloutPolicy in
      let set = try read(policy("  \(spec)"))
      return try #require(set.policies.first?.policy)
    }
    let full = try parse(
      "emergency: {outsideWindow: allow, verificationDeadline: 2h}\n"
        + "  watch: {duration: 1h, onFailure: rollback}\n"
        + "  evidence: {appearance: 90s, objectsMax: 3}")
    #expect(full.window == nil)
    #expect(
      full.emergency
        == EmergencyRule(allowedOutsideWindow: true, verificationDeadline: .seconds(7_200)))
    #expect(full.watch == WatchRule(duration: .seconds(3_600), onFailure: .rollback))
    #expect(full.evidence == EvidenceRule(appearance: .seconds(90), objectsMax: 3))
    let standard = try parse("emergency: {outsideWindow: refuse}\n  watch: {duration: 5m}")
    #expect(standard.emergency == EmergencyRule(allowedOutsideWindow: false))
    #expect(standard.watch == WatchRule(duration: .seconds(300), onFailure: .record))
    #expect(standard.evidence == nil)
    #expect(
      try parse("evidence: {objectsMax: 3}").evidence
        == EvidenceRule(appearance: EvidenceRule.standard.appearance, objectsMax: 3))
  }
}
