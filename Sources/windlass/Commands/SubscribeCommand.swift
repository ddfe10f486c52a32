import ArgumentParser
import Foundation
import RolloutCore
import WindlassWire

struct SubscribeCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "subscribe",
    abstract: "Take events as they are appended, from where this subscription was left.",
    discussion: """
      The service keeps, under the name, up to where events have been dealt with. Events come in \
      order and at least once: what was under way when either side died comes again. One JSON object \
      a line goes to standard output, and counts as dealt with once it is written; with --exec it \
      goes to the command's standard input, a batch at a time, and counts once the command has ended \
      with 0. Any other status ends this program with 10, and the batch comes again.

      Whoever opens a subscription takes it over; the one before ends with 13. The filter belongs \
      to the subscription and cannot be changed later.

        windlass subscribe audit --kind contract-violated --exec './notify'
        windlass subscribe warehouse --from-end >> events.jsonl
      """)

  @Argument(
    help: ArgumentHelp("1 to 100 of A-Z a-z 0-9 . _ -", valueName: "name"),
    transform: Reading.subscription)
  var name: String

  @OptionGroup(title: "Filter") var options: FilterOptions

  @Option(
    help: ArgumentHelp(
      "Where a new subscription begins. Default: with the first event.", valueName: "position"))
  var from: UInt64 = 0

  @Flag(help: "A new subscription begins with events that are still to come.")
  var fromEnd = false

  @Option(
    help: ArgumentHelp(
      "Run this for each batch, by sh -c, with the events on its standard input.",
      valueName: "command"))
  var exec: String?

  @Option(
    help: ArgumentHelp(
      "How others see this consumer. Default: host and process.", valueName: "name")
  )
  var consumer: String?

  @Flag(help: "Also give each event's protobuf, in base64.")
  var payload = false

  @OptionGroup(title: "Service") var connection: ConnectionOptions

  func validate() throws {
    if options.until != nil {
      throw ValidationError("--until: a subscription has no end; see `windlass log export`")
    }
    if fromEnd && from > 0 { throw ValidationError("--from and --from-end exclude each other") }
    guard from <= UInt64(Int64.max) else {
      throw ValidationError("--from is at most \(Int64.max)")
    }
    guard (consumer ?? "").utf8.count <= 128 else {
      throw ValidationError("--consumer has at most 128 bytes")
    }
  }

  func execute(in session: Session) async throws -> Ending {
    let own = "\(ProcessInfo.processInfo.hostName):\(ProcessInfo.processInfo.processIdentifier)"
    let follower = LogFollower(
      request: SubscribeRequest(
        name: name, filter: options.filter, from: from, isFromEnd: fromEnd,
        consumer: consumer ?? String(own.suffix(128))))
    return try await follower.run(in: session) { update in
      guard !update.events.isEmpty else { return true }
      let lines = update.events.map { JSON($0, withPayload: payload).compact + "\n" }.joined()
      guard let exec else { return session.output.write(lines) }
      let status = try await Handler.run(exec, input: lines, subscription: name)
      guard status == 0 else {
        throw Failure(
          .refused,
          "the command ended with \(status): the events before position \(update.position) are not "
            + "acknowledged and come again")
      }
      return true
    }
  }
}

/// A program that deals with events.
private enum Handler {
  /// - Returns: its exit status; 128 and the signal's number when it was killed.
  static func run(_ command: String, input: String, subscription: String) async throws -> Int32 {
    // A handler that ends before it has read everything must not end this program.
    signal(SIGPIPE, SIG_IGN)
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    var environment = ProcessInfo.processInfo.environment
    environment["WINDLASS_SUBSCRIPTION"] = subscription
    process.environment = environment
    process.standardInput = pipe
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        process.terminationHandler = { process in
          let status = process.terminationStatus
          continuation.resume(
            returning: process.terminationReason == .uncaughtSignal ? 128 + status : status)
        }
        do {
          try process.run()
        } catch {
          continuation.resume(throwing: Failure(.usage, "--exec: sh cannot be run: \(error)"))
          return
        }
        Thread.detachNewThread {
          // What it did not read it does not need: its exit status says how it went.
          do { try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8)) } catch {}
          do { try pipe.fileHandleForWriting.close() } catch {}
        }
      }
    } onCancel: {
      if process.isRunning { process.terminate() }
    }
  }
}
