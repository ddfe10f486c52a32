public import EventLog
import Postgres

extension PostgresEventLog {
  /// A page is cut after so many bytes of payload, so that no read needs unbounded memory.
  private static let pageBytesMax = 8 * 1024 * 1024
  /// The most batches one page is made of.
  private static let pageBatchesMax = 2000

  public func head() async throws(ReadError) -> HeadReading {
    let mark = clock.mark()
    let reading = try await ask(HeadStatement.statement, ParameterList()) {
      (result) throws(PostgresError) in try HeadStatement.decode(result)
    }
    clock.observe(serverNow: reading.serverNow, since: mark)
    return reading
  }

  public func read(
    from position: GlobalPosition, limit: Int
  ) async throws(ReadError) -> [RecordedEvent] {
    try AppendRules.validate(readLimit: limit)
    var events: [RecordedEvent] = []
    var next = position.index
    while events.count < limit, next < UInt64(Int64.max) {
      let rest = limit - events.count
      let batches = page(of: try await batches(after: next, rest), from: next, rest)
      guard let last = batches.last else { break }
      let end = min(last.next, next + UInt64(rest))
      events += try await self.events(next..<end, batches)
      next = end
    }
    return events
  }

  public func readStream(
    _ stream: StreamName, from version: StreamVersion, limit: Int
  ) async throws(ReadError) -> [RecordedEvent] {
    try AppendRules.validate(readLimit: limit)
    var events: [RecordedEvent] = []
    var next = max(version.index, 1)
    while events.count < limit, next <= UInt64(Int64.max) {
      var parameters = ParameterList()
      parameters.append(text: stream.text)
      parameters.append(int8: Int64(bitPattern: next))
      parameters.append(int8: Int64(limit - events.count))
      parameters.append(int8: Int64(Self.pageBytesMax))
      let stored = try await ask(Self.streamStatement, parameters) {
        (result) throws(PostgresError) in try StoredEvent.decode(result)
      }
      guard let last = stored.last else { break }
      for (offset, event) in stored.enumerated() {
        guard event.version == next + UInt64(offset) else {
          throw .corrupt("stream \(stream) has no version \(next + UInt64(offset))")
        }
      }
      events += try await named(stored)
      next = last.version + 1
    }
    return events
  }

  public func catchUp(from head: LogHead, limit: Int) async throws(ReadError) -> CatchUp {
    try AppendRules.validate(readLimit: limit)
    guard head.next.index <= UInt64(Int64.max) else { throw .diverged }
    let start = head.next.index
    // The boundary itself, then those after it.
    let found = try await batches(from: start, limit)
    guard let boundary = found.first, boundary.next == start,
      boundary.chain == head.chain || head == .empty
    else {
      names.forget()
      throw .diverged
    }
    let batches = page(of: Array(found.dropFirst()), from: start, limit)
    guard let last = batches.last else {
      return CatchUp(events: [], head: LogHead(next: head.next, chain: boundary.chain))
    }
    let events = try await events(start..<last.next, batches)
    try verify(events, batches, after: boundary)
    return CatchUp(
      events: events, head: LogHead(next: GlobalPosition(last.next), chain: last.chain))
  }

  public func waitForChange(
    past position: GlobalPosition, atMost duration: Duration
  ) async -> Bool {
    await signal.wait(past: position, atMost: duration)
  }

  // MARK: Pages

  /// As many whole batches as fit, and at least one.
  private func page(of batches: [StoredBatch], from start: UInt64, _ limit: Int) -> [StoredBatch] {
    var bytes = 0
    var count = 0
    for batch in batches {
      bytes += Int(batch.bytes)
      let events = batch.next.subtractingReportingOverflow(start)
      let fits =
        !events.overflow && events.partialValue <= UInt64(limit) && bytes <= Self.pageBytesMax
      if count > 0 && !fits { break }
      count += 1
    }
    return Array(batches.prefix(count))
  }

  private func batches(
    after position: UInt64, _ limit: Int
  ) async throws(ReadError) -> [StoredBatch] {
    try await batches(from: position + 1, limit)
  }

  private func batches(
    from position: UInt64, _ limit: Int
  ) async throws(ReadError) -> [StoredBatch] {
    var parameters = ParameterList()
    parameters.append(int8: Int64(bitPattern: position))
    parameters.append(int8: Int64(min(limit, Self.pageBatchesMax) + 1))
    return try await ask(Self.batchStatement, parameters) {
      (result) throws(PostgresError) in try StoredBatch.decode(result)
    }
  }

  /// The events of a range, with the times of the batches they came in. A hole is corruption.
  private func events(
    _ range: Range<UInt64>, _ batches: [StoredBatch]
  ) async throws(ReadError) -> [RecordedEvent] {
    var parameters = ParameterList()
    parameters.append(int8: Int64(bitPattern: range.lowerBound))
    parameters.append(int8: Int64(bitPattern: range.upperBound))
    var stored = try await ask(Self.eventStatement, parameters) {
      (result) throws(PostgresError) in try StoredEvent.decode(result)
    }
    guard stored.count == range.count else {
      throw .corrupt(
        "positions \(range.lowerBound)..<\(range.upperBound) hold \(stored.count) events")
    }
    var batch = batches.startIndex
    for index in stored.indices {
      let expected = range.lowerBound + UInt64(index)
      guard stored[index].position == expected else {
        throw .corrupt("position \(expected) is missing")
      }
      while batch < batches.endIndex, batches[batch].next <= expected { batch += 1 }
      guard batch < batches.endIndex else { throw .corrupt("position \(expected) is in no batch") }
      stored[index].recordedAt = batches[batch].at
    }
    return try await named(stored)
  }

