import ArgoManifests
import Testing

@testable import Scenarios

@Suite("hostile scenario files")
struct HostileTests {
  @Test(
    "what is no scenario is refused with file, line, field and reason",
    arguments: [
      ("", "story.yaml:1: file: holds no scenario"),
      ("- a\n", "story.yaml:1: scenario: must be a mapping with name, clusters and steps"),
      ("name: x\nclusters: [eu]\nsteps: []\nnmae: y\n", "story.yaml:4: nmae: is no known field"),
      (
        "name: x\nclusters: [eu]\nsteps:\n- strat: v1\n",
        "story.yaml:4: steps[0].strat: is no known"
      ),
      (
        "name: x\nclusters: [eu]\nsteps:\n- tick: true\n  expect: {trak: fast}\n",
        "story.yaml:5: steps[0].expect.trak: is no known"
      ),
      (
        "name: x\nclusters: [eu]\nsteps:\n- tick: true\n  expect: {track: slow}\n",
        "story.yaml:5: steps[0].expect.track: must be one of full, fast"
      ),
      (
        "name: x\nclusters: [eu]\nsteps:\n- tick: true\n  expect: {weight: -1}\n",
        "must be 0 to 1000000000, is -1"
      ),
      (
        "name: x\nclusters: [eu]\nsteps:\n- tick: true\n  expect: {between: v1}\n", "must be a list"
      ),
      (
        "name: x\nclusters: [eu]\nsteps:\n- tick: true\n  pause: true\n",
        "has 2 actions (tick, pause)"
      ),
      ("name: x\nclusters: [eu]\nsteps:\n- {}\n", "does nothing"),
      ("name: x\nclusters: [eu]\nsteps:\n- after: -1s\n", "must be a duration"),
      (
        "name: x\nclusters: [eu]\nsteps:\n- after: 99999999999999999999d\n",
        "must be at most 36500 days"
      ),
      ("name: x\nclusters: [eu]\nsteps:\n- after: 1s\n  at: 1s\n", "excludes `at`"),
      (
        "name: x\nclusters: [eu]\nsteps:\n- tick: true\n  cluster: us\n",
        "is no cluster of this scenario"
      ),
      (
        "name: x\nclusters: [eu]\nsteps:\n- tick: true\n  expect-on: {us: {phase: empty}}\n",
        "is no cluster of this scenario"
      ),
      ("name: x\nclusters: [eu]\nsteps:\n- apply: v1\n", "is not under `revisions`"),
      ("name: x\nclusters: [eu, eu]\nsteps: []\n", "is named twice: eu"),
      ("name: x\nclusters: [EU]\nsteps: []\n", "clusters[0]: must be 1 to 63 of a-z"),
      (
        "name: x\nmanifests: [/etc/passwd]\nclusters: [eu]\nsteps: []\n",
        "must be a path relative to this file"
      ),
      ("name: x\nname: y\nclusters: [eu]\nsteps: []\n", "the same key twice"),
      ("name: &a x\nclusters: [*a]\nsteps: []\n", "story.yaml:2: file: has an alias"),
      ("name: !!python/object x\nclusters: [eu]\nsteps: []\n", "has a tag that is not read"),
      ("name: x\nclusters: [eu]\nsteps: [\n", "is no YAML"),
      ("? [a]\n: b\n", "has a key that is a list or a mapping"),
      (
        "name: x\u{7}\nclusters: [eu]\nsteps: []\n",
        "story.yaml:1: file: must not hold the control character 7"
      ),
      ("name: x\rclusters: [eu]\n", "must end its lines with LF or CR LF"),
      ("name: \"x\\nok\"\nclusters: [eu]\nsteps: []\n", "name: must not hold line breaks"),
    ])
  func refused(text: String, reason: String) {
    let issues = Stage.issues(text)
    #expect(issues.contains { $0.contains(reason) }, "\(issues)")
  }

