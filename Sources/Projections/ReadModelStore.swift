import EventLog
import Postgres

/// The read models in PostgreSQL: which generations there are, and how one is filled.
///
/// It works as `windlass_projector`, who owns these tables and may not write the log.
struct ReadModelStore: Sendable {
  private let settings: ConnectionSettings
  /// For the catalogue.
  private let session: PostgresSession

  init(_ settings: ConnectionSettings) {
    self.settings = settings
    session = PostgresSession(settings, setUp: Self.setUp)
  }

  func close() async { await session.close() }

  /// A connection for the tables of one generation; whoever makes it closes it.
  func makeSession() -> PostgresSession { PostgresSession(settings, setUp: Self.setUp) }

  // MARK: Generations

  /// One set of tables, folded up to `head`.
  struct Generation: Equatable, Sendable {
    var number: Int32
    var model: Int32
    var state: State
    var head: LogHead

    enum State: String, Sendable {
      case building, live, retired
    }
  }

  func generations() async throws(PostgresError) -> [Generation] {
    try await session.query(Self.list) { (result) throws(PostgresError) in
      var found: [Generation] = []
      for row in 0..<result.rowCount {
        guard let word = result.text(row: row, column: 2),
          let state = Generation.State(rawValue: word)
        else { throw .malformed("generation \(row) has no state") }
        let position = try result.int8(row: row, column: 3)
        found.append(
          Generation(
            number: try result.int4(row: row, column: 0),
            model: try result.int4(row: row, column: 1), state: state,
            head: LogHead(
              next: GlobalPosition(UInt64(bitPattern: position)),
              chain: result.bytes(row: row, column: 4) ?? [])))
      }
      return found
    }
  }

  /// Begins a generation of our model with empty tables.
  ///
  /// - Throws: ``PostgresError/refused(sqlState:message:)`` also when one is being built already.
  func begin() async throws(PostgresError) {
    try await session.run(script: ReadModel.tables, within: .seconds(30))
  }

  /// Whether nobody took the tables of a generation away.
  func isWhole(_ number: Int32) async throws(PostgresError) -> Bool {
    try await use(number, session)
    return try await session.query(Self.isWhole) { (result) throws(PostgresError) in
      try result.bool(row: 0, column: 0)
    }
  }

  /// Takes a generation out of use; its tables go with ``drop(_:)``.
  func retire(_ number: Int32) async throws(PostgresError) {
    var parameters = ParameterList()
    parameters.append(int4: number)
    try await session.execute(Self.retire, parameters)
  }

  /// - Throws: ``PostgresError/refused(sqlState:message:)`` while somebody still reads the tables.
  func drop(_ number: Int32) async throws(PostgresError) {
    var parameters = ParameterList()
    parameters.append(int4: number)
    try await session.execute(Self.drop, parameters)
  }

  /// Says why a generation does not go on; `nil` once it does again.
  func note(_ trouble: String?, of number: Int32) async throws(PostgresError) {
    var parameters = ParameterList()
    parameters.append(int4: number)
    parameters.append(text: trouble ?? "")
    try await session.execute(Self.note, parameters)
  }

  /// Points the views at the generation that was being built, in one transaction: readers see the
  /// old tables or the new ones, and wait for a moment at most.
  ///
  /// - Throws: ``PostgresError/refused(sqlState:message:)`` when somebody reads for long; nothing
  ///   has changed then.
  func publish(_ number: Int32) async throws(PostgresError) {
    try await use(number, session)
    try await session.run(script: ReadModel.publish, within: .seconds(10))
  }

  // MARK: The claim

  /// Takes or keeps the right to be the one at work.
  ///
  /// - Parameter caughtUp: the live generation holds every event now.
  /// - Returns: whether it is ours, and how many seconds ago the live generation held every event.
  func claim(
    as holder: String, caughtUp: Bool
  ) async throws(PostgresError) -> (isOurs: Bool, secondsBehind: Int64?) {
    var parameters = ParameterList()
    parameters.append(text: holder)
    parameters.append(int4: caughtUp ? 1 : 0)
    return try await session.query(Self.claim, parameters) { (result) throws(PostgresError) in
      (
        try result.bool(row: 0, column: 0),
        result.isNull(row: 0, column: 1) ? nil : try result.int8(row: 0, column: 1)
      )
    }
  }

