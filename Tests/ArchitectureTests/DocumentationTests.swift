import Foundation
import Testing

@Suite("Documentation follows the code")
struct DocumentationTests {
  @Test("docs/decision-rules.md explains every rule id that events store, once, and no other")
  func decisionRules() throws {
    let source = SourceRules.ids(
      in: try Repository.text("Sources/RolloutCore/Rollout/Classification.swift"))
    let documented = SourceRules.documented(in: try Repository.text("docs/decision-rules.md"))
    #expect(!source.isEmpty)
    #expect(documented.count == Set(documented).count)
    #expect(Set(source).subtracting(documented) == [], "not documented")
    #expect(Set(documented).subtracting(source) == [], "documented, but no rule")
  }

  @Test("the reader of rule ids finds raw values, implied ones, and only those of Rule")
  func ruleReader() {
    let text = """
      public enum Other: String { case outside }
      public enum Rule: String, CaseIterable {
        case first = "first-id"
        case second
        case third, fourth = "fourth-id"
      }
      enum After { case later }
      """
    #expect(SourceRules.ids(in: text) == ["first-id", "second", "third", "fourth-id"])
  }

  @Test("links between our documents lead somewhere")
  func links() throws {
    let docs = Repository.root.appending(path: "docs")
    var pages = ["README.md", "CHANGELOG.md"]
    for path in try FileManager.default.subpathsOfDirectory(atPath: docs.path)
    where path.hasSuffix(".md") { pages.append("docs/\(path)") }
    for page in pages {
      let folder = Repository.root.appending(path: page).deletingLastPathComponent()
      for link in try Repository.text(page).matches(of: /\]\(([^)#\s]+)(?:#[^)]*)?\)/) {
        let target = String(link.1)
        guard !target.contains("://") else { continue }
        let exists = FileManager.default.fileExists(atPath: folder.appending(path: target).path)
        #expect(exists, "\(page) links to \(target)")
      }
    }
  }
}
