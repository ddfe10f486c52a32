import Testing

@Suite("docs/cli.md follows the command line")
struct CommandLineDocumentationTests {
  @Test("it has every command, and no other")
  func commands() throws {
    var declared: Set<String> = []
    for file in try Repository.swiftSources(of: "windlass/Commands") {
      for match in file.matches(of: /commandName: "([a-z-]+)"/) { declared.insert(String(match.1)) }
    }
    let page = try Repository.text("docs/cli.md")
    #expect(!declared.isEmpty)
    var documented: Set<String> = []
    for row in page.matches(of: /(?m)^\| (`[a-z].*?) \|/) {
      for match in row.1.matches(of: /`([a-z][a-z-]*) ?[^`]*`/) {
        documented.insert(String(match.1))
      }
    }
    #expect(documented == declared)
  }

  @Test("it has every exit code, and no other")
  func exitCodes() throws {
    let source = try Repository.text("Sources/windlass/Ending.swift")
    let declared = source.matches(of: /(?m)^\s*case \w+ = (\d+)/).map { String($0.1) }
    let documented = try Repository.text("docs/cli.md").matches(of: /(?m)^\| (\d+) \|/)
      .map { String($0.1) }
    #expect(!declared.isEmpty)
    #expect(documented.sorted() == declared.sorted())
  }
}
