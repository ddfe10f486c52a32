import ArgoManifests

extension LintReport {
  /// The report as one JSON object, indented, of printable ASCII; docs/lint.md names its members.
  ///
  /// - Parameters:
  ///   - threshold: findings below it are counted and not listed.
  ///   - exitCode: what the program will end with.
  public func json(atLeast threshold: Severity, exitCode: Int32) -> String {
    let listed = findings.filter { $0.severity >= threshold }
    let counts = Severity.allCases.reversed().map { severity in
      let count = findings.count { $0.severity == severity } + (omitted[severity] ?? 0)
      return "\"\(severity.rawValue)\": \(count)"
    }
    var lines = [
      "{",
      "  \"exitCode\": \(exitCode),",
      "  \"minSeverity\": \"\(threshold.rawValue)\",",
      "  \"documents\": \(documents),",
      "  \"counts\": {\(counts.joined(separator: ", "))},",
      "  \"suppressed\": \(suppressed),",
      "  \"omitted\": \(omitted.values.reduce(0, +)),",
    ]
    lines += Self.list("findings", listed.map(Self.members), isLast: false)
    lines += Self.list(
      "unreadable",
      unreadable.map { issue in
        [
          ("file", Self.string(issue.location.file)), ("line", "\(issue.location.line)"),
          ("reason", Self.string(issue.reason)),
        ]
      }, isLast: true)
    return (lines + ["}"]).joined(separator: "\n")
  }

  private static func members(_ finding: Finding) -> [(String, String)] {
    [
      ("rule", string(finding.rule.rawValue)),
      ("severity", string(finding.severity.rawValue)),
      ("file", string(finding.file)),
      ("line", "\(finding.line)"),
      ("column", "\(finding.column)"),
      ("object", string(finding.object)),
      ("field", string(finding.field)),
      ("message", string(finding.message)),
      ("fix", string(finding.fix)),
      ("argoIssues", "[\(finding.rule.argoIssues.map(String.init).joined(separator: ", "))]"),
    ]
  }

  private static func list(
    _ name: String, _ objects: [[(String, String)]], isLast: Bool
  ) -> [String] {
    let end = isLast ? "" : ","
    guard !objects.isEmpty else { return ["  \"\(name)\": []\(end)"] }
    let items = objects.map { members in
      "    {\n"
        + members.map { "      \"\($0.0)\": \($0.1)" }.joined(separator: ",\n") + "\n    }"
    }
    return ["  \"\(name)\": [", items.joined(separator: ",\n"), "  ]\(end)"]
  }

  private static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where (0x20...0x7E).contains(scalar.value): result.unicodeScalars.append(scalar)
      default:
        for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
    return result + "\""
  }
}
