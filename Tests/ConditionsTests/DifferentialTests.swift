import Conditions
import Foundation
import Testing

@Suite("against an evaluator of our own in Python")
struct DifferentialTests {
  /// Written by `Tests/ConditionsOracle/run --write`; the campaign runs many more.
  @Test("phases agree on the committed cases")
  func corpus() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Corpus/cases.jsonl")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 3_000)
    for line in lines {
      guard case .map(let fields) = try Value(json: String(line)),
        case .string(let success)? = fields["success"],
        case .string(let failure)? = fields["failure"], let result = fields["result"],
        case .string(let expected)? = fields["phase"]
      else {
        Issue.record("not a case: \(line)")
        continue
      }
      let verdict = assess(success: success, failure: failure, result: result, now: noon)
      #expect(verdict.phase.rawValue == expected, "\(line)")
    }
  }
}
