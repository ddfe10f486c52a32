public import LogArchive
import Postgres
public import Proofs

/// The log and its tree as the rows are, for those who believe nothing: it reads names anew for
/// every page, leaves holes as holes, and compares nothing.
public final class PostgresEvidence: EvidenceStore {
  /// A page is cut after so many bytes of payload.
  private static let pageBytesMax = 4 * 1024 * 1024
  /// Where batches were removed, the next one may seem to hold any number of events.
  private static let rowsMax: Int64 = 20_000
  private static let commandsAtOnce: Int64 = 5_000
  private static let limit = Duration.seconds(30)

  private let session: PostgresSession

  init(_ session: PostgresSession) { self.session = session }

  func close() async { await session.close() }

  // MARK: The present

  public func evidence() async throws(EvidenceError) -> EvidenceState {
    try await ask(Self.stateStatement, ParameterList()) { (result) throws(PostgresError) in
      guard result.rowCount == 1, let chain = result.bytes(row: 0, column: 1) else {
        throw .malformed("the log has no head or no tree")
      }
      var numbers: [Int64] = []
      for column in 2..<13 { numbers.append(try result.int8(row: 0, column: column)) }
      let next = UInt64(bitPattern: try result.int8(row: 0, column: 0))
      return EvidenceState(
        logID: 0, next: next, chain: chain, lastNow: numbers[0], lastAt: numbers[1],
        treeSize: UInt64(bitPattern: numbers[2]),
        incarnation: UInt32(clamping: numbers[3]), commandsFrom: UInt64(bitPattern: numbers[4]),
        eventsEnd: UInt64(bitPattern: numbers[5]), batchesEnd: UInt64(bitPattern: numbers[6]),
        leavesEnd: UInt64(bitPattern: numbers[7]), commandsEnd: UInt64(bitPattern: numbers[8]),
        trailingAt: numbers[9], checkpoints: UInt64(bitPattern: numbers[10]))
    }
  }

  public func start(
    at position: UInt64, in state: EvidenceState
  ) async throws -> ArchiveStart {
    var parameters = ParameterList()
    parameters.append(int8: Int64(clamping: position))
    let found = try await ask(Self.startStatement, parameters) { (result) throws(PostgresError) in
      (
        chain: result.bytes(row: 0, column: 0),
        checkpoints: UInt64(bitPattern: try result.int8(row: 0, column: 1))
      )
    }
    guard let chain = found.chain else {
      throw EvidenceError.broken("no batch ends at position \(position)")
    }
    let tree = TiledTree(self, size: max(state.treeSize, position))
    guard let frontier = try await tree.frontier(at: position) else {
      throw EvidenceError.broken("position \(position) is not in the tree yet")
    }
    return ArchiveStart(
      logID: state.logID, position: position, chain: chain, frontier: frontier.complete,
      commandsFrom: state.commandsFrom, checkpointsBefore: found.checkpoints,
      restorations: try await restorations())
  }

  public func end(of state: EvidenceState) async throws -> ArchiveEnd {
    var end = ArchiveEnd(
      next: state.next, isWhole: true, chain: state.chain, lastNow: state.lastNow,
      lastAt: state.lastAt, treeSize: state.treeSize, eventsEnd: state.eventsEnd,
      batchesEnd: state.batchesEnd, leavesEnd: state.leavesEnd, commandsEnd: state.commandsEnd,
      trailingAt: state.trailingAt, checkpoints: state.checkpoints)
    var after: String? = ""
    while let name = after {
      var parameters = ParameterList()
      parameters.append(text: name)
      parameters.append(int8: 1_000)
      let page = try await ask(Self.streamStatement, parameters) { (result) throws(PostgresError) in
        var rows: [(name: String, version: Int64, isWrong: Bool)] = []
        for row in 0..<result.rowCount {
          rows.append(
            (
              result.text(row: row, column: 0) ?? "", try result.int8(row: row, column: 1),
              try result.bool(row: row, column: 2)
            ))
        }
        return rows
      }
      for row in page where row.isWrong && end.wrongStreams.count < 1_000 {
        end.wrongStreams.append(.init(stream: row.name, version: UInt64(bitPattern: row.version)))
      }
      after = page.count == 1_000 ? page.last?.name : nil
    }
    return end
  }

