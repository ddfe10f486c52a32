import ArgumentParser
import Conditions
import Foundation

struct ConditionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conditions",
    abstract: "Try success and failure conditions without a cluster.",
    discussion: """
      Conditions are written in the language of Argo Rollouts; docs/analysis.md has its bounds.

        windlass conditions eval --success 'result[0] >= 0.95' --result '[0.97]'
      """,
    subcommands: [ConditionsEvalCommand.self])
}

struct ConditionsEvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "What a measurement comes to under a success and a failure condition.",
    discussion: """
      Conditions are written in the language of Argo Rollouts. The result is what a provider \
      hands over, as JSON: a Prometheus vector is a list of numbers, so a condition has to index \
      it. Answers Successful, Failed, Inconclusive or Error, and for Error why and where.

        windlass conditions eval --success 'result[0] >= 0.95' --result '[0.97]'
        windlass conditions eval --failure 'result > 5' --result 7 --output json
        windlass conditions eval --batch < cases.jsonl

      --batch reads one case a line, {"success": "...", "failure": "...", "result": ...}, and \
      answers each on a line of its own. now() in a condition is the time of --now, by default \
      the start of this command.

      Exit status: 0 answered, whatever the phase; 20 a case cannot be read.
      """)

  @Option(help: "The success condition; none when left out.")
  var success = ""

  @Option(help: "The failure condition; none when left out.")
  var failure = ""

  @Option(help: "The provider's result, as JSON.")
  var result: String?

  @Option(help: "Seconds since 1970 that now() in a condition means.")
  var now: Int64?

  @Flag(help: "Read one case a line from standard input, answer one a line.")
  var batch = false

  @Option(name: .shortAndLong, help: "json, or text for people.")
  var output: Output.Format = .text

  func validate() throws {
    if batch, result != nil || !success.isEmpty || !failure.isEmpty {
      throw ValidationError("--batch takes its cases from standard input, not from flags")
    }
    if !batch, result == nil {
      throw ValidationError("--result is missing; give the provider's result as JSON, or --batch")
    }
  }

  func run() throws {
    let output = Output.process(
      format: output, noColor: false, environment: ProcessInfo.processInfo.environment)
    let moment = Moment(seconds: now ?? Int64(Date().timeIntervalSince1970))
    guard batch else {
      let assessment: Conditions.Assessment
      do throws(ConditionError) {
        let value = try Value(json: result ?? "")
        assessment = Conditions.assess(
          success: success, failure: failure, result: value, now: moment)
      } catch {
        output.writeError("windlass: --result: \(error.description)\n")
        throw ExitCode(Ending.usage.rawValue)
      }
      if output.format == .json {
        _ = output.write(Self.answer(assessment).pretty + "\n")
      } else {
        _ = output.write(SafeText.block(Self.text(assessment)) + "\n")
      }
      return
    }
    while let line = readLine(strippingNewline: true) {
      if line.utf8.allSatisfy({ $0 == UInt8(ascii: " ") }) { continue }
      guard output.write(Self.answer(toLine: line, now: moment) + "\n") else { return }
    }
  }

  /// The answer to one case of a batch; a case that cannot be read is an Error with its reason.
  static func answer(toLine line: String, now moment: Moment) -> String {
    do throws(ConditionError) {
      guard case .map(let fields) = try Value(json: line) else {
        return unreadable("a case is an object with success, failure and result")
      }
      var texts: [String] = []
      for name in ["success", "failure"] {
        switch fields[name] {
        case .string(let text)?: texts.append(text)
        case .null?, nil: texts.append("")
        default: return unreadable("\(name): must be a string")
        }
      }
      return answer(
        Conditions.assess(
          success: texts[0], failure: texts[1], result: fields["result"] ?? .null, now: moment)
      ).compact
    } catch {
      return unreadable(error.description)
    }
  }

  private static func unreadable(_ reason: String) -> String {
    JSON.object([
      JSON.Member(name: "phase", value: .string(MeasurementPhase.error.rawValue)),
      JSON.Member(name: "message", value: .string(reason)),
    ]).compact
  }

  private static func answer(_ assessment: Conditions.Assessment) -> JSON {
    .object([
      JSON.Member(name: "phase", value: .string(assessment.phase.rawValue)),
      JSON.Member(name: "message", value: .string(assessment.message)),
    ])
  }

  private static func text(_ assessment: Conditions.Assessment) -> String {
    var text = assessment.phase.rawValue
    if !assessment.message.isEmpty { text += "\n\(assessment.message)" }
    if let error = assessment.error { text += "\n\(error.description)" }
    return text
  }
}
