import ArgoManifests
import Testing

@Suite("YAML is read within bounds")
struct YAMLTests {
  private func reasons(_ bytes: [UInt8]) -> [String] {
    do {
      _ = try ManifestReader.read([SourceFile(name: "f", bytes: bytes)])
      return []
    } catch {
      return error.issues.map(\.description)
    }
  }

  private func document(_ body: String) -> String {
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n\(body)"
  }

  @Test("a byte order mark and CRLF are read")
  func harmless() throws {
    let text = rollout().split(separator: "\n").joined(separator: "\r\n")
    #expect(reasons([0xEF, 0xBB, 0xBF] + Array(text.utf8)).isEmpty)
    let broken = rollout(canary: "      steps: 5").split(separator: "\n").joined(separator: "\r\n")
    #expect(
      reasons(Array(broken.utf8)) == [
        "f:15: spec.strategy.canary.steps: must be a list, is a number"
      ])
  }

  @Test(
    "what is no text is refused with its line",
    arguments: [
      ([0x61, 0x3A, 0x0A, 0xFF, 0x0A], "f:2: file: must be UTF-8, is not here"),
      ([0x61, 0x0A, 0x0A, 0xC3], "f:3: file: must be UTF-8, is not here"),
      ([0xED, 0xA0, 0x80], "f:1: file: must be UTF-8, is not here"),
      ([0x61, 0x0A, 0x00], "f:2: file: must not hold the control character 0"),
      ([0x1B, 0x5B], "f:1: file: must not hold the control character 27"),
      ([0xFE, 0xFF, 0x00, 0x61], "f:1: file: must be UTF-8, looks like UTF-16"),
    ] as [([UInt8], String)])
  func noText(bytes: [UInt8], expected: String) {
    #expect(reasons(bytes) == [expected])
  }

  @Test(
    "what is no YAML that JSON could say is refused with its line",
    arguments: [
      ("a: 1\n\tb: 2", "f:2: yaml: is no YAML"),
      ("a: [1", "f:1: yaml: is no YAML"),
      ("a: 1\na: 2", "f:1: yaml: has the same key twice in one mapping: \"a\""),
      ("a: 1\n!!int a: 2", "f:2: yaml: has the same key twice in one mapping: \"a\""),
      ("a: {b: 1, b: 2}", "f:1: yaml: has the same key twice in one mapping: \"b\""),
      ("a: \"\\0\"", "f:1: yaml: holds a NUL"),
      ("\"\\0\": a", "f:1: yaml: has a key that is empty or holds a NUL"),
      ("? [a]\n: b", "f:1: yaml: has a key that is a list or a mapping"),
      ("a: !!binary aGk=", "f:1: yaml: has a tag that is not read: \"tag:yaml.org,2002:binary\""),
      ("a: !Ref b", "f:1: yaml: has a tag that is not read: \"!Ref\""),
      ("a: !custom {b: c}", "f:1: yaml: has a tag that is not read: \"!custom\""),
      ("a: *b", "f:1: yaml: is no YAML"),
      ("a: &b [*b]", "f:1: yaml: is no YAML"),
      ("a: 1\n<<: 5", "f:2: yaml: merges ('<<') something that is no mapping"),
      ("a: \u{FFFE}", "f:1: yaml: is no YAML"),
      ("{{ .Values.a }}: 5", "f:1: yaml: "),
    ])
  func noYAML(text: String, expected: String) {
    let found = reasons(Array(text.utf8))
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix(expected) == true, "\(found)")
  }

  @Test("a few aliases and merge keys are read as what they stand for")
  func aliases() throws {
    let set = try read(
      """
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata: &meta {name: a}
      spec:
        template:
          metadata: *meta
          spec:
            containers:
            - &base {name: a, image: a:1}
            - {<<: *base, name: b}
            - {<<: [*base, {image: other}], name: c}
        strategy: {canary: {}}
      """)
    #expect(set.rollouts.first?.images == ["a:1", "a:1", "a:1"])
  }

  @Test("aliases that could expand without end are refused before they are read")
  func laughs() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let items = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    #expect(
      reasons(Array(text.utf8)) == [
        "f:1: file: has too many aliases (*name) for its size: 81 could expand beyond 1048576 "
          + "bytes; write the values out"
      ])
  }

  @Test("stars and ampersands in text are no aliases")
  func noAliases() {
    let lines = (0..<200).map { "  k\($0): 'a && b; ls *.txt; x=&y; SELECT *'" }
    #expect(reasons(Array(document("data:\n" + lines.joined(separator: "\n")).utf8)).isEmpty)
  }

  @Test("aliases within the bound still count for what they expand to")
  func expanded() {
    let items = Array(repeating: "x", count: 60_000).joined(separator: ",")
    #expect(
      reasons(Array(document("a: &a [\(items)]\nb: *a\nc: *a\nd: *a").utf8)) == [
        "f:4: yaml: has more than 200000 values in one document"
      ])
  }

  @Test("explicit complex keys inside each other are refused")
  func complexKeys() {
    let text = String(repeating: "? ", count: 400_000) + "a"
    let found = reasons(Array(text.utf8))
    #expect(found == ["f:1: file: has too many complex keys ('? '): 400000"])
    #expect(reasons(Array((String(repeating: "? ", count: 900) + "a").utf8)).count == 1)
  }

  @Test("complex keys in one line are bounded, and text may look like some")
  func flowKeys() {
    let nested = { (depth: Int) in
      String(repeating: "{", count: depth) + "a" + String(repeating: "}: 1", count: depth)
    }
    #expect(reasons(Array(nested(16).utf8)).first?.contains("a key that is a list") == true)
    #expect(
      reasons(Array("a: b\n\(nested(17))".utf8)) == [
        "f:2: file: has more than 16 of ']:' and '}:' in one line"
      ])
    let lines = Array(repeating: "    {{ .a }}: [[:alpha:]]: ${b}:${c}", count: 1_000)
    #expect(reasons(Array(document("data: |\n" + lines.joined(separator: "\n")).utf8)).isEmpty)
  }

  @Test(
    "nesting is at most 64 deep, however it is written",
    arguments: [
      { (depth: Int) in
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      },
      { depth in String(repeating: "{a: ", count: depth) + String(repeating: "}", count: depth) },
      { depth in String(repeating: "- ", count: depth) + "a" },
      { depth in (0..<depth).map { String(repeating: " ", count: $0) + "a:\n" }.joined() },
    ] as [@Sendable (Int) -> String])
  func depth(nested: @Sendable (Int) -> String) {
    #expect(reasons(Array(document("x:\n" + indent(nested(60))).utf8)).isEmpty)
    #expect(
      reasons(Array(document("x:\n" + indent(nested(66))).utf8)).first?
        .hasSuffix("is nested deeper than 64 levels") == true)
    #expect(reasons(Array(nested(900).utf8)).count == 1)
    #expect(reasons(Array(nested(1_300).utf8)).count == 1)
  }

  private func indent(_ text: String) -> String {
    text.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
  }

  @Test("the parser's own bound holds for a megabyte of brackets")
  func brackets() {
    for opening in ["[", "{", "[{a: ", "- ", "-\n"] {
      let count = 1_000_000 / opening.utf8.count
      #expect(reasons(Array(String(repeating: opening, count: count).utf8)).count == 1)
    }
  }

  @Test("a huge scalar is read where it does not matter and refused where it does")
  func hugeScalar() {
    let huge = String(repeating: "a", count: 1_000_000)
    #expect(reasons(Array(document("data: \(huge)").utf8)).isEmpty)
    #expect(
      reasons(Array(rollout(image: huge).utf8)) == [
        "f:12: spec.template.spec.containers[0].image: must have 1 to 512 bytes, has 1000000"
      ])
    let found = reasons(Array(rollout(name: huge).utf8))
    #expect(found == ["f:4: metadata.name: must have 1 to 253 bytes, has 1000000"])
  }

  @Test("files and their sum are bounded")
  func sizes() {
    let comment = { (count: Int) in [UInt8](repeating: UInt8(ascii: "#"), count: count) }
    #expect(reasons(comment(1 << 20)).isEmpty)
    #expect(
      reasons(comment((1 << 20) + 1)) == ["f:1: file: must be at most 1048576 bytes, has 1048577"])
    let many = (0..<5).map { SourceFile(name: "\($0)", bytes: comment(900_000)) }
    #expect(throws: ManifestErrors.self) { try ManifestReader.read(many) }
    let files = (0..<1_001).map { SourceFile(name: "\($0)", bytes: []) }
    #expect(throws: ManifestErrors.self) { try ManifestReader.read(files) }
    #expect(throws: Never.self) { try ManifestReader.read([]) }
  }

  @Test("documents, rollouts and metrics are bounded")
  func counts() {
    let empty = Array(repeating: "--- {apiVersion: v1, kind: A}\n", count: 2_001).joined()
    #expect(reasons(Array(empty.utf8)).first?.hasSuffix("has more than 2000 documents") == true)
    let rollouts = (0..<101).map { rollout(name: "r\($0)") }.joined(separator: "\n---\n")
    #expect(
      reasons(Array(rollouts.utf8)).first?.hasSuffix("more than 100 Rollouts in all files") == true)
    let metrics = (0..<50).map { "{name: m\($0), provider: {job: {}}}" }.joined(separator: ", ")
    let steps = Array(
      repeating: "{analysis: {templates: [{templateName: t}]}}", count: 100
    ).joined(separator: ", ")
    let text =
      (0..<3).map { rollout(canary: "      steps: [\(steps)]", name: "r\($0)") }
      .joined(separator: "\n---\n") + "\n---\n" + template("t", spec: "  metrics: [\(metrics)]")
    #expect(
      reasons(Array(text.utf8)).first?
        .hasSuffix("more than 10000 metrics in the analyses of all rollouts") == true)
  }

  @Test("all issues are found, in order, at most fifty of them")
  func manyIssues() throws {
    let steps = (0..<60).map { _ in "      - setWeight: 200" }.joined(separator: "\n")
    do {
      _ = try read("a: [", rollout(canary: "      steps:\n" + steps))
      Issue.record("nothing was refused")
    } catch {
      #expect(error.issues.count == 50)
      #expect(error.omitted == 11)
      #expect(error.issues.first?.location.file == "1.yaml")
      let lines = error.issues.dropFirst().map(\.location.line)
      #expect(lines == Array(16...64))
      #expect(error.description.hasSuffix("\nand 11 more"))
    }
  }

  @Test("foreign text in a message is short and harmless to a terminal")
  func messages() {
    let found = issues(
      rollout(canary: "      steps:\n      - \"a\\e[31m\\u202E\": 1"),
      policy("  \"\\e]0;x\\a\(String(repeating: "k", count: 500))\": 1"))
    #expect(found.count == 3, "\(found)")
    #expect(found.allSatisfy { $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } })
    #expect(found.allSatisfy { $0.utf8.count < 300 })
  }
}
