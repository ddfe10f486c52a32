import ArgumentParser
import Foundation
import GRPC
import RolloutCore
import Testing
import WindlassWire

@testable import windlass

@Suite("The log on the command line")
struct LogTests {
  private static func view(_ position: UInt64, summary: String = "fine") -> EventView {
    let stored = EventCodec.encode(
      .refusal(
        RefusalRecorded(
          command: "start", cluster: east,
          refusal: Refusal(.unknownRevision, "there is no revision 9"),
          by: Requester(
            principal: "ci", claimedActor: "=cmd|' /C calc'!A0", reason: "a \"b\", c\nd"),
          now: noon)))
    return EventView(
      position: LogPosition(position), stream: "refusals-\(shop)", version: position + 1,
      type: stored.type, recordedAt: noon, summary: summary, payload: stored.payload, now: noon,
      commandID: Array(repeating: 0xAB, count: 16))
  }

  private static func update(
    _ events: [EventView], next: UInt64, end: UInt64 = 9, isComplete: Bool = false
  ) -> FakeBackend.StreamStep {
    .reply(ExportEventsUpdate(events: events, next: next, end: end, isComplete: isComplete))
  }

  // MARK: Reading

  @Test("short pages are put together until there are as many as asked for")
  func pages() async throws {
    let backend = FakeBackend(answer: { _, n in
      .success(
        n < 3
          ? ReadEventsResponse(
            events: n == 1 ? [] : [Self.view(UInt64(n))], next: "c\(n)", position: 9)
          : ReadEventsResponse(events: [Self.view(3)], position: 9))
    })
    let console = Console()
    #expect(
      try await run(["events", "--kind", "command-refused", "--backwards"], backend, console)
        == .done)
    let asked = backend.requests.compactMap { $0 as? ReadEventsRequest }
    #expect(asked.map(\.cursor) == ["", "c0", "c1", "c2"])
    #expect(asked.map(\.limit) == [100, 99, 99, 98])
    #expect(asked.allSatisfy { $0.isBackwards && $0.filter.kinds == ["command-refused"] })
    // The first answer knew 9 events; later ones must know as many.
    #expect(asked.map(\.atLeastPosition) == [0, 9, 9, 9])
    #expect(console.out.split(separator: "\n").count == 4)
  }

  @Test(
    "filters that mean nothing are refused before anybody is asked",
    arguments: [
      ["--kind", "unheard-of"], ["--kind", "attempt-classified.v9"], ["--rule", "none-such"],
      ["--since", "yesterday"], ["--since", "2026-02-30T00:00:00Z"], ["--attempt", "0"],
      ["--since", "2026-11-23T09:00:00Z", "--until", "2026-11-23T09:00:00Z"],
      ["--application", "Shop"], ["--follow", "--backwards"], ["--follow", "--until", "1h"],
      ["--stream", "a b"], ["--limit", "0"], ["--at-least", "0"], ["--principal", "a\u{1B}b"],
    ])
  func refused(arguments: [String]) {
    #expect(throws: (any Error).self) { try Windlass.parseAsRoot(["events"] + arguments) }
  }

  @Test(
    "moments are read as RFC 3339 has them",
    arguments: [
      ("1970-01-01T00:00:01Z", 1_000_000), ("2026-11-23T12:00:00Z", 1_795_435_200_000_000),
      ("2024-02-29t23:59:59.25z", 1_709_251_199_250_000),
      ("2026-11-23 13:30:00.000001+01:30", 1_795_435_200_000_001),
      ("2000-03-01T00:00:00-00:00", 951_868_800_000_000),
    ] as [(String, Int64)])
  func moments(text: String, expected: Int64) throws {
    #expect(try Reading.moment(text).microseconds == expected)
  }

  @Test("a session never asks for less than it has seen, and an answer from behind is stale")
  func seen() async throws {
    var view = empty
    view.position = 41
    let shown = view
    let backend = FakeBackend(answer: { _, n in
      n == 0
        ? .success(shown)
        : .failure(
          RPCError(
            RPCStatus(
              .failedPrecondition, "stale",
              details: StatusDetails(reason: .init("STALE", domain: "windlass"))),
            wasSent: true, isAnswer: true))
    })
    let session = Console().session(backend)
    let request = GetRolloutRequest(application: shop, cluster: east)
    let _: RolloutView = try await session.read(Paths.getRollout, request)
    await #expect(throws: Failure(.stale, "stale")) {
      let _: RolloutView = try await session.read(Paths.getRollout, request)
    }
    #expect(
      backend.requests.compactMap { ($0 as? GetRolloutRequest)?.atLeastPosition } == [0, 41])
  }

  @Test("as of a position or a moment, as it was written")
  func asOf() async throws {
    let backend = FakeBackend(answer: { _, _ in .success(empty) })
    for text in ["17", "2026-11-23T12:00:00Z"] {
      _ = try await run(
        ["get", "shop/checkout", "--cluster", "eu-1", "--as-of", text, "--at-least", "3"],
        backend, Console())
    }
    #expect(
      backend.requests.compactMap { ($0 as? GetRolloutRequest)?.bounds.asOf }
        == [.position(17), .instant(noon)])
    #expect(throws: (any Error).self) {
      try Windlass.parseAsRoot(
        ["get", "shop/checkout", "--cluster", "eu-1", "--watch", "--as-of", "1"])
    }
  }

  // MARK: CSV

  @Test(
    "no cell is a formula, and every cell comes back",
    arguments: [
      ("plain", "plain"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""),
      ("=1+1", "\"'=1+1\""), ("+1", "\"'+1\""), ("-1", "\"'-1\""), ("@x", "\"'@x\""),
      ("\t=1", "\"'\t=1\""), ("\r=1", "\"'=1\""), ("\u{1B}[31mred", "[31mred"),
      ("\u{1B}=1", "\"'=1\""), ("", ""), ("日本", "日本"), ("a\r\nb", "\"a\nb\""),
    ] as [(String, String)])
  func cell(text: String, expected: String) { #expect(EventCSV.cell(text) == expected) }

  @Test("a row says who, what, when and why, in the columns of the header")
  func row() {
    let row = EventCSV.row(Self.view(7), withPayload: false)
    #expect(row.hasPrefix("7,refusals-shop/checkout,8,command-refused.v1,2026-11-23T12:00:00"))
    #expect(row.contains(",shop/checkout,eu-1,,ci,\"'=cmd|' /C calc'!A0\",\"a \"\"b\"\", c\nd\","))
    #expect(row.hasSuffix(",abababababababababababababababab\r\n"))
    #expect(
      EventCSV.header(withPayload: true)
        == "position,stream,version,type,now,recorded,application,cluster,attempt,principal,"
        + "claimed_actor,reason,rules,summary,event,command_id,payload\r\n")
  }

  // MARK: Export

  @Test("an export that is cut off goes on where it was, and the file appears when it is whole")
  func resumed() async throws {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "windlass-export-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { do { try FileManager.default.removeItem(at: directory) } catch {} }
    let file = directory.appending(path: "events.jsonl").path()
    let backend = FakeBackend(steps: { _, n in
      n == 0
        ? [
          Self.update([Self.view(0), Self.view(1)], next: 2), Self.update([], next: 5),
          .fail(FakeBackend.lost),
        ]
        : [
          Self.update([Self.view(6)], next: 7), Self.update([], next: 9, isComplete: true),
        ]
    })
    let status = try await run(["log", "export", "--to", file], backend, Console())
    #expect(status == .done)
    let asked = backend.requests.compactMap { $0 as? ExportEventsRequest }
    #expect(asked.map(\.from) == [0, 5])
    #expect(asked.map(\.before) == [0, 9])
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    let positions = try lines.map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(object?["position"] as? String)
    }
    #expect(positions == ["0", "1", "6"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path()).count == 1)
  }

  @Test("the same command goes on after it was killed; another one does not touch the part")
  func killed() async throws {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "windlass-export-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { do { try FileManager.default.removeItem(at: directory) } catch {} }
    let file = directory.appending(path: "events.csv").path()
    let arguments = ["log", "export", "--format", "csv", "--to", file]
    let dying = FakeBackend(steps: { _, _ in
      [
        Self.update([Self.view(0)], next: 1),
        .fail(RPCError(RPCStatus(.permissionDenied, "no"), wasSent: true, isAnswer: true)),
      ]
    })
    #expect(try await run(arguments, dying, Console()) == .forbidden)
    #expect(!FileManager.default.fileExists(atPath: file))
    // What was written after the last note comes again and must not stand there twice.
    let part = try FileHandle(forWritingTo: URL(filePath: file + ".part"))
    try part.seekToEnd()
    try part.write(contentsOf: Data("half a li".utf8))
    try part.close()
    let other = FakeBackend()
    #expect(
      try await run(arguments + ["--kind", "paused"], other, Console()) == .usage)
    let backend = FakeBackend(steps: { _, _ in
      [Self.update([Self.view(1)], next: 9), Self.update([], next: 9, isComplete: true)]
    })
    #expect(try await run(arguments, backend, Console()) == .done)
    #expect((backend.requests.first as? ExportEventsRequest)?.from == 1)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(
      text
        == EventCSV.header(withPayload: false) + EventCSV.row(Self.view(0), withPayload: false)
        + EventCSV.row(Self.view(1), withPayload: false))
  }

  // MARK: Subscriptions

  @Test("a batch is acknowledged once it is written, across a lost connection")
  func acknowledged() async throws {
    let backend = FakeBackend(
      answer: { request, _ in
        .success(
          AcknowledgeResponse(position: (request as? AcknowledgeRequest)?.position ?? 0))
      },
      steps: { _, n in
        let first = n == 0
        return [
          .reply(
            SubscribeUpdate(
              epoch: first ? 3 : 4, position: first ? 0 : 2, events: [], logPosition: 9)),
          .reply(
            SubscribeUpdate(
              epoch: first ? 3 : 4, position: first ? 2 : 9, events: [Self.view(first ? 1 : 8)],
              logPosition: 9)),
          first
            ? .fail(FakeBackend.lost)
            : .fail(
              RPCError(
                RPCStatus(
                  .aborted, "taken over",
                  details: StatusDetails(reason: .init("TAKEN_OVER", domain: "windlass"))),
                wasSent: true, isAnswer: true)),
        ]
      })
    let console = Console()
    #expect(try await run(["subscribe", "audit"], backend, console) == .superseded)
    let acknowledged = backend.requests.compactMap { $0 as? AcknowledgeRequest }
    #expect(
      acknowledged == [
        AcknowledgeRequest(name: "audit", epoch: 3, position: 2),
        AcknowledgeRequest(name: "audit", epoch: 4, position: 9),
      ])
    #expect(console.out.split(separator: "\n").count == 2)
  }

  @Test("a batch whose command fails is not acknowledged", arguments: [0, 3])
  func handler(status: Int) async throws {
    let backend = FakeBackend(
      answer: { _, _ in .success(AcknowledgeResponse(position: 2)) },
      steps: { _, n in
        n == 0
          ? [
            .reply(
              SubscribeUpdate(
                epoch: 3, position: 2, events: [Self.view(1)], logPosition: 9)),
            .fail(RPCError(RPCStatus(.notFound, "deleted"), wasSent: true, isAnswer: true)),
          ] : []
      })
    let ending = try await run(
      ["subscribe", "audit", "--exec", "grep -q '\"position\":\"1\"' && exit \(status)"],
      backend, Console())
    #expect(ending == (status == 0 ? .usage : .refused))
    #expect(
      backend.requests.filter { $0 is AcknowledgeRequest }.count == (status == 0 ? 1 : 0))
  }
}