  /// Computes the chain again from the events themselves.
  private func verify(
    _ events: [RecordedEvent], _ batches: [StoredBatch], after boundary: StoredBatch
  ) throws(ReadError) {
    var hash = BatchHash()
    var chain = boundary.chain
    var next = boundary.next
    var index = 0
    for batch in batches {
      guard batch.next > next, batch.next - next == UInt64(UInt32(bitPattern: batch.count)),
        events.count - index >= Int(batch.count)
      else { throw .corrupt("the batch before position \(batch.next) has the wrong count") }
      hash.removeAll()
      for event in events[index..<(index + Int(batch.count))] {
        hash.add(event.stream, event.version.index, event.type, event.commandID, event.payload)
      }
      guard hash.digest == batch.digest else {
        throw .corrupt("the events at \(next)..<\(batch.next) are not those that were appended")
      }
      chain = BatchHash.chain(
        after: chain, first: next, count: batch.count, at: batch.at, now: batch.now,
        digest: batch.digest)
      guard chain == batch.chain else {
        throw .corrupt("the chain is broken at position \(batch.next)")
      }
      index += Int(batch.count)
      next = batch.next
    }
  }

  // MARK: Names

  func named(_ stored: [StoredEvent]) async throws(ReadError) -> [RecordedEvent] {
    var names = names.snapshot
    let streams = Set(stored.lazy.map(\.stream)).filter { names.streams[$0] == nil }
    let types = Set(stored.lazy.map(\.type)).filter { names.types[$0] == nil }
    if !streams.isEmpty || !types.isEmpty {
      try await learn(streams, types, &names)
    }
    var events: [RecordedEvent] = []
    events.reserveCapacity(stored.count)
    for event in stored {
      guard let stream = names.streams[event.stream], let type = names.types[event.type] else {
        throw .corrupt("the stream or type of position \(event.position) has no name")
      }
      events.append(
        RecordedEvent(
          position: GlobalPosition(event.position), stream: stream,
          version: StreamVersion(event.version), type: type, payload: event.payload,
          commandID: event.command, recordedAt: event.recordedAt))
    }
    return events
  }

  private func learn(
    _ streams: Set<Int64>, _ types: Set<Int32>, _ known: inout NameCache.Names
  ) async throws(ReadError) {
    var parameters = ParameterList()
    parameters.appendArray(of: .int8, count: streams.count)
    for stream in streams { parameters.element(int8: stream) }
    parameters.appendArray(of: .int4, count: types.count)
    for type in types { parameters.element(int4: type) }
    let rows = try await ask(Self.nameStatement, parameters) { (result) throws(PostgresError) in
      var rows: [(isStream: Bool, number: Int64, name: String)] = []
      for row in 0..<result.rowCount {
        rows.append(
          (
            try result.bool(row: row, column: 0), try result.int8(row: row, column: 1),
            result.text(row: row, column: 2) ?? ""
          ))
      }
      return rows
    }
    var newStreams: [Int64: StreamName] = [:]
    var newTypes: [Int32: String] = [:]
    for row in rows {
      if row.isStream {
        do { newStreams[row.number] = try StreamName(validating: row.name) } catch {
          throw .corrupt("stream \(row.number): \(error)")
        }
      } else {
        newTypes[Int32(truncatingIfNeeded: row.number)] = row.name
      }
    }
    known.streams.merge(newStreams) { _, new in new }
    known.types.merge(newTypes) { _, new in new }
    names.learn(streams: newStreams, types: newTypes)
  }

  private func ask<R: Sendable>(
    _ statement: Statement, _ parameters: ParameterList,
    _ read: @Sendable (borrowing QueryResult) throws(PostgresError) -> R
  ) async throws(ReadError) -> R {
    do { return try await reader.query(statement, parameters, within: .seconds(30), read) } catch {
      throw ReadError(error)
    }
  }

  private static let batchStatement = Statement(
    "batches",
    """
    select next_position, count, bytes, at, now, digest, chain from windlass_log.batch
    where log_id = 0 and next_position >= $1 order by next_position limit $2
    """)
  private static let eventStatement = Statement(
    "events",
    """
    select position, stream_id, version, type_id, command_id, payload from windlass_log.event
    where log_id = 0 and position >= $1 and position < $2 order by position
    """)
  private static let nameStatement = Statement(
    "names",
    """
    select true, stream_id, name from windlass_log.stream
    where log_id = 0 and stream_id = any($1)
    union all
    select false, type_id::bigint, name from windlass_log.event_type where type_id = any($2)
    """)
  private static let streamStatement = Statement(
    "stream_events",
    """
    select position, stream_id, version, type_id, command_id, payload, at from (
      select e.*, sum(octet_length(e.payload)) over (order by e.version)
          - octet_length(e.payload) as bytes_before,
        (select b.at from windlass_log.batch b where b.log_id = 0 and b.next_position > e.position
          order by b.next_position limit 1) as at
      from windlass_log.event e
      where e.log_id = 0
        and e.stream_id = (select s.stream_id from windlass_log.stream s
          where s.log_id = 0 and s.name = $1 collate "C")
        and e.version >= $2 and e.version < $2 + $3
      order by e.version
    ) page
    where bytes_before < $4 order by version
    """)
}
