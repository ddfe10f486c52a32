import Testing

/// A rule that finds nothing proves nothing: each must find what it is there for.
@Suite("The architecture rules find what they forbid")
struct ArchitectureMutantTests {
  private func findings(_ text: String, in module: String, path: String = "File.swift") -> [String]
  {
    guard let rules = ModuleRules.all.first(where: { $0.module == module }) else { return [] }
    return SourceFile(path: path, text: text).findings(under: rules)
  }

  @Test(
    "a forbidden import is found however it is written",
    arguments: [
      "import Postgres",
      "public import Postgres",
      "internal import Postgres",
      "@testable import Postgres",
      "@_spi(Inner) public import Postgres",
      "import struct Postgres.Connection",
      "  import Postgres  // for a moment",
      "#if os(Linux)\n  import Postgres\n#endif",
      "import Swift; import Postgres",
    ])
  func imports(text: String) {
    let found = findings(text, in: "RolloutCore")
    #expect(found.count == 1)
    #expect(found.first?.contains("RolloutCore may not import Postgres") == true)
  }

  @Test("an allowed import, and one that is only talked about, are not findings")
  func allowedImports() {
    let text = """
      import EventLog
      public import Logging
      // import Hummingbird
      /* import NIOCore /* import NIOPosix */ import Yams */
      let prose = "import NIOCore"
      let block = \"""
        import NIOCore
        \"""
      let raw = #"import "NIOCore" \\(x)"#
      """
    #expect(findings(text, in: "Application") == [])
  }

  @Test("a public import of C is found where a plain one is allowed")
  func publicC() {
    #expect(findings("import CPostgres", in: "Postgres") == [])
    #expect(findings("public import CPostgres", in: "Postgres").count == 1)
  }

  @Test(
    "unsafe code is found outside its rooms",
    arguments: [
      "let x = unsafe f()",
      "let text = \"\\(unsafe f())\"",
      "final class A: @unchecked Sendable {}",
      "nonisolated(unsafe) var x = 0",
    ])
  func unsafeCode(text: String) {
    #expect(findings(text, in: "Application").count == 1)
    #expect(findings(text, in: "Postgres") == [])
  }

  @Test("the word alone is not unsafe code")
  func unsafeWord() {
    let text = """
      // unsafe is a word
      let policy = "script-src 'unsafe-inline'"
      let unsafely = 1
      """
    #expect(findings(text, in: "Application") == [])
  }

  @Test("unsafe code is found outside its rooms, and left alone inside")
  func unsafeByModule() {
    let text = "let pid = unsafe fork()"
    #expect(findings(text, in: "Postgres", path: "Embedded/Owner.swift") == [])
    #expect(findings(text, in: "PostgresEventLog", path: "Append.swift").count == 1)
  }

  @Test(
    "a clock, randomness or I/O in the core is found",
    arguments: [
      "let now = Date()",
      "let clock = ContinuousClock()",
      "let now = SuspendingClock.now",
      "let n = Int.random(in: 0..<3)",
      "let first = clusters.randomElement()",
      "let order = clusters.shuffled()",
      "var generator = SystemRandomNumberGenerator()",
      "let id = UUID()",
      "Task { }",
      "await log.append(commit)",
      "print(state)",
      "let bucket = name.hashValue % 7",
    ])
  func impure(text: String) {
    #expect(findings(text, in: "RolloutCore").count == 1)
    #expect(findings(text, in: "windlassd") == [])
  }

  @Test("code keeps its lines when comments and strings are blanked")
  func lines() {
    let text = "let a = \"\"\"\n  x \\(f(\")\")) y\n  \"\"\"\n/* b\n */ let c = 1 // d\n"
    let code = SwiftText.code(of: text)
    #expect(code.utf8.count == text.utf8.count)
    #expect(code.split(separator: "\n", omittingEmptySubsequences: false).count == 6)
    #expect(code.contains("(f("))
    #expect(code.contains("let c = 1"))
    #expect(!code.contains("x"))
    #expect(!code.contains("y"))
    #expect(!code.contains("b"))
    #expect(!code.contains("d"))
  }
}