  // MARK: Pages

  public func page(
    from position: UInt64, in state: EvidenceState, limit: Int,
    _ tell: (ArchiveItem) async throws -> Void
  ) async throws -> UInt64 {
    var batches = try await batches(after: position, until: state.next, limit)
    guard let last = batches.last else {
      guard !state.isPart else { return state.next }
      for checkpoint in try await checkpoints(after: position, until: .max, state) {
        try await tell(.checkpoint(checkpoint.item))
      }
      return state.next
    }
    let end = last.next
    // Past the end of the log there is nothing to wait for: those that are left come last.
    let horizon = end >= state.next && !state.isPart ? UInt64.max : end
    // What was sealed since that moment is not told: its leaves might not be there.
    for index in batches.indices where batches[index].next > state.treeSize {
      batches[index].commands = nil
    }
    let inTree = position..<max(position, min(end, state.treeSize))
    var checkpoints = try await checkpoints(after: position, until: horizon, state)[...]
    var events = try await events(position..<end)[...]
    try await addEvidence(to: &events, inTree)
    var tiles = try await tiles(inTree)[...]
    var commands = CommandCursor(from: position, until: end)
    for batch in batches {
      try await tell(.batch(batch))
      while let command = try await commands.next(before: batch.next, self) {
        try await tell(.command(command))
      }
      while let event = events.first, event.position < batch.next {
        try await tell(.event(event))
        events = events.dropFirst()
      }
      while let tile = tiles.first, tile.end <= batch.next {
        try await tell(.tile(tile))
        tiles = tiles.dropFirst()
      }
      while let checkpoint = checkpoints.first, checkpoint.size <= batch.next {
        try await tell(.checkpoint(checkpoint.item))
        checkpoints = checkpoints.dropFirst()
      }
    }
    for checkpoint in checkpoints { try await tell(.checkpoint(checkpoint.item)) }
    return end
  }

  public func checkpoints(
    at position: UInt64, in state: EvidenceState
  ) async throws -> [ArchivedCheckpoint] {
    try await checkpoints(after: nil, until: position, state).map(\.item)
  }

  private func batches(
    after position: UInt64, until end: UInt64, _ limit: Int
  ) async throws(EvidenceError) -> [ArchivedBatch] {
    var parameters = ParameterList()
    parameters.append(int8: Int64(clamping: position))
    parameters.append(int8: Int64(clamping: end))
    parameters.append(int8: Int64(limit))
    parameters.append(int8: Int64(Self.pageBytesMax))
    return try await ask(Self.batchStatement, parameters) { (result) throws(PostgresError) in
      var batches: [ArchivedBatch] = []
      for row in 0..<result.rowCount {
        batches.append(
          ArchivedBatch(
            next: UInt64(bitPattern: try result.int8(row: row, column: 0)),
            count: UInt32(bitPattern: try result.int4(row: row, column: 1)),
            bytes: UInt32(bitPattern: try result.int4(row: row, column: 2)),
            at: try result.int8(row: row, column: 3), now: try result.int8(row: row, column: 4),
            digest: result.bytes(row: row, column: 5) ?? [],
            chain: result.bytes(row: row, column: 6) ?? [],
            commands: result.bytes(row: row, column: 7)))
      }
      return batches
    }
  }

  private func events(_ range: Range<UInt64>) async throws(EvidenceError) -> [ArchivedEvent] {
    var parameters = Self.parameters(range)
    parameters.append(int8: Self.rowsMax)
    return try await ask(Self.eventStatement, parameters) { (result) throws(PostgresError) in
      var events: [ArchivedEvent] = []
      events.reserveCapacity(result.rowCount)
      for row in 0..<result.rowCount {
        events.append(
          ArchivedEvent(
            position: UInt64(bitPattern: try result.int8(row: row, column: 0)),
            stream: result.text(row: row, column: 1) ?? "",
            version: UInt64(bitPattern: try result.int8(row: row, column: 2)),
            type: result.text(row: row, column: 3) ?? "",
            command: result.bytes(row: row, column: 4) ?? [],
            payload: result.bytes(row: row, column: 5) ?? [],
            erased: result.bytes(row: row, column: 6)))
      }
      return events
    }
  }