  @Test("two scenarios of a file need two names")
  func names() {
    let one = "name: x\nclusters: [eu]\nsteps: []\n"
    #expect(
      Stage.issues(one + "---\n" + one) == ["story.yaml:5: name: is given twice; first at line 1"])
    #expect(Stage.issues(one + "---\n" + one.replacing("x", with: "y")) == [])
  }

  @Test("every limit is named")
  func limits() {
    let head = "name: x\nclusters: [eu]\nsteps:\n"
    let steps = String(repeating: "- tick: true\n", count: ScenarioLimits.steps + 1)
    #expect(Stage.issues(head + steps).first?.contains("at most 1000 items, has 1001") == true)
    let large = head + "# " + String(repeating: "x", count: ScenarioLimits.fileBytes)
    #expect(Stage.issues(large).first?.contains("must be at most 262144 bytes") == true)
    let deep = "name: " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    #expect(Stage.issues(deep).first?.contains("is nested deeper than 16 levels") == true)
    let name = "name: \(String(repeating: "x", count: 201))\nclusters: [eu]\nsteps: []\n"
    #expect(Stage.issues(name).first?.contains("must have 1 to 200 bytes, has 201") == true)
    let documents = (0...ScenarioLimits.scenarios).map {
      "--- {name: s\($0), clusters: [eu], steps: []}\n"
    }
    #expect(Stage.issues(documents.joined()).first?.contains("more than 200 scenarios") == true)
    let keys = String(repeating: "{}: {}: ", count: 20)
    #expect(Stage.issues(keys).first?.contains("of ']:' and '}:' in one line") == true)
  }

  @Test("at most 50 issues are listed, the rest is counted")
  func issues() throws {
    let text =
      "name: x\nclusters: [eu]\nsteps:\n" + String(repeating: "- nothing: true\n", count: 60)
    let errors = #expect(throws: ManifestErrors.self) { try ScenarioReader.read(Stage.file(text)) }
    #expect(errors?.issues.count == 50)
    // Each step has an unknown field and does nothing.
    #expect(errors?.omitted == 70)
  }

  @Test("bytes that are no UTF-8 are refused with their line")
  func encoding() {
    #expect(
      Stage.issues([UInt8]("name: ok\nx: ".utf8) + [0xFF, 0x0A]) == [
        "story.yaml:2: file: must be UTF-8, is not here"
      ])
  }

  @Test("no cut or flipped byte of a scenario traps", arguments: UInt64(0)..<8)
  func mutations(seed: UInt64) {
    let bytes = Array((Stage.head + ExpectationTests.leaked + "  expect: {runs: [a, b]}\n").utf8)
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(truncatingIfNeeded: state >> 33) % limit
    }
    for _ in 0..<100 {
      var changed = bytes
      for _ in 0...next(3) {
        changed[next(changed.count)] = UInt8(truncatingIfNeeded: next(256))
      }
      let file = SourceFile(
        name: "story.yaml", bytes: Array(changed.prefix(next(changed.count) + 1)))
      do {
        // Most cannot be read; what can is played and rewritten.
        let failures = try Stage.play(file: file).flatMap(\.failures)
        _ = ScenarioUpdate.apply(failures, to: file.bytes)
      } catch {
        continue
      }
    }
  }

  @Test("a manifest that is missing or has no Rollout names the scenario's line")
  func manifests() throws {
    let scenario = try #require(
      try ScenarioReader.read(
        Stage.file("name: x\nmanifests: [a.yaml]\nrevisions: [v1]\nclusters: [eu]\nsteps: []\n")
      ).first)
    let missing = #expect(throws: ManifestErrors.self) {
      try ScenarioRunner.run(scenario, manifests: [:])
    }
    #expect(missing?.description == "story.yaml:2: manifests: is not there: \"a.yaml\"")
    let empty = #expect(throws: ManifestErrors.self) {
      try ScenarioRunner.run(scenario, manifests: ["a.yaml": SourceFile(name: "a.yaml", bytes: [])])
    }
    #expect(empty?.issues.first?.reason.contains("exactly one Rollout, have 0") == true)
  }

  @Test("a story without any application is refused")
  func noApplication() throws {
    let scenario = try #require(
      try ScenarioReader.read(Stage.file("name: x\nclusters: [eu]\nsteps: []\n")).first)
    let error = #expect(throws: ManifestErrors.self) {
      try ScenarioRunner.run(scenario, manifests: [:])
    }
    #expect(error?.issues.first?.field == "application")
  }
}
