import ArgumentParser
import GRPC
import RolloutCore
import WindlassWire

struct EventsCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "events",
    abstract: "Read the event log: all of it, a stream, or what a filter lets through.",
    discussion: """
      Streams: application-APP, rollout-APP@CLUSTER, cluster-CLUSTER, lease-CLUSTER, refusals-APP. \
      Kinds of events are listed in docs/log.md. With --output json, event is the decoded event and \
      payload its protobuf in base64. --follow goes on with new events until Ctrl-C, one a line.

        windlass events --limit 20
        windlass events --backwards --limit 5
        windlass events --stream rollout-shop/checkout@eu-1
        windlass events -a shop/checkout --kind attempt-classified --since 24h
        windlass events --follow --kind contract-violated
      """)

  @OptionGroup(title: "Filter") var options: FilterOptions

  @Option(
    help: ArgumentHelp(
      "First position of the log, or with --stream first version of the stream.", valueName: "n"))
  var from: UInt64 = 0

  @Flag(help: "Newest first.")
  var backwards = false

  @Option(help: ArgumentHelp("At most this many, 1 to 1000.", valueName: "n"))
  var limit = 100

  @Flag(help: "Go on with new events until Ctrl-C; without --from and --since only those.")
  var follow = false

  @Option(
    help: ArgumentHelp(
      "Wait until so many of the log's events are known, as a decision names them.",
      valueName: "position"),
    transform: Reading.position)
  var atLeast: UInt64?

  @OptionGroup(title: "Service") var connection: ConnectionOptions

  func validate() throws {
    guard (1...1_000).contains(limit) else { throw ValidationError("--limit is 1 to 1000") }
    guard from <= UInt64(Int64.max) else {
      throw ValidationError("--from is at most \(Int64.max)")
    }
    guard follow else { return }
    if backwards { throw ValidationError("--follow and --backwards exclude each other") }
    if options.until != nil { throw ValidationError("--follow and --until exclude each other") }
    if from > 0 && options.stream != nil {
      throw ValidationError(
        "--follow begins at a position; it does not go with --from and --stream")
    }
  }

  func execute(in session: Session) async throws -> Ending {
    if follow { return try await follow(in: session) }
    var request = ReadEventsRequest(
      filter: options.filter, isBackwards: backwards, limit: limit,
      atLeastPosition: atLeast ?? 0)
    if options.stream == nil { request.from = from } else { request.fromVersion = from }
    var whole = ReadEventsResponse(events: [], position: 0)
    while true {
      let page: ReadEventsResponse = try await session.read(Paths.readLog, request)
      whole.events += page.events
      whole.next = page.next
      whole.position = page.position
      // A page can be short: the service looks at so much of the log at once and no more.
      guard !page.next.isEmpty, whole.events.count < limit else { break }
      request.from = 0
      request.fromVersion = 0
      request.cursor = page.next
      request.limit = limit - whole.events.count
    }
    session.output.result(Tables.events(whole.events, session.output.style), JSON(whole))
    if !whole.next.isEmpty, session.output.format == .text, let last = whole.events.last {
      let place = options.stream == nil ? last.position.index : last.version
      session.output.note("there are more: --from \(backwards ? place - 1 : place + 1)")
    }
    return .done
  }

  /// Shows each event as it comes, across lost connections.
  private func follow(in session: Session) async throws -> Ending {
    let isFromEnd = from == 0 && options.since == nil
    let reader = LogFollower(
      request: SubscribeRequest(
        name: "", filter: options.filter, from: from, isFromEnd: isFromEnd))
    return try await reader.run(in: session) { update in
      for event in update.events {
        let line =
          session.output.format == .json ? JSON(event).compact : Tables.event(event)
        guard session.output.write(line + "\n") else { return false }
      }
      return true
    }
  }
}