  /// Gives each event of a range its leaf and salt.
  private func addEvidence(
    to events: inout ArraySlice<ArchivedEvent>, _ range: Range<UInt64>
  ) async throws(EvidenceError) {
    guard !range.isEmpty else { return }
    let rows = try await leaves(range)
    var index = 0
    for place in events.indices {
      let position = events[place].position
      while index < rows.count, rows[index].end <= position { index += 1 }
      guard index < rows.count, rows[index].first <= position, position < range.upperBound else {
        continue
      }
      let offset = Int(position - rows[index].first)
      events[place].leaf = rows[index].hash(offset)
      if events[place].erased == nil { events[place].salt = rows[index].salt(offset) }
    }
  }

  private func tiles(_ range: Range<UInt64>) async throws(EvidenceError) -> [ArchivedTile] {
    let tiles = try await ask(Self.tileStatement, Self.parameters(range)) {
      (result) throws(PostgresError) in
      var tiles: [ArchivedTile] = []
      for row in 0..<result.rowCount {
        guard let hash = result.bytes(row: row, column: 2).flatMap({ MerkleHash($0) }) else {
          continue
        }
        tiles.append(
          ArchivedTile(
            level: UInt32(bitPattern: try result.int4(row: row, column: 0)),
            index: UInt64(bitPattern: try result.int8(row: row, column: 1)), hash: hash))
      }
      return tiles
    }
    return tiles.sorted { ($0.end, $0.level) < ($1.end, $1.level) }
  }

  /// The commands of a page, some thousands at a time: any number may have changed nothing.
  private struct CommandCursor {
    private var waiting: ArraySlice<ArchivedCommand> = []
    private var last: (first: UInt64, id: [UInt8])
    private var isExhausted = false
    private let until: UInt64

    init(from: UInt64, until: UInt64) {
      last = (from, [])
      self.until = until
    }

    mutating func next(
      before position: UInt64, _ evidence: PostgresEvidence
    ) async throws(EvidenceError) -> ArchivedCommand? {
      if waiting.isEmpty, !isExhausted {
        let found = try await evidence.commands(after: last.id, from: last.first, until: until)
        isExhausted = found.count < Int(PostgresEvidence.commandsAtOnce)
        if let newest = found.last { last = (newest.first, newest.id) }
        waiting = found[...]
      }
      guard let command = waiting.first, command.first < position else { return nil }
      waiting = waiting.dropFirst()
      return command
    }
  }

  private func commands(
    after id: [UInt8], from first: UInt64, until end: UInt64
  ) async throws(EvidenceError) -> [ArchivedCommand] {
    var parameters = Self.parameters(first..<max(first, end))
    parameters.append(bytes: id)
    parameters.append(int8: Self.commandsAtOnce)
    return try await ask(Self.commandsStatement, parameters, Self.command)
  }

  private static func command(
    _ result: borrowing QueryResult
  ) throws(PostgresError) -> [ArchivedCommand] {
    var commands: [ArchivedCommand] = []
    for row in 0..<result.rowCount {
      commands.append(
        ArchivedCommand(
          id: result.bytes(row: row, column: 0) ?? [],
          digest: result.bytes(row: row, column: 1) ?? [],
          first: UInt64(bitPattern: try result.int8(row: row, column: 2)),
          count: UInt32(bitPattern: try result.int4(row: row, column: 3)),
          at: try result.int8(row: row, column: 4)))
    }
    return commands
  }

  // MARK: Checkpoints

