public import EventLog
import Postgres

extension PostgresEventLog {
  /// A page is cut after so many bytes of payload.
  private static let selectionBytesMax: Int64 = 4 * 1024 * 1024
  /// Looking up more streams than this one by one is not tried.
  private static let streamsLookedUpMax = 64

  public func read(
    _ selection: LogSelection, in range: Range<GlobalPosition>, _ direction: ReadDirection,
    limit: Int
  ) async throws(ReadError) -> LogPage {
    try selection.validate()
    try AppendRules.validate(readLimit: limit)
    // Announced is durable; beyond that only the head row knows.
    var end = signal.next
    if range.upperBound > end { end = try await head().head.next }
    let lower = min(range.lowerBound, end)
    let whole = lower..<max(lower, min(range.upperBound, end))
    if whole.isEmpty || selection.streams?.isEmpty == true || selection.types?.isEmpty == true {
      let edge = direction == .forwards ? whole.upperBound : whole.lowerBound
      return LogPage(events: [], rest: edge..<edge)
    }
    if let streams = selection.streams, streams.count <= Self.streamsLookedUpMax {
      let found = try await numbers(of: streams)
      let events = found.reduce(UInt64(0)) { $0 &+ $1.events }
      let positions = whole.upperBound.index - whole.lowerBound.index
      // A probe costs more than passing over a row.
      if events <= positions / 4 || positions > UInt64(LogSelection.positionsMax) {
        return try await lookUp(found.map(\.number), selection.types, in: whole, direction, limit)
      }
    }
    return try await scan(selection, in: whole, direction, limit)
  }

  public func boundary(upTo now: Int64) async throws(ReadError) -> GlobalPosition {
    var parameters = ParameterList()
    parameters.append(int8: now)
    return try await search(SelectionStatements.boundary, parameters) {
      (result) throws(PostgresError) in
      GlobalPosition(UInt64(bitPattern: try result.int8(row: 0, column: 0)))
    }
  }

  private func scan(
    _ selection: LogSelection, in whole: Range<GlobalPosition>, _ direction: ReadDirection,
    _ limit: Int
  ) async throws(ReadError) -> LogPage {
    let (lower, upper) = (whole.lowerBound.index, whole.upperBound.index)
    let looked = min(upper - lower, UInt64(LogSelection.positionsMax))
    let part = direction == .forwards ? lower..<lower + looked : upper - looked..<upper
    var parameters = ParameterList()
    parameters.append(int8: Int64(bitPattern: part.lowerBound))
    parameters.append(int8: Int64(bitPattern: part.upperBound))
    let types = selection.types ?? []
    parameters.append(int4: Int32(truncatingIfNeeded: types.count))
    parameters.appendArray(of: .text, count: types.count)
    for type in types { parameters.element(text: type) }
    let streams = selection.streams ?? []
    parameters.append(int4: Int32(truncatingIfNeeded: streams.count))
    parameters.appendArray(of: .text, count: streams.count)
    for stream in streams { parameters.element(text: stream.text) }
    parameters.append(int8: Int64(limit))
    parameters.append(int8: Self.selectionBytesMax)
    let statement =
      direction == .forwards
      ? SelectionStatements.scanForwards : SelectionStatements.scanBackwards
    let rows = try await rows(statement, parameters, limit)
    if selection == .all {
      // Nothing may be missing between one row and the next.
      for (offset, event) in rows.events.enumerated() {
        let expected =
          direction == .forwards
          ? part.lowerBound + UInt64(offset) : part.upperBound - 1 - UInt64(offset)
        guard event.position.index == expected else {
          throw .corrupt("position \(expected) is missing")
        }
      }
      guard rows.isCut || rows.events.count == part.count else {
        throw .corrupt(
          "positions \(part.lowerBound)..<\(part.upperBound) hold \(rows.events.count) events")
      }
    }
    return page(rows.events, isCut: rows.isCut, part, of: whole, direction)
  }

