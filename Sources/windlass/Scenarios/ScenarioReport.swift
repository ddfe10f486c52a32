import ArgoManifests
import Scenarios

/// What came of all files, for people and for programs.
struct ScenarioReport {
  var files: [File] = []

  struct File {
    var name: String
    var results: [ScenarioResult] = []
    /// Why the file, or one of its manifests, could not be read.
    var issues: [ManifestIssue] = []
    var omitted = 0
    /// Expectations that `--update` wrote anew, and failures that it could do nothing about.
    var rewritten = 0
    var left: [ScenarioUpdate.Left] = []
  }

  var scenarios: Int { files.reduce(0) { $0 + $1.results.count } }
  var failed: Int { files.reduce(0) { $0 + $1.results.count { !$0.hasPassed } } }
  var rewritten: Int { files.reduce(0) { $0 + $1.rewritten } }
  var isReadable: Bool { files.allSatisfy(\.issues.isEmpty) }

  /// A file that cannot be read says nothing about its scenarios, so it counts for more than a
  /// failure.
  var ending: Ending { isReadable ? (failed == 0 ? .done : .refused) : .usage }

  var junit: [JUnitReport.File] {
    files.map { file in
      JUnitReport.File(
        name: file.name, results: file.results, unreadable: file.issues.map(\.description))
    }
  }

  func print(_ output: Output) {
    for file in files {
      for issue in file.issues { output.writeError("\(SafeText.line(issue.description))\n") }
      if file.omitted > 0 { output.writeError("and \(file.omitted) more\n") }
    }
    output.result(SafeText.block(text), json)
  }

  // MARK: Text

  private var text: String {
    var lines: [String] = []
    for file in files {
      for result in file.results {
        lines.append(
          "\(result.hasPassed ? "ok  " : "FAIL")  \(result.location)  \(result.name)  "
            + "(\(Self.count(result.steps, "step")), "
            + "\(Self.count(result.expectations, "expectation")))")
        for failure in result.failures {
          lines += failure.text.split(separator: "\n").map { "      \($0)" }
        }
      }
      for left in file.left {
        lines.append(
          "left  \(left.failure.location)  \(left.failure.field): not rewritten: \(left.reason)")
      }
      if !file.issues.isEmpty {
        lines.append(
          "ERR   \(file.name)  cannot be read: "
            + Self.count(file.issues.count + file.omitted, "problem"))
      }
    }
    var summary = "\(Self.count(scenarios, "scenario")), \(failed) failed"
    if rewritten > 0 { summary += ", \(Self.count(rewritten, "expectation")) rewritten" }
    return (lines + [summary]).joined(separator: "\n")
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  // MARK: JSON

  private var json: JSON {
    let word = !isReadable ? "unreadable" : failed == 0 ? "passed" : "failed"
    return .object([
      "exitCode": .number(Int64(ending.rawValue)), "exit": .string(word),
      "scenarios": .number(scenarios), "failed": .number(failed),
      "rewritten": .number(rewritten), "files": .array(files.map(Self.json)),
    ])
  }

  private static func json(_ file: File) -> JSON {
    .object([
      "name": .string(file.name), "issues": .array(file.issues.map(json)),
      "scenarios": .array(file.results.map(json)),
      "left": .array(
        file.left.map { left in
          .object([
            "line": .number(left.failure.location.line), "field": .string(left.failure.field),
            "reason": .string(left.reason),
          ])
        }),
    ])
  }

  private static func json(_ issue: ManifestIssue) -> JSON {
    .object([
      "file": .string(issue.location.file), "line": .number(issue.location.line),
      "field": .string(issue.field), "reason": .string(issue.reason),
    ])
  }

  private static func json(_ result: ScenarioResult) -> JSON {
    .object([
      "name": .string(result.name), "line": .number(result.location.line),
      "passed": .bool(result.hasPassed), "steps": .number(result.steps),
      "expectations": .number(result.expectations),
      "failures": .array(
        result.failures.map { failure in
          .object([
            "file": .string(failure.location.file), "line": .number(failure.location.line),
            "step": .number(failure.step), "action": .string(failure.action),
            "cluster": .string(failure.cluster), "field": .string(failure.field),
            "expected": .array(failure.expected.map { .string($0) }),
            "actual": .array(failure.actual.map { .string($0) }), "note": .string(failure.note),
          ])
        }),
    ])
  }
}
