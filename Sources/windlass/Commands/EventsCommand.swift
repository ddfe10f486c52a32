import ArgumentParser
import WindlassWire

struct EventsCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "events",
    abstract: "Read the event log, or one stream of it.",
    discussion: """
      Streams: application-APP, rollout-APP@CLUSTER, cluster-CLUSTER, lease-CLUSTER, refusals-APP. \
      With --output json, payload is the event's protobuf in base64.

        windlass events --limit 20
        windlass events --stream rollout-shop/checkout@eu-1
      """)

  @Option(help: "The stream; default: the whole log.")
  var stream: String?

  @Option(
    help: ArgumentHelp(
      "First position of the log, or first version of the stream.", valueName: "n"))
  var from: UInt64 = 0

  @Option(help: ArgumentHelp("At most this many, 1 to 1000.", valueName: "n"))
  var limit = 100

  @OptionGroup(title: "Service") var connection: ConnectionOptions

  func validate() throws {
    guard (1...1_000).contains(limit) else { throw ValidationError("--limit is 1 to 1000") }
    guard let stream else { return }
    guard (1...200).contains(stream.utf8.count),
      stream.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { throw ValidationError("--stream: 1 to 200 printable ASCII characters") }
  }

  func execute(in session: Session) async throws -> Ending {
    // The first version of a stream is 1, the first position of the log is 0.
    let first = stream == nil ? from : max(from, 1)
    let response: ListEventsResponse = try await session.read(
      Paths.listEvents, ListEventsRequest(stream: stream, from: first, limit: limit))
    session.output.result(Tables.events(response, session.output.style), JSON(response))
    if let next = response.next, session.output.format == .text {
      session.output.note("there are more: --from \(next)")
    }
    return .done
  }
}