  private func lookUp(
    _ streams: [Int64], _ types: [String]?, in whole: Range<GlobalPosition>,
    _ direction: ReadDirection, _ limit: Int
  ) async throws(ReadError) -> LogPage {
    var parameters = ParameterList()
    parameters.append(int8: Int64(bitPattern: whole.lowerBound.index))
    parameters.append(int8: Int64(bitPattern: whole.upperBound.index))
    parameters.appendArray(of: .int8, count: streams.count)
    for stream in streams { parameters.element(int8: stream) }
    // Types are looked at here, so that one which is rare makes no statement long.
    let looked = types == nil ? limit : max(limit, min(1_000, AppendRules.readLimitMax))
    parameters.append(int8: Int64(looked))
    parameters.append(int8: Self.selectionBytesMax)
    let statement =
      direction == .forwards
      ? SelectionStatements.streamsForwards : SelectionStatements.streamsBackwards
    let rows = try await rows(statement, parameters, looked)
    let part = whole.lowerBound.index..<whole.upperBound.index
    guard let types else { return page(rows.events, isCut: rows.isCut, part, of: whole, direction) }
    let wanted = Set(types)
    let picked = rows.events.filter { wanted.contains($0.type) }
    if picked.count > limit {
      return page(Array(picked.prefix(limit)), isCut: true, part, of: whole, direction)
    }
    var page = page(rows.events, isCut: rows.isCut, part, of: whole, direction)
    page.events = picked
    return page
  }

  /// - Parameter isCut: there is more in `part` after the last of the events.
  private func page(
    _ events: [RecordedEvent], isCut: Bool, _ part: Range<UInt64>,
    of whole: Range<GlobalPosition>, _ direction: ReadDirection
  ) -> LogPage {
    let rest: Range<GlobalPosition>
    switch direction {
    case .forwards:
      let next = isCut ? (events.last?.position.index ?? part.lowerBound) + 1 : part.upperBound
      rest = GlobalPosition(min(next, whole.upperBound.index))..<whole.upperBound
    case .backwards:
      let next = isCut ? events.last?.position.index ?? part.upperBound : part.lowerBound
      rest = whole.lowerBound..<GlobalPosition(next)
    }
    return LogPage(events: events, rest: rest)
  }

  private func rows(
    _ statement: Statement, _ parameters: ParameterList, _ limit: Int
  ) async throws(ReadError) -> (events: [RecordedEvent], isCut: Bool) {
    let (stored, found) = try await search(statement, parameters) {
      (result) throws(PostgresError) -> ([StoredEvent], Int64) in
      let stored = try StoredEvent.decode(result)
      return (stored, result.rowCount > 0 ? try result.int8(row: 0, column: 7) : 0)
    }
    return (try await named(stored), found >= Int64(limit) || found > Int64(stored.count))
  }

  private func numbers(
    of streams: [StreamName]
  ) async throws(ReadError) -> [(number: Int64, events: UInt64)] {
    var parameters = ParameterList()
    parameters.appendArray(of: .text, count: streams.count)
    for stream in streams { parameters.element(text: stream.text) }
    return try await search(SelectionStatements.streams, parameters) {
      (result) throws(PostgresError) in
      var found: [(number: Int64, events: UInt64)] = []
      for row in 0..<result.rowCount {
        found.append(
          (
            try result.int8(row: row, column: 0),
            UInt64(bitPattern: try result.int8(row: row, column: 1))
          ))
      }
      return found
    }
  }

  /// On a connection of its own: nobody who searches the past holds up those who fold the present.
  private func search<R: Sendable>(
    _ statement: Statement, _ parameters: ParameterList,
    _ read: @Sendable (borrowing QueryResult) throws(PostgresError) -> R
  ) async throws(ReadError) -> R {
    do {
      return try await searcher.query(statement, parameters, within: .seconds(30), read)
    } catch {
      throw ReadError(error)
    }
  }
}
