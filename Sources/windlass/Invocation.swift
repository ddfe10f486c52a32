import ArgumentParser
import Foundation

/// One run of the command line, from arguments to exit status.
enum Invocation {
  /// - Returns: the process's exit status; everything has been printed.
  static func run(_ arguments: [String]) async -> Int32 {
    let environment = ProcessInfo.processInfo.environment
    let output = Output.process(
      format: wantsJSON(arguments) ? .json : .text, noColor: true, environment: environment)
    do {
      var command = try Windlass.parseAsRoot(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      return Ending.done.rawValue
    } catch is CancellationError {
      return interrupted(Interruption.process, output, arguments)
    } catch {
      let status = status(Windlass.exitCode(for: error))
      let message = Windlass.fullMessage(for: error)
      guard !message.isEmpty else { return status }
      guard status != Ending.done.rawValue else {
        // Help, version, completion script.
        _ = output.write(message + "\n")
        return status
      }
      output.writeError(message + "\n")
      if output.format == .json {
        let failure = Failure(.usage, Windlass.message(for: error))
        _ = output.write(JSON.error(failure).pretty + "\n")
      }
      return status
    }
  }

  /// The parser's own status for a wrong command line is not the one we promise.
  static func status(_ code: ExitCode) -> Int32 {
    code == .validationFailure ? Ending.usage.rawValue : code.rawValue
  }

  private static func interrupted(
    _ interruption: Interruption, _ output: Output, _ arguments: [String]
  ) -> Int32 {
    let note = interruption.finalNote.map { " \($0)" } ?? ""
    output.note("interrupted.\(note)")
    // Being interrupted is how a watch ends; everything else owes its reader an object.
    if output.format == .json, !arguments.contains("--watch"), !arguments.contains("-w") {
      let failure = Failure(.interrupted, "interrupted.\(note)")
      _ = output.write(JSON.error(failure).pretty + "\n")
    }
    return 128 + (interruption.signal ?? 2)
  }

  /// Whether the caller reads JSON, for when the arguments as a whole cannot be read.
  static func wantsJSON(_ arguments: [String]) -> Bool {
    let arguments = Array(arguments.prefix { $0 != "--" })
    let values = zip(arguments, arguments.dropFirst()).compactMap { name, value in
      name == "--output" || name == "-o" ? value : nil
    }
    return values.last == "json" || arguments.contains("--output=json")
  }
}

extension JSON {
  /// What takes the place of a result on standard output.
  static func error(_ failure: Failure, details: [Member] = []) -> JSON {
    .object([
      Member(
        name: "error",
        value: .object(
          [
            Member(name: "exitCode", value: .number(Int64(failure.status.rawValue))),
            Member(name: "exit", value: .string(failure.status.name)),
            Member(name: "message", value: .string(failure.message)),
          ] + details))
    ])
  }
}