  func giveUp(_ holder: String) async throws(PostgresError) {
    var parameters = ParameterList()
    parameters.append(text: holder)
    try await session.execute(Self.giveUp, parameters)
  }

  // MARK: Rows

  /// Makes plain names mean the tables of one generation on a connection.
  func use(_ number: Int32, _ session: PostgresSession) async throws(PostgresError) {
    var parameters = ParameterList()
    parameters.append(int4: number)
    try await session.execute(Self.use, parameters)
  }

  /// Streams that were given up, on a connection that ``use(_:_:)`` was called for.
  func quarantined(_ session: PostgresSession) async throws(PostgresError) -> Set<StreamName> {
    try await session.query(Self.quarantined) { (result) throws(PostgresError) in
      var names: Set<StreamName> = []
      for row in 0..<result.rowCount {
        do {
          names.insert(try StreamName(validating: result.text(row: row, column: 0) ?? ""))
        } catch {
          throw .malformed("quarantine: \(error)")
        }
      }
      return names
    }
  }

  /// Writes the rows of the events from the generation's head to `head`.
  ///
  /// - Parameter session: one that ``use(_:_:)`` was called for.
  /// - Returns: `false` when the generation is elsewhere; nothing was written then.
  func write(
    _ rows: Rows, to generation: Generation, until head: LogHead, _ session: PostgresSession
  ) async throws(PostgresError) -> Bool {
    var parameters = ParameterList()
    parameters.append(int4: generation.number)
    parameters.append(int8: Int64(clamping: generation.head.next.index))
    parameters.append(bytes: generation.head.chain)
    parameters.append(int8: Int64(clamping: head.next.index))
    parameters.append(bytes: head.chain)
    for table in rows.texts { parameters.append(text: table.text) }
    return try await session.query(Self.write, parameters, within: .seconds(60)) {
      (result) throws(PostgresError) in try result.int8(row: 0, column: 0) == 1
    }
  }
}

// MARK: Statements

extension ReadModelStore {
  /// Rows and place go together, so what a crash of the server takes back is folded again; waiting
  /// for the disk would only make appends wait too. Names mean nothing until `use`.
  fileprivate static let setUp = [
    Statement(
      "become_projector",
      """
      select set_config('role', 'windlass_projector', false) from pg_roles
      where rolname = 'windlass_projector' and pg_has_role(session_user, oid, 'member')
      """),
    Statement(
      "read_model_settings",
      """
      select set_config('synchronous_commit', 'off', false),
        set_config('search_path', 'pg_temp', false)
      """),
  ]
  fileprivate static let list = Statement(
    "read_model_list",
    """
    select number, model, state, position, chain from windlass_read.generation order by number
    """)
  fileprivate static let isWhole = Statement(
    "read_model_is_whole", "select to_regclass('quarantine') is not null")
  fileprivate static let retire = Statement(
    "read_model_retire",
    """
    update windlass_read.generation set state = 'retired'
    where number = $1 and state = 'building'
    """)
  fileprivate static let drop = Statement(
    "read_model_drop", "select windlass_read.drop_generation($1)")
  fileprivate static let note = Statement(
    "read_model_note",
    """
    update windlass_read.generation set trouble = nullif($2, '')
    where number = $1 and trouble is distinct from nullif($2, '')
    """)
  fileprivate static let use = Statement(
    "read_model_use", "select windlass_read.use_schema($1)")
  fileprivate static let quarantined = Statement(
    "read_model_quarantined", "select stream from quarantine")
  fileprivate static let claim = Statement(
    "read_model_claim",
    """
    with ours as (
      update windlass_read.claim
      set holder = $1, expires_at = clock_timestamp() + interval '6 seconds',
        caught_up_at = case when $2 = 1 then clock_timestamp() else caught_up_at end
      where holder = $1 or expires_at < clock_timestamp()
      returning caught_up_at
    )
    select exists (select from ours),
      extract(epoch from clock_timestamp()
        - coalesce((select caught_up_at from ours), (select caught_up_at from windlass_read.claim)))
        ::bigint
    """)
  fileprivate static let giveUp = Statement(
    "read_model_give_up",
    "update windlass_read.claim set expires_at = '-infinity' where holder = $1")
}
