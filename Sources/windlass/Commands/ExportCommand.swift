import ArgumentParser
import GRPC
import RolloutCore
import WindlassWire

struct ExportCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write events as JSON lines or CSV, for data tools.",
    discussion: """
      The export ends where the log ended when it began. With --to the file appears, whole, when all \
      is written; until then FILE.part grows beside it, and the same command goes on from there after \
      it was cut off. Progress is told on standard error.

        windlass log export --format jsonl --to events.jsonl
        windlass log export --format csv --since 24h --application shop/checkout > events.csv
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument, Sendable {
    case jsonl
    case csv
  }

  @Option(help: "jsonl, one JSON object a line, or csv.")
  var format = Format.jsonl

  @OptionGroup(title: "Filter") var options: FilterOptions

  @Option(help: ArgumentHelp("First position of the log.", valueName: "position"))
  var from: UInt64 = 0

  @Flag(help: "Also give each event's protobuf, in base64.")
  var payload = false

  @Option(
    help: ArgumentHelp("The file to write. Default: standard output.", valueName: "file"))
  var to: String?

  @OptionGroup(title: "Service") var connection: ConnectionOptions

  func validate() throws {
    guard from <= UInt64(Int64.max) else {
      throw ValidationError("--from is at most \(Int64.max)")
    }
  }

  func execute(in session: Session) async throws -> Ending {
    let question = ExportQuestion(
      filter: options.filter, format: format, from: from, withPayload: payload)
    let sink = try ExportSink.open(to, question, session.output)
    return try await run(question, sink, in: session)
  }

  private func run(
    _ question: ExportQuestion, _ sink: ExportSink, in session: Session
  ) async throws -> Ending {
    var sink = sink
    var (count, failures) = (0, 0)
    var isComplete = false
    var toldAt = session.pacing.now()
    if sink.isNew, format == .csv, !sink.write(EventCSV.header(withPayload: payload)) {
      return .done
    }
    if !sink.isNew { session.output.note("going on from position \(sink.next)") }
    while !isComplete {
      var isRead = true
      do {
        let request = ExportEventsRequest(
          filter: question.filter, from: sink.next, before: sink.end)
        try await session.backend.stream(
          Paths.exportLog, session.bounded(request), timeout: nil
        ) { (update: ExportEventsUpdate) in
          failures = 0
          session.remember(update)
          isRead = sink.write(update.events.map(text(of:)).joined())
          guard isRead else { return false }
          try sink.advance(to: update.next, of: update.end)
          count += update.events.count
          isComplete = update.isComplete
          let now = session.pacing.now()
          if now - toldAt >= .seconds(2) {
            toldAt = now
            session.output.note(
              "\(count) events written; position \(update.next) of \(update.end)")
          }
          return !isComplete
        }
      } catch let error as RPCError {
        try Task.checkCancellation()
        guard sink.end > 0, error.status.code.isPassing || error.isStale else {
          throw session.failure(error, mayHaveActed: false)
        }
        if failures == 0 {
          session.output.note("cut off at position \(sink.next) of \(sink.end); trying again")
        }
      }
      guard isRead else { return .done }
      if isComplete { break }
      try Task.checkCancellation()
      failures += 1
      try await session.pacing.sleep(Pacing.pause(before: failures))
    }
    try sink.finish()
    session.output.note(
      "\(count) events written, up to position \(sink.end)\(to.map { ", to \($0)" } ?? "")")
    return .done
  }

  private func text(of event: EventView) -> String {
    switch format {
    case .jsonl: JSON(event, withPayload: payload).compact + "\n"
    case .csv: EventCSV.row(event, withPayload: payload)
    }
  }
}
