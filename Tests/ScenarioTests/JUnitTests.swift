import ArgoManifests
import Foundation
import Testing

@testable import Scenarios

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("JUnit XML")
struct JUnitTests {
  @Test("a report counts scenarios, failures and files that cannot be read")
  func counts() throws {
    let text =
      Stage.head.replacing("a story", with: "\"<&'\\\"> story\"") + ExpectationTests.outside
      + "  expect: {track: fast, explanation-contains: \"]]> <\u{338}b>\"}\n"
    let results = try Stage.play(file: Stage.file(text))
    let good = try Stage.play(
      file: Stage.file(Stage.head + "- tick: true\n  expect: {phase: empty}\n"))
    let xml = JUnitReport.xml([
      .init(name: "a<b>.yaml", results: results + good),
      .init(name: "broken.yaml", unreadable: ["broken.yaml:1: file: \u{1}\u{FFFF}"]),
    ])
    let seen = try Elements.of(xml)
    #expect(
      seen.names == ["testsuites": 1, "testsuite": 2, "testcase": 3, "failure": 1, "error": 1])
    #expect(seen.root["tests"] == "3")
    #expect(seen.root["failures"] == "1")
    #expect(seen.root["errors"] == "1")
    #expect(seen.cases == ["<&'\"> story", "a story", "can be read"])
    #expect(seen.text.contains("- ]]> <\u{338}b>"))
  }

  @Test("no byte of a text can leave its place")
  func escaping() throws {
    #expect(JUnitReport.escaped("<\u{338}>&\"'") == "&lt;\u{338}&gt;&amp;&quot;&apos;")
    #expect(JUnitReport.escaped("a\u{0}\n\u{FFFE}b") == "a\u{FFFD}&#10;\u{FFFD}b")
    #expect(JUnitReport.escaped("é漢") == "é漢")
  }

  /// What an independent parser makes of it.
  private final class Elements: NSObject, XMLParserDelegate {
    var names: [String: Int] = [:]
    var root: [String: String] = [:]
    var cases: [String] = []
    var text = ""

    static func of(_ xml: String) throws -> Elements {
      let elements = Elements()
      let parser = XMLParser(data: Data(xml.utf8))
      parser.delegate = elements
      try #require(parser.parse(), "\(parser.parserError.map(String.init(describing:)) ?? "")")
      return elements
    }

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      names[name, default: 0] += 1
      if name == "testsuites" { root = attributes }
      if name == "testcase" { cases.append(attributes["name"] ?? "") }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
  }
}
