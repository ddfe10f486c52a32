/// One Swift file of a module, and the findings of the rules on it.
struct SourceFile {
  /// Inside the module, for example `Window/WindowRule.swift`.
  let path: String
  let code: String

  /// - Parameter text: the file as it is on disk.
  init(path: String, text: String) {
    self.path = path
    code = SwiftText.code(of: text)
  }

  struct Import: Equatable {
    let module: String
    let isPublic: Bool
    let line: Int
  }

  var imports: [Import] {
    lines(with: ["import"]).flatMap { number, line in
      line.matches(of: Self.importing).map { match in
        Import(module: String(match.2), isPublic: match.1 == "public", line: number)
      }
    }
  }

  /// Everything in this file that the rules of its module forbid, as `path:line: what`.
  func findings(under rules: ModuleRules) -> [String] {
    importFindings(under: rules) + unsafeFindings(under: rules) + purityFindings(under: rules)
  }

  private func importFindings(under rules: ModuleRules) -> [String] {
    imports.flatMap { found -> [String] in
      var findings: [String] = []
      if !rules.allowed.contains(found.module) {
        findings.append("\(path):\(found.line): \(rules.module) may not import \(found.module)")
      }
      if found.isPublic, ModuleRules.c.subtracting(rules.handsOut).contains(found.module) {
        findings.append("\(path):\(found.line): \(found.module) is imported publicly")
      }
      return findings
    }
  }

  private func unsafeFindings(under rules: ModuleRules) -> [String] {
    guard !rules.unsafeFiles.contains(where: { path.hasPrefix($0) }) else { return [] }
    return lines(with: ["unsafe", "@unchecked"]).compactMap { number, line in
      guard line.firstMatch(of: Self.unsafe) != nil else { return nil }
      return "\(path):\(number): unsafe code in \(rules.module)"
    }
  }

  private func purityFindings(under rules: ModuleRules) -> [String] {
    guard ModuleRules.pure.contains(rules.module) else { return [] }
    return lines(with: [""]).compactMap { number, line in
      guard let match = line.firstMatch(of: Self.impure) else { return nil }
      return "\(path):\(number): \(rules.module) is pure, this is not: \(match.output)"
    }
  }

  // Word boundaries are those of programs: to Unicode, `clock.now` is one word.
  private static var importing: Regex<(Substring, Substring?, Substring)> {
    /(?:^|;)\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)/
      .wordBoundaryKind(.simple)
  }

  private static var unsafe: Regex<Substring> {
    /\bunsafe\b|@unchecked\s+Sendable/.wordBoundaryKind(.simple)
  }

  private static var impure: Regex<Substring> {
    /\b(?:Date|UUID|print)\(|\b(?:ContinuousClock|SuspendingClock|SystemRandomNumberGenerator|Task|await|hashValue)\b|\.(?:random|randomElement|shuffled|shuffle)\(/
      .wordBoundaryKind(.simple)
  }

  /// The lines that hold any of `words`, numbered from 1: a cheap look before the costly one.
  private func lines(with words: [String]) -> [(Int, Substring)] {
    guard words.contains(where: { $0.isEmpty || code.contains($0) }) else { return [] }
    return code.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .map { ($0.offset + 1, $0.element) }
      .filter { line in words.contains { $0.isEmpty || line.1.contains($0) } }
  }
}