  private func checkpoints(
    after position: UInt64?, until end: UInt64, _ state: EvidenceState
  ) async throws(EvidenceError) -> [(size: UInt64, item: ArchivedCheckpoint)] {
    var parameters = ParameterList()
    parameters.append(int8: position.map { Int64(clamping: $0) } ?? Int64(clamping: end) - 1)
    parameters.append(int8: Int64(clamping: end))
    parameters.append(int8: Int64(state.incarnation))
    parameters.append(int8: Int64(clamping: state.checkpoints))
    return try await ask(Self.checkpointStatement, parameters) { (result) throws(PostgresError) in
      var checkpoints: [(size: UInt64, item: ArchivedCheckpoint)] = []
      for row in 0..<result.rowCount {
        checkpoints.append(
          (
            UInt64(bitPattern: try result.int8(row: row, column: 0)),
            ArchivedCheckpoint(
              number: UInt64(bitPattern: try result.int8(row: row, column: 1)),
              note: result.bytes(row: row, column: 2) ?? [])
          ))
      }
      return checkpoints
    }
  }

  public func lastCheckpoint() async throws -> (number: UInt64, note: [UInt8])? {
    try await ask(Self.lastStatement, ParameterList()) { (result) throws(PostgresError) in
      guard result.rowCount == 1, let note = result.bytes(row: 0, column: 1) else { return nil }
      return (UInt64(bitPattern: try result.int8(row: 0, column: 0)), note)
    }
  }

  public func restorations() async throws -> [[UInt8]] {
    try await ask(Self.restorationStatement, ParameterList()) { (result) throws(PostgresError) in
      (0..<result.rowCount).map { result.bytes(row: $0, column: 0) ?? [] }
    }
  }

  // MARK: Proofs

  public func batch(
    around position: UInt64
  ) async throws -> (ArchivedBatch, [ArchivedEvent])? {
    guard position < UInt64(Int64.max) else { return nil }
    guard let batch = try await batches(after: position, until: .max, 1).first,
      batch.commands != nil, UInt64(batch.count) <= batch.next
    else { return nil }
    let range = (batch.next - UInt64(batch.count))..<batch.next
    var events = try await events(range)[...]
    try await addEvidence(to: &events, range)
    return (batch, Array(events))
  }

  public func command(_ id: [UInt8]) async throws -> (first: UInt64, count: UInt32)? {
    var parameters = ParameterList()
    parameters.append(bytes: id)
    let found = try await ask(Self.commandStatement, parameters, Self.command)
    return found.first.map { ($0.first, $0.count) }
  }

  public func hashes(
    level: Int, from index: UInt64, count: Int
  ) async throws -> [MerkleHash] {
    guard count > 0, index <= UInt64(Int64.max) - UInt64(count) else { return [] }
    let range = index..<(index + UInt64(count))
    guard level > 0 else {
      var hashes: [MerkleHash] = []
      for row in try await leaves(range) {
        // A hole ends it: whoever asks sees that some are missing.
        guard row.first <= range.lowerBound + UInt64(hashes.count) else { break }
        var position = range.lowerBound + UInt64(hashes.count)
        while position < min(row.end, range.upperBound),
          let hash = row.hash(Int(position - row.first))
        {
          hashes.append(hash)
          position += 1
        }
      }
      return hashes
    }
    var parameters = ParameterList()
    parameters.append(int4: Int32(clamping: level))
    parameters.append(int8: Int64(clamping: range.lowerBound))
    parameters.append(int8: Int64(clamping: range.upperBound))
    let rows = try await ask(Self.levelStatement, parameters) { (result) throws(PostgresError) in
      (0..<result.rowCount).map { result.bytes(row: $0, column: 0) ?? [] }
    }
    return rows.compactMap { MerkleHash($0) }
  }

  // MARK: Writing

