import RolloutCore
import WindlassWire

/// What the requests of one invocation came to: printed as it happens for a person, at the end as
/// one object for a program.
struct ChangeReport {
  var command: String
  /// Further members of the object, such as what `apply` skipped.
  var details: [JSON.Member] = []
  private(set) var statuses: [Ending] = []
  private var answers: [JSON] = []
  private var waits: [JSON] = []

  init(command: String) { self.command = command }

  var status: Ending { .worst(of: statuses) }

  mutating func add(_ response: SubmitResponse, to request: SubmitRequest, _ output: Output) {
    statuses += response.decisions.map { Ending($0) }
    answers.append(
      .object([
        "application": .string(request.application.text),
        "idempotencyKey": .string(request.envelope.idempotencyKey),
        "decisions": .array(response.decisions.map { JSON($0) }),
      ]))
    if response.decisions.isEmpty {
      statuses.append(.usage)
      output.note("\(request.application): no registered cluster matches; see `windlass clusters`")
    }
    if output.format == .text {
      for decision in response.decisions {
        _ = output.write(
          DecisionText.render(decision, of: request.application, output.style) + "\n")
      }
    }
    if response.isOpen {
      output.note(
        "repeat the command with --key \(request.envelope.idempotencyKey): that asks again and "
          + "does not act twice")
    }
  }

  mutating func add(_ failure: Failure, to request: SubmitRequest, _ output: Output) {
    statuses.append(failure.status)
    output.note("\(request.application): \(failure.message)")
    answers.append(
      .object([
        "application": .string(request.application.text),
        "idempotencyKey": .string(request.envelope.idempotencyKey),
        "error": .object([
          "exitCode": .number(Int64(failure.status.rawValue)),
          "exit": .string(failure.status.name),
          "message": .string(failure.message),
        ]),
      ]))
  }

  mutating func add(_ waited: Waited, of application: ApplicationName, _ output: Output) {
    statuses.append(waited.status)
    waits.append(
      .object([
        "application": .string(application.text),
        "cluster": .string(waited.cluster.text),
        "exitCode": .number(Int64(waited.status.rawValue)),
        "exit": .string(waited.status.name),
        "message": .string(waited.message),
        "update": waited.update.map { JSON($0) },
      ]))
    guard output.format == .text else { return }
    let mark: Style.Mark =
      switch waited.status {
      case .done: .good
      case .inProgress: .progressing
      case .waitingForPerson: .paused
      case .superseded: .warning
      case .unknown: .unknown
      case .refused, .aborted, .usage, .unauthenticated, .forbidden, .unreachable, .conflict,
        .stale, .interrupted:
        .bad
      }
    let text = "\(application) on \(waited.cluster): \(SafeText.line(waited.message))"
    _ = output.write(output.style.status(mark, text) + "\n")
  }

  /// Prints the object for a program and returns the status.
  func finish(_ output: Output) -> Ending {
    if output.format == .json {
      let json = JSON.object(
        [
          JSON.Member(name: "command", value: .string(command)),
          JSON.Member(name: "exitCode", value: .number(Int64(status.rawValue))),
          JSON.Member(name: "exit", value: .string(status.name)),
        ] + details + [
          JSON.Member(name: "answers", value: .array(answers)),
          JSON.Member(name: "waits", value: .array(waits)),
        ])
      _ = output.write(json.pretty + "\n")
    }
    return status
  }
}
