import ArgumentParser
import Foundation
import Scenarios
import Synchronization
import Testing

@testable import windlass

@Suite("windlass scenario run")
struct CommandTests {
  /// What a command printed, and how it ended.
  private struct Outcome {
    var ending: Ending
    var output: String
    var errors: String
  }

  private final class Printed: Sendable {
    let output = Mutex("")
    let errors = Mutex("")
  }

  private func run(_ arguments: [String]) throws -> Outcome {
    let command = try ScenarioRunCommand.parse(arguments)
    let printed = Printed()
    let ending = command.execute(
      Output(
        write: { text in
          printed.output.withLock { $0 += text }
          return true
        },
        writeError: { text in printed.errors.withLock { $0 += text } },
        isTerminal: false, style: .plain, format: command.output))
    return Outcome(
      ending: ending, output: printed.output.withLock { $0 }, errors: printed.errors.withLock { $0 }
    )
  }

  /// A directory with a copy of the examples, gone afterwards.
  private func withExamples(_ body: (URL) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "scenarios-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(at: directory) } catch {
        Issue.record("left behind: \(directory.path())")
      }
    }
    for name in ["checkout", "payments", "search", "scenarios"] {
      try FileManager.default.copyItem(
        at: Stage.examples.appending(path: name), to: directory.appending(path: name))
    }
    try body(directory.appending(path: "scenarios"))
  }

  private func text(_ url: URL) throws -> String {
    String(decoding: try Data(contentsOf: url), as: UTF8.self)
  }

  @Test("a directory of stories that hold ends with 0")
  func passes() throws {
    try withExamples { directory in
      let outcome = try run([directory.path()])
      #expect(outcome.ending == .done)
      #expect(outcome.output.contains(" 0 failed"))
      let json = try run([directory.path(), "--output", "json"])
      let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
      #expect((object as? [String: Any])?["exit"] as? String == "passed")
    }
  }

  @Test("a story that fails ends with 10, and --update makes it hold")
  func updates() throws {
    try withExamples { directory in
      let file = directory.appending(path: "hold.yaml")
      let before = try text(file)
      let broken = before.replacing("rule: held-revision", with: "rule: not-held")
      try Data(broken.utf8).write(to: file)
      let failed = try run([file.path()])
      #expect(failed.ending == .refused)
      #expect(failed.output.contains("- not-held"))
      #expect(failed.output.contains("+ held-revision"))
      #expect(try text(file) == broken)
      let updated = try run([file.path(), "--update"])
      #expect(updated.ending == .done)
      #expect(updated.output.contains("1 expectation rewritten"))
      #expect(try text(file) == before)
    }
  }

  @Test("what --update cannot rewrite still ends with 10, and is named")
  func leaves() throws {
    try withExamples { directory in
      let file = directory.appending(path: "own-policy.yaml")
      try Data((try text(file) + "- resume: true\n").utf8).write(to: file)
      let outcome = try run([file.path(), "--update"])
      #expect(outcome.ending == .refused)
      #expect(outcome.output.contains("not rewritten: there is no expectation to rewrite"))
    }
  }

  @Test("a file or a manifest that cannot be read ends with 20, whatever the others do")
  func unreadable() throws {
    try withExamples { directory in
      let file = directory.appending(path: "hold.yaml")
      try Data("name: x\nnmae: y\n".utf8).write(to: file)
      let report = directory.appending(path: "report.xml")
      let outcome = try run([directory.path(), "--junit", report.path()])
      #expect(outcome.ending == .usage)
      #expect(outcome.errors.contains("hold.yaml:2: nmae: is no known field"))
      #expect(try text(report).contains("<error type=\"unreadable\""))
      try FileManager.default.removeItem(at: report)
      let policy = directory.deletingLastPathComponent().appending(path: "checkout/policy.yaml")
      try FileManager.default.removeItem(at: policy)
      let missing = try run([directory.appending(path: "pauses.yaml").path()])
      #expect(missing.ending == .usage)
      #expect(missing.errors.contains("checkout/policy.yaml: no such file"))
      #expect(try run([directory.appending(path: "nothing.yaml").path()]).ending == .usage)
    }
  }

  @Test("a manifest that is no regular file is refused instead of waited for")
  func devices() throws {
    try withExamples { directory in
      let file = directory.appending(path: "device.yaml")
      let up = String(repeating: "../", count: directory.pathComponents.count)
      try Data(
        "name: x\nmanifests: [\(up)dev/zero, .]\nclusters: [eu]\nsteps: []\n".utf8
      ).write(to: file)
      let outcome = try run([file.path()])
      #expect(outcome.ending == .usage)
      #expect(outcome.errors.contains("is no regular file"))
    }
  }

  @Test("--filter chooses by name, and choosing nothing is a mistake")
  func filters() throws {
    try withExamples { directory in
      let outcome = try run([directory.path(), "--filter", "insists"])
      #expect(outcome.output.contains("1 scenario, 0 failed"))
      #expect(try run([directory.path(), "--filter", "no such story"]).ending == .usage)
    }
  }

  @Test("--update and standard input exclude each other")
  func standardInput() {
    #expect(throws: (any Error).self) { try ScenarioRunCommand.parse(["-", "--update"]) }
  }
}