  public func grow(_ growth: TreeGrowth) async throws -> Bool {
    var parameters = ParameterList()
    parameters.append(int8: Int64(clamping: growth.size))
    parameters.append(int8: Int64(clamping: growth.next))
    parameters.appendArray(of: .int8, count: growth.seals.count)
    for seal in growth.seals { parameters.element(int8: Int64(clamping: seal.next)) }
    parameters.appendArray(of: .bytes, count: growth.seals.count)
    for seal in growth.seals { parameters.element(bytes: seal.commands) }
    parameters.appendArray(of: .int8, count: growth.rows.count)
    for row in growth.rows { parameters.element(int8: Int64(clamping: row.first)) }
    parameters.appendArray(of: .bytes, count: growth.rows.count)
    for row in growth.rows { parameters.element(bytes: row.hashes) }
    parameters.appendArray(of: .bytes, count: growth.rows.count)
    for row in growth.rows { parameters.element(bytes: row.salts) }
    parameters.appendArray(of: .int4, count: growth.tiles.count)
    for tile in growth.tiles { parameters.element(int4: Int32(clamping: tile.level)) }
    parameters.appendArray(of: .int8, count: growth.tiles.count)
    for tile in growth.tiles { parameters.element(int8: Int64(clamping: tile.index)) }
    parameters.appendArray(of: .bytes, count: growth.tiles.count)
    for tile in growth.tiles { parameters.element(bytes: tile.hash.bytes) }
    return try await ask(Self.growStatement, parameters, Self.truth)
  }

  public func record(
    _ note: [UInt8], of checkpoint: Checkpoint, incarnation: UInt32
  ) async throws -> Bool {
    var parameters = ParameterList()
    parameters.append(int4: Int32(clamping: incarnation))
    parameters.append(int8: Int64(clamping: checkpoint.size))
    parameters.append(bytes: note)
    return try await ask(Self.recordStatement, parameters, Self.truth)
  }

  public func begin(_ restoration: Restoration, statement: [UInt8]) async throws -> Bool {
    var parameters = ParameterList()
    parameters.append(int4: Int32(clamping: restoration.origin.incarnation))
    parameters.append(int8: Int64(clamping: restoration.size))
    parameters.append(bytes: statement)
    return try await ask(Self.beginStatement, parameters, Self.truth)
  }

  // MARK: Asking

  /// A row of `leaf`.
  private struct LeafRow: Sendable {
    var first: UInt64
    var hashes: [UInt8]
    var salts: [UInt8]

    var end: UInt64 { first + UInt64(hashes.count / 32) }

    func hash(_ offset: Int) -> MerkleHash? {
      guard offset >= 0, offset * 32 + 32 <= hashes.count else { return nil }
      return MerkleHash(hashes[offset * 32..<offset * 32 + 32])
    }

    func salt(_ offset: Int) -> [UInt8]? {
      guard offset >= 0, offset * 16 + 16 <= salts.count else { return nil }
      return Array(salts[offset * 16..<offset * 16 + 16])
    }
  }

  private func leaves(_ range: Range<UInt64>) async throws(EvidenceError) -> [LeafRow] {
    try await ask(Self.leafStatement, Self.parameters(range)) { (result) throws(PostgresError) in
      var rows: [LeafRow] = []
      for row in 0..<result.rowCount {
        rows.append(
          LeafRow(
            first: UInt64(bitPattern: try result.int8(row: row, column: 0)),
            hashes: result.bytes(row: row, column: 1) ?? [],
            salts: result.bytes(row: row, column: 2) ?? []))
      }
      return rows
    }
  }

  private static func parameters(_ range: Range<UInt64>) -> ParameterList {
    var parameters = ParameterList()
    parameters.append(int8: Int64(clamping: range.lowerBound))
    parameters.append(int8: Int64(clamping: range.upperBound))
    return parameters
  }

  private static func truth(_ result: borrowing QueryResult) throws(PostgresError) -> Bool {
    try result.bool(row: 0, column: 0)
  }

  private func ask<R: Sendable>(
    _ statement: Statement, _ parameters: ParameterList,
    _ read: @Sendable (borrowing QueryResult) throws(PostgresError) -> R
  ) async throws(EvidenceError) -> R {
    do { return try await session.query(statement, parameters, within: Self.limit, read) } catch {
      switch error {
      case .malformed, .refused: throw .broken("\(error)")
      case .notConnected, .lost, .warned, .invalidSettings: throw .unavailable("\(error)")
      }
    }
  }
}

extension ArchivedTile {
  /// After its last leaf.
  fileprivate var end: UInt64 {
    guard level < 64, index < UInt64.max >> UInt64(level) else { return .max }
    return (index + 1) << UInt64(level)
  }
}
