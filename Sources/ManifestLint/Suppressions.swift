import ArgoManifests

/// `# windlass-lint: allow rule-id reason` in one file: on a line, for what is found there; on a line
/// of its own, for the next line that holds more than a comment.
struct Suppressions {
  private struct Allowance {
    var rule: LintRule
    var line: Int
    var column: Int
    var target: Int
    var isUsed = false
  }

  private let file: String
  private var allowances: [Allowance] = []
  private var byTarget: [Int: [Int]] = [:]

  init(_ source: SourceFile, file: String, _ log: FindingLog) {
    self.file = file
    log.object = ""
    var waiting: [Allowance] = []
    var line = 0
    for text in source.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    {
      line += 1
      let first = text.firstIndex { !" \t\r".utf8.contains($0) }
      let isComment = first.map { text[$0] == UInt8(ascii: "#") } ?? true
      if !isComment { settle(&waiting, at: line) }
      guard let start = Self.comment(in: text) else { continue }
      let found = allowance(
        text[start...], line: line, column: start - text.startIndex + 1, log)
      if isComment { waiting += found } else { settle(found, at: line) }
    }
    settle(&waiting, at: line + 1)
  }

  private static let mark = Array("windlass-lint:".utf8)

  /// Where the comment with our name begins.
  private static func comment(in text: ArraySlice<UInt8>) -> Int? {
    var place = text.startIndex
    while let hash = text[place...].firstIndex(of: UInt8(ascii: "#")) {
      place = hash + 1
      // Without a blank in front, YAML reads it as part of a value.
      guard hash == text.startIndex || " \t".utf8.contains(text[hash - 1]) else { continue }
      let rest = text[place...].drop { $0 == UInt8(ascii: " ") }
      if rest.starts(with: mark) { return hash }
    }
    return nil
  }

  private func allowance(
    _ comment: ArraySlice<UInt8>, line: Int, column: Int, _ log: FindingLog
  ) -> [Allowance] {
    let words = String(decoding: comment, as: UTF8.self)
      .split(whereSeparator: { " \t\r".contains($0) }).map(String.init)
    // "# windlass-lint: allow ids reason": the name may touch the hash.
    let after = words.drop { !$0.hasSuffix("windlass-lint:") }.dropFirst()
    let ids = after.dropFirst().first?.split(separator: ",").map(String.init) ?? []
    let rules = ids.compactMap { LintRule(rawValue: $0) }
    guard after.first == "allow", !ids.isEmpty, rules.count == ids.count, after.count >= 3 else {
      let unknown = ids.first { LintRule(rawValue: $0) == nil }
      let reason =
        after.first != "allow"
        ? "says no \"allow\""
        : unknown.map { "names no known rule: \(Shown.quoted($0))" } ?? "gives no reason"
      log.report(
        Finding(
          rule: .suppressionMalformed, file: file, line: line, column: column, object: "",
          field: "",
          message: "this suppression \(reason), so it allows nothing",
          fix: "write: # windlass-lint: allow rule-id why it is right here"))
      return []
    }
    return rules.map { Allowance(rule: $0, line: line, column: column, target: line) }
  }

  private mutating func settle(_ waiting: inout [Allowance], at line: Int) {
    settle(waiting, at: line)
    waiting = []
  }

  private mutating func settle(_ found: [Allowance], at line: Int) {
    for var allowance in found {
      allowance.target = line
      byTarget[line, default: []].append(allowances.count)
      allowances.append(allowance)
    }
  }

  /// Whether a comment allows the finding.
  mutating func allows(_ finding: Finding) -> Bool {
    var isAllowed = false
    for index in byTarget[finding.line] ?? [] where allowances[index].rule == finding.rule {
      allowances[index].isUsed = true
      isAllowed = true
    }
    return isAllowed
  }

  /// Reports what allowed nothing.
  func reportUnused(_ log: FindingLog) {
    for allowance in allowances where !allowance.isUsed {
      log.report(
        Finding(
          rule: .suppressionUnused, file: file, line: allowance.line, column: allowance.column,
          object: "", field: "",
          message: "nothing is found here for \(allowance.rule.rawValue)",
          fix: "take the comment out"))
    }
  }
}
