import Conditions
import Foundation
import Testing

/// What expr-lang 1.17.8 itself answers to some three thousand expressions, most of them wrong in one
/// way or another: a value and its type, or a message and its place.
@Suite("against answers of the library that Argo embeds")
struct LibraryTests {
  struct Case: Decodable {
    var expression: String
    /// The type of the value.
    var `is`: String?
    var value: Scalar?
    var error: String?
    /// Line and column.
    var at: String?
  }

  enum Scalar: Decodable {
    case bool(Bool)
    case number(Double)
    case text(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        self = .bool(flag)
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }
  }

  @Test("values, types, messages and places agree")
  func corpus() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Corpus/language.jsonl")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.count > 2_500)
    for line in lines {
      let wanted = try JSONDecoder().decode(Case.self, from: Data(line.utf8))
      do throws(ConditionError) {
        let value = try CompiledCondition(parsing: wanted.expression).evaluate(.null, now: noon)
        #expect(Self.agrees(value, wanted), "\(line) answers \(value)")
      } catch {
        #expect(error.message == wanted.error, "\(line)")
        #expect("\(error.line):\(error.column)" == wanted.at, "\(line)")
      }
    }
  }

  private static func agrees(_ value: Value, _ wanted: Case) -> Bool {
    switch (value, wanted.is, wanted.value) {
    case (.null, "null", nil): true
    case (.bool(let flag), "bool", .bool(let other)): flag == other
    case (.string(let text), "string", .text(let other)): Array(text.utf8) == Array(other.utf8)
    case (.int(let number), "int", .number(let other)),
      (.integer(let number, _), "int", .number(let other)):
      Double(number) == other
    case (.float(let number), "float", .number(let other)): number == other
    default: false
    }
  }
}
