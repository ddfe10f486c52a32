import ArgumentParser
import EventLog
import Logging
import Postgres
import PostgresEventLog
import RolloutCore
import WindlassWire

/// The append statement alone, without anything of Windlass around it: what PostgreSQL itself takes.
struct BareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bare", abstract: "Loop over the append statement, or over single-row inserts.")

  @Option(help: "postgresql:// URL of a database for measurements only.") var database: String
  @Option(help: "Commands in one statement; one event each.") var batch = 100
  @Option(help: "Seconds of statements.") var seconds = 5
  @Flag(help: "Insert one row per transaction into a plain table instead.") var single = false

  func validate() throws {
    guard (1...500).contains(batch), (1...600).contains(seconds) else {
      throw ValidationError("batch must be 1 to 500, seconds 1 to 600")
    }
  }

  func run() async throws {
    let settings = try ConnectionSettings(parsing: database)
    let session = PostgresSession(settings)
    let latencies =
      single ? try await insertRows(session) : try await append(settings, session)
    await session.close()
    let total = latencies.reduce(0) { $0 + $1.seconds }
    var figures = Figures()
    figures["rows_per_s"] = Double(latencies.count * (single ? 1 : batch)) / total
    figures.add("statement", latencies: latencies)
    try figures.print()
  }

  private func insertRows(_ session: PostgresSession) async throws -> [Duration] {
    try await session.execute(Self.createTable)
    var parameters = ParameterList()
    parameters.append(bytes: Self.payload)
    var latencies: [Duration] = []
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      let start = ContinuousClock.now
      try await session.execute(Self.insertRow, parameters)
      latencies.append(start.duration(to: .now))
    }
    return latencies
  }

  /// Only the statement's round trip counts; its parameters are made between two of them.
  private func append(
    _ settings: ConnectionSettings, _ session: PostgresSession
  ) async throws -> [Duration] {
    // Brings the schema, and says where the log ends.
    let log = try await PostgresEventLog.open(settings, logger: Logger(label: "windlass-bench"))
    var now = try await log.head().serverNow
    await log.close()
    var streams = Streams(count: batch)
    var latencies: [Duration] = []
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      let parameters = streams.next(Self.payload, now: now)
      let start = ContinuousClock.now
      let (status, serverNow) = try await session.query(Self.append, parameters) {
        (result) throws(PostgresError) in
        (try result.int4(row: 0, column: 0), try result.int8(row: 0, column: 1))
      }
      latencies.append(start.duration(to: .now))
      guard status == 0 else { throw BenchError("append answered with status \(status)") }
      now = serverNow
    }
    return latencies
  }

  /// As many bytes as the event that `append` has written.
  private static let payload = EventCodec.encode(
    .rollout(
      .paused(
        AttemptNumber(1), .person, by: Requester(principal: "anonymous"),
        now: Timestamp(microseconds: 1_767_225_600_000_000)))
  ).payload

  /// The parameters of one batch after the other: each stream gets an event, and two of other
  /// streams are guarded for every 16, as with 16 applications on 16 clusters.
  private struct Streams {
    private let names: [String]
    private let guards: [String]
    private let digest = [UInt8](repeating: 7, count: 32)
    private var version: Int64 = 0
    private let run = UInt64.random(in: .min ... .max)
    private var command: UInt64 = 0

    init(count: Int) {
      let run = run
      names = (0..<count).map { "rollout-bench/bare-\(run)@bench-\($0)" }
      guards = (0..<min(2 * ((count + 15) / 16), 32)).map { "application-bench/bare-\(run)-\($0)" }
    }

    mutating func next(_ payload: [UInt8], now: Int64) -> ParameterList {
      var list = ParameterList()
      list.append(int4: 0)
      // No position: the log accepts whatever it ends with.
      list.append(int8: 0)
      list.append(bytes: [])
      list.append(bytes: digest)
      list.append(int4: Int32(payload.count * names.count))
      list.append(int8: now)
      list.append(int8: now)
      appendStreams(&list)
      list.appendArray(of: .uuid, count: names.count)
      for index in names.indices { list.element(uuid: run, command + UInt64(index)) }
      command += UInt64(names.count)
      list.appendArray(of: .bytes, count: names.count)
      for _ in names { list.element(bytes: digest) }
      list.appendArray(of: .int4, count: names.count)
      for index in names.indices { list.element(int4: Int32(index)) }
      list.appendArray(of: .int4, count: names.count)
      for _ in names { list.element(int4: 1) }
      list.appendArray(of: .text, count: 1)
      list.element(text: "paused.v1")
      list.appendArray(of: .int4, count: names.count)
      for index in names.indices { list.element(int4: Int32(index + 1)) }
      list.appendArray(of: .int8, count: names.count)
      for _ in names { list.element(int8: version + 1) }
      list.appendArray(of: .int4, count: names.count)
      for index in names.indices { list.element(int4: Int32(index + 1)) }
      list.appendArray(of: .int4, count: names.count)
      for _ in names { list.element(int4: 1) }
      list.appendArray(of: .bytes, count: names.count)
      for _ in names { list.element(bytes: payload) }
      version += 1
      return list
    }

    private func appendStreams(_ list: inout ParameterList) {
      // The guarded streams do not exist, which is what is expected of them.
      list.appendArray(of: .text, count: names.count + guards.count)
      for name in names + guards { list.element(text: name) }
      list.appendArray(of: .int8, count: names.count + guards.count)
      for _ in names { list.element(int8: version) }
      for _ in guards { list.element(int8: 0) }
      list.appendArray(of: .int8, count: names.count + guards.count)
      for _ in names { list.element(int8: version + 1) }
      for _ in guards { list.element(int8: 0) }
    }
  }

  private static let createTable = Statement(
    "create_table",
    "create table if not exists bench_row (id bigserial primary key, body bytea not null)")
  private static let insertRow = Statement("insert_row", "insert into bench_row (body) values ($1)")
  /// As in Sources/PostgresEventLog/AppendStatement.swift.
  private static let append = Statement(
    "append",
    """
    select status, server_now, base_position, base_chain, next_position, chain, last_now, bad,
      detail, extra
    from windlass_log.append_v2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
      $16, $17, $18, $19, $20)
    """)
}
