import ArgoManifests
import ArgumentParser
import Foundation
import Scenarios

struct ScenarioRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Play scenarios and compare what is decided with what is expected.",
    discussion: """
      Reads files and directories (their *.yaml, *.yml and *.json, not deeper) of scenarios, each \
      with its manifests, and plays them through the rules that the service runs. Nothing is sent \
      anywhere.

        windlass scenario run scenarios/
        windlass scenario run scenarios/ --filter "inside" --junit report.xml
        windlass scenario run scenarios/rollback.yaml --update

      Exit status: 0 all passed, 10 a scenario failed, 20 a file or a manifest cannot be read.
      """)

  @Argument(help: ArgumentHelp("Files or directories.", valueName: "files"))
  var files: [String]

  @Option(
    help: ArgumentHelp("Only scenarios whose name contains this.", valueName: "name"))
  var filter: String?

  @Flag(help: "Write what was found over what was expected, comments and order kept.")
  var update = false

  @Option(help: ArgumentHelp("Also write JUnit XML to this file.", valueName: "file"))
  var junit: String?

  @Option(name: .shortAndLong, help: "text or json.")
  var output: Output.Format = .text

  func validate() throws {
    if files.isEmpty { throw ValidationError("name files or directories of scenarios") }
    if update && files.contains("-") {
      throw ValidationError("--update needs files: standard input cannot be rewritten")
    }
  }

  func run() throws {
    let output = Output.process(
      format: output, noColor: false, environment: ProcessInfo.processInfo.environment)
    let status = execute(output)
    guard status == .done else { throw ExitCode(status.rawValue) }
  }

  /// Prints the results and says how it ended.
  func execute(_ output: Output) -> Ending {
    do throws(Failure) {
      var report = ScenarioReport()
      var loader = ScenarioLoader()
      for source in try ManifestSources.manifests.read(files) {
        report.files.append(try outcome(of: source, &loader))
      }
      if let filter, report.scenarios == 0, report.isReadable {
        throw Failure(.usage, "--filter: no scenario's name contains \"\(filter)\"")
      }
      if let junit { try write(Array(JUnitReport.xml(report.junit).utf8), to: junit) }
      report.print(output)
      return report.ending
    } catch {
      output.note(error.message)
      if output.format == .json { _ = output.write(JSON.error(error).pretty + "\n") }
      return error.status
    }
  }

  private func outcome(
    of source: SourceFile, _ loader: inout ScenarioLoader
  ) throws(Failure) -> ScenarioReport.File {
    var file = play(source, &loader)
    guard update, file.issues.isEmpty, file.results.contains(where: { !$0.hasPassed }) else {
      return file
    }
    let rewriting = ScenarioUpdate.apply(file.results.flatMap(\.failures), to: source.bytes)
    if rewriting.rewritten > 0 {
      try write(rewriting.bytes, to: source.name)
      // What stands there now is what counts, for the report and for the exit status.
      file = play(SourceFile(name: source.name, bytes: rewriting.bytes), &loader)
    }
    file.rewritten = rewriting.rewritten
    file.left = rewriting.left
    return file
  }

  private func play(_ source: SourceFile, _ loader: inout ScenarioLoader) -> ScenarioReport.File {
    var file = ScenarioReport.File(name: source.name)
    do throws(ManifestErrors) {
      for scenario in try ScenarioReader.read(source) {
        if let filter, !scenario.name.contains(filter) { continue }
        let manifests = try loader.manifests(of: scenario, in: source.name)
        file.results.append(try ScenarioRunner.run(scenario, manifests: manifests))
      }
    } catch {
      file.issues = error.issues
      file.omitted = error.omitted
    }
    return file
  }

  private func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    do {
      // A link stays a link: its file is replaced.
      let url = URL(filePath: path).resolvingSymlinksInPath()
      try Data(bytes).write(to: url, options: .atomic)
    } catch {
      throw Failure(.usage, "\(path): cannot be written: \(error.localizedDescription)")
    }
  }
}
