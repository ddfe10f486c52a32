import Analysis
import AnalysisJSON
import ArgumentParser
import Conditions
import Foundation

struct AnalysisCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analysis",
    abstract: "Judge analysis runs as Argo Rollouts does, and say what they honestly show.",
    discussion: """
      Needs no service and no cluster; docs/analysis.md explains the readings.

        windlass analysis assess --input case.json
      """,
    subcommands: [AnalysisAssessCommand.self])
}

struct AnalysisAssessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assess",
    abstract: "What metrics and their measurements come to: phase, message, honest reading.",
    discussion: """
      Reads a case: an object with metrics (settings as in a manifest, each with measurements, \
      oldest first), and optionally args, dryRun, measurementRetention, ttlStrategy, terminate, \
      startedAt, now and settle. Answers with the phase that Argo Rollouts gives, what it honestly \
      says, what would be measured now, and when to look again. Nothing is sent anywhere, and no \
      clock is read: without now, the latest time in the case counts.

      One pass is assessed: a metric that goes bad stops its siblings on the next one. What the \
      run comes to by itself is in settled, or everywhere with "settle": true.

        windlass analysis assess --input case.json
        windlass analysis assess --input cases.jsonl --batch

      Exit status: 0 answered, 20 a case cannot be read.
      """)

  @Option(help: ArgumentHelp("The case, or - for standard input.", valueName: "file"))
  var input: String

  @Flag(help: "One case a line, one answer a line. A line that cannot be read answers error.")
  var batch = false

  @Option(name: .shortAndLong, help: "json, or text for people.")
  var output: Output.Format = .json

  func validate() throws {
    if batch && output == .text { throw ValidationError("--batch answers in JSON") }
  }

  func run() throws {
    let output = Output.process(
      format: output, noColor: false, environment: ProcessInfo.processInfo.environment)
    let status = execute(output)
    guard status == .done else { throw ExitCode(status.rawValue) }
  }

  /// Prints the answers and says how it ended.
  func execute(_ output: Output) -> Ending {
    do throws(Failure) {
      let handle =
        input == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: input)
      guard let handle else {
        throw Failure(.usage, "\(input): cannot be opened; is it there, and readable?")
      }
      let matching = try NameCondition()
      if batch { return try answerLines(of: handle, matching, output) }
      var bytes: [UInt8] = []
      while bytes.count <= JSONReader.bytesMax, let part = try Self.part(of: handle, input) {
        bytes += part
      }
      let answer: JSONValue
      do throws(JSONError) {
        answer = try Assessment.answer(to: JSONReader.read(bytes), matching: matching.matches)
      } catch {
        throw Failure(.usage, "\(input): \(error.description)")
      }
      _ = output.write((output.format == .json ? answer.indented : Self.text(answer)) + "\n")
      return .done
    } catch {
      output.note(error.message)
      if output.format == .json { _ = output.write(JSON.error(error).pretty + "\n") }
      return error.status
    }
  }

  /// Answers line after line; holds no more than one of them.
  private func answerLines(
    of handle: FileHandle, _ matching: NameCondition, _ output: Output
  ) throws(Failure) -> Ending {
    var areReadable = true
    var line: [UInt8] = []
    func answer() -> Bool {
      defer { line.removeAll(keepingCapacity: true) }
      guard line.contains(where: { !" \t\r".utf8.contains($0) }) else { return true }
      let answer = Assessment.line(line, matching: matching.matches)
      areReadable = areReadable && answer.isReadable
      return output.write(answer.text + "\n")
    }
    while let part = try Self.part(of: handle, input) {
      var rest = part[...]
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        append(rest[..<end], to: &line)
        // Nobody reads the answers any more.
        guard answer() else { return .done }
        rest = rest[(end + 1)...]
      }
      append(rest, to: &line)
    }
    _ = answer()
    return areReadable ? .done : .usage
  }

  /// One byte too many is enough to be refused.
  private func append(_ bytes: ArraySlice<UInt8>, to line: inout [UInt8]) {
    line += bytes.prefix(JSONReader.bytesMax + 1 - line.count)
  }

  /// What can be read next; `nil` at the end.
  private static func part(
    of handle: FileHandle, _ name: String
  ) throws(Failure) -> [UInt8]? {
    do {
      guard let part = try handle.read(upToCount: 1 << 20), !part.isEmpty else { return nil }
      return [UInt8](part)
    } catch {
      throw Failure(.usage, "\(name): cannot be read: \(error.localizedDescription)")
    }
  }

  private static func text(_ answer: JSONValue) -> String {
    var lines = [line(answer, "the run")]
    if case .array(let metrics)? = answer["metrics"] {
      lines += metrics.map { "  " + line($0, word($0["name"])) }
    }
    if answer["nextLook"] != .null { lines.append("next look: \(word(answer["nextLook"]))") }
    if case .array(let notes)? = answer["notes"] { lines += notes.map { "note: \(word($0))" } }
    return lines.map { SafeText.line($0) }.joined(separator: "\n")
  }

  private static func line(_ object: JSONValue, _ name: String) -> String {
    let reading = object["reading"] ?? .null
    return name + ": " + (reading == .null ? "undecided" : word(reading))
      + " (\(word(object["phase"]))). " + word(object["why"])
  }

  private static func word(_ value: JSONValue?) -> String {
    guard case .string(let text)? = value else { return value?.text ?? "" }
    return text
  }
}

/// The conditions' own regular expressions, for the names in rules.
private struct NameCondition {
  private let condition: CompiledCondition

  init() throws(Failure) {
    do {
      condition = try CompiledCondition(parsing: "result[0] matches result[1]")
    } catch {
      throw Failure(.usage, "regular expressions cannot be read: \(error)")
    }
  }

  func matches(_ pattern: String, _ name: String) throws -> Bool {
    try condition.holds(for: .list([.string(name), .string(pattern)]), now: Self.anyTime)
  }

  /// The condition does not ask for the time.
  private static let anyTime = Conditions.Moment(seconds: 0)
}
