import ArgoManifests
import Foundation
import Scenarios
import Testing

@Suite("our own stories")
struct ExampleTests {
  static let files: [String] = {
    do {
      let directory = Stage.examples.appending(path: "scenarios").path(percentEncoded: false)
      return try FileManager.default.contentsOfDirectory(atPath: directory)
        .filter { $0.hasSuffix(".yaml") }.sorted()
    } catch {
      return []
    }
  }()

  @Test("there are stories")
  func exist() {
    #expect(Self.files.count >= 10)
  }

  @Test("each of our stories comes out as it says", arguments: files)
  func passes(file: String) throws {
    let url = Stage.examples.appending(path: "scenarios").appending(path: file)
    let source = SourceFile(name: file, bytes: Array(try Data(contentsOf: url)))
    for result in try Stage.play(file: source) {
      #expect(result.failures.map(\.text) == [], "\(result.location)")
      #expect(result.expectations > 0, "\(result.name) expects nothing")
    }
  }

  @Test("the same story has the same result each time", arguments: files)
  func isPure(file: String) throws {
    let url = Stage.examples.appending(path: "scenarios").appending(path: file)
    let source = SourceFile(name: file, bytes: Array(try Data(contentsOf: url)))
    #expect(try Stage.play(file: source) == Stage.play(file: source))
  }

  @Test("what stands in the reference page can be played")
  func referencePage() throws {
    let page = Stage.examples.deletingLastPathComponent().appending(path: "scenarios.md")
    let text = String(decoding: try Data(contentsOf: page), as: UTF8.self)
    var blocks = 0
    for block in text.components(separatedBy: "```yaml\n").dropFirst() {
      let yaml = block.components(separatedBy: "```").first ?? ""
      guard yaml.contains("\nsteps:") else { continue }
      blocks += 1
      for result in try Stage.play(file: Stage.file(yaml)) {
        #expect(result.failures.map(\.text) == [])
      }
    }
    #expect(blocks > 0)
  }

  @Test("the reference page names every field and every action")
  func namesEverything() throws {
    let page = Stage.examples.deletingLastPathComponent().appending(path: "scenarios.md")
    let text = String(decoding: try Data(contentsOf: page), as: UTF8.self)
    for word in Words.all { #expect(text.contains("`\(word)`"), "\(word) is not documented") }
  }
}
