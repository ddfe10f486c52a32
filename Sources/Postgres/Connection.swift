import CPostgres
import Glibc

/// One connection to PostgreSQL. Confined to the thread of its session; every wait is bounded.
///
/// There is no way to cancel a statement: a cancel can make the server report success for a commit that
/// is not replicated. A statement that takes too long costs the connection instead.
@safe
final class Connection {
  /// What libpq tells us between the lines; it keeps a pointer to this object.
  private final class Notices {
    var warning: (sqlState: String, message: String)?
    /// The server has said that it ends this session.
    var isEnding = false
  }

  private static let versionMin: Int32 = 150_000

  private let raw: OpaquePointer
  private let notices = Notices()
  private var prepared: Set<String> = []

  /// Connects, within the time the settings allow.
  ///
  /// - Throws: ``PostgresError/notConnected(_:)`` saying why, or
  ///   ``PostgresError/invalidSettings(_:)`` when the password's file is no good.
  init(to settings: ConnectionSettings) throws(PostgresError) {
    let pairs = try settings.pairs()
    let raw = unsafe Self.withCStrings(pairs.map(\.0)) { keywords in
      unsafe Self.withCStrings(pairs.map(\.1)) { values in
        unsafe PQconnectStartParams(keywords, values, 0)
      }
    }
    guard let raw = unsafe raw else { throw .notConnected("out of memory") }
    unsafe self.raw = raw
    let context = unsafe Unmanaged.passUnretained(notices).toOpaque()
    unsafe PQsetNoticeReceiver(
      raw, { context, result in unsafe Connection.noticed(context, result) }, context)
    try finishConnecting(Deadline(after: settings.connectTimeout))
    guard unsafe PQsetnonblocking(raw, 1) == 0 else { throw .notConnected(message) }
    let version = unsafe PQserverVersion(raw)
    guard version >= Self.versionMin else {
      throw .notConnected(
        "PostgreSQL \(Self.versionMin / 10_000) or newer is needed, this is \(version / 10_000)")
    }
  }

  deinit { unsafe PQfinish(raw) }

  /// Whether the server has not given this connection up. Looks at what has arrived, without waiting.
  var isAlive: Bool {
    while unsafe PQstatus(raw) == CONNECTION_OK, !notices.isEnding {
      var entry = unsafe pollfd(fd: PQsocket(raw), events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&entry, 1, 0) > 0 else { return true }
      // A last message and the end of the stream can be two reads; PQisBusy parses what came.
      guard unsafe PQconsumeInput(raw) == 1, unsafe PQisBusy(raw) == 0 else { return false }
    }
    return false
  }

  /// Runs one statement, preparing it the first time.
  func query(
    _ statement: Statement, _ parameters: ParameterList, _ deadline: Deadline
  ) throws(PostgresError) -> QueryResult {
    try prepare(statement, parameters, deadline)
    notices.warning = nil
    let sent = unsafe parameters.withPointers { values, lengths, formats in
      unsafe PQsendQueryPrepared(
        raw, Self.cString(statement.name), Int32(parameters.count), values, lengths, formats, 1)
    }
    guard sent == 1 else { throw .notConnected(message) }
    return try result(deadline)
  }

  /// Runs several statements without parameters, as one transaction unless they say otherwise.
  func run(script: StaticString, _ deadline: Deadline) throws(PostgresError) {
    notices.warning = nil
    guard unsafe PQsendQuery(raw, Self.cString(script)) == 1 else { throw .notConnected(message) }
    _ = try result(deadline)
  }

  /// Waits for notifications on the channels this connection listens to.
  ///
  /// - Parameter own: those with this payload are passed over.
  /// - Returns: whether one came; `false` when the time is over.
  func waitForNotification(
    _ deadline: Deadline, besides own: String
  ) throws(PostgresError) -> Bool {
    while true {
      guard unsafe PQconsumeInput(raw) == 1 else { throw .lost(message) }
      var notified = false
      while let notification = unsafe PQnotifies(raw) {
        let payload = unsafe notification.pointee.extra.map { unsafe String(cString: $0) }
        if payload != own { notified = true }
        unsafe PQfreemem(notification)
      }
      if notified { return true }
      guard unsafe deadline.wait(for: PQsocket(raw), POLLIN) else { return false }
    }
  }

  // MARK: Steps

  private func finishConnecting(_ deadline: Deadline) throws(PostgresError) {
    while true {
      guard unsafe PQstatus(raw) != CONNECTION_BAD else { throw .notConnected(message) }
      let direction: Int32
      switch unsafe PQconnectPoll(raw) {
      case PGRES_POLLING_OK: return
      case PGRES_POLLING_READING: direction = POLLIN
      case PGRES_POLLING_WRITING: direction = POLLOUT
      default: throw .notConnected(message)
      }
      guard unsafe deadline.wait(for: PQsocket(raw), direction) else {
        throw .notConnected("no answer in time")
      }
    }
  }

  private func prepare(
    _ statement: Statement, _ parameters: ParameterList, _ deadline: Deadline
  ) throws(PostgresError) {
    let name = statement.name.description
    guard !prepared.contains(name) else { return }
    notices.warning = nil
    let sent = unsafe parameters.types.withUnsafeBufferPointer {
      unsafe PQsendPrepare(
        raw, Self.cString(statement.name), Self.cString(statement.sql), Int32($0.count),
        $0.baseAddress)
    }
    guard sent == 1 else { throw .notConnected(message) }
    do { _ = try result(deadline) } catch {
      // Preparing changes nothing, so whatever went wrong, the statement itself was not sent.
      guard case .lost(let detail) = error else { throw error }
      throw .notConnected(detail)
    }
    prepared.insert(name)
  }

  /// Sends what is buffered and waits for the last result.
  private func result(_ deadline: Deadline) throws(PostgresError) -> QueryResult {
    try flush(deadline)
    var last: QueryResult?
    var failure: PostgresError?
    while true {
      while unsafe PQisBusy(raw) != 0 {
        guard unsafe deadline.wait(for: PQsocket(raw), POLLIN) else {
          throw .lost("no answer in time")
        }
        guard unsafe PQconsumeInput(raw) == 1 else { throw .lost(message) }
      }
      guard let next = unsafe PQgetResult(raw) else { break }
      let result = unsafe QueryResult(taking: next)
      switch unsafe PQresultStatus(next) {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: last = consume result
      case PGRES_FATAL_ERROR:
        let reason = unsafe Self.failure(next)
        failure = failure ?? reason
      default: failure = failure ?? .malformed("unexpected protocol state")
      }
    }
    if let failure { throw failure }
    guard unsafe PQstatus(raw) == CONNECTION_OK else { throw .lost(message) }
    if let warning = notices.warning {
      throw .warned(sqlState: warning.sqlState, message: warning.message)
    }
    guard let last else { throw .lost("no result") }
    return last
  }

  private func flush(_ deadline: Deadline) throws(PostgresError) {
    while true {
      switch unsafe PQflush(raw) {
      case 0: return
      case 1:
        // The server may have to be read before it reads on.
        guard unsafe deadline.wait(for: PQsocket(raw), POLLOUT | POLLIN) else {
          throw .lost("could not send in time")
        }
        guard unsafe PQconsumeInput(raw) == 1 else { throw .lost(message) }
      default: throw .lost(message)
      }
    }
  }

  // MARK: Errors and notices

  private var message: String { unsafe Self.oneLine(PQerrorMessage(raw)) }

  /// An ERROR rolled the statement back. FATAL and PANIC end the session, perhaps during the commit, and
  /// 40003 says that not even the server knows.
  private static func failure(_ result: OpaquePointer) -> PostgresError {
    let severity = unsafe field(result, "V")
    let state = unsafe field(result, "C")
    let primary = unsafe field(result, "M")
    guard severity == "ERROR", state != "40003" else {
      let text = unsafe primary.isEmpty ? oneLine(PQresultErrorMessage(result)) : primary
      return .lost(text)
    }
    return .refused(sqlState: state, message: primary)
  }

  private static func noticed(_ context: UnsafeMutableRawPointer?, _ result: OpaquePointer?) {
    guard let context = unsafe context, let result = unsafe result else { return }
    let notices = unsafe Unmanaged<Notices>.fromOpaque(context).takeUnretainedValue()
    switch unsafe field(result, "V") {
    case "WARNING": notices.warning = unsafe (field(result, "C"), field(result, "M"))
    case "FATAL", "PANIC": notices.isEnding = true
    default: break
    }
  }

  private static func field(_ result: OpaquePointer, _ code: Unicode.Scalar) -> String {
    guard let text = unsafe PQresultErrorField(result, Int32(code.value)) else { return "" }
    return unsafe oneLine(text)
  }

  private static func oneLine(_ text: UnsafePointer<CChar>?) -> String {
    guard let text = unsafe text else { return "" }
    let words = unsafe String(cString: text).unicodeScalars.split { $0.value < 0x20 }
    return words.map { String($0) }.joined(separator: " ")
  }

  // MARK: C strings

  private static func cString(_ text: StaticString) -> UnsafePointer<CChar> {
    unsafe UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
  }

  /// A null-terminated array of C strings for the length of the call.
  private static func withCStrings<R>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R
  ) -> R {
    var bytes: [CChar] = []
    var starts: [Int] = []
    for string in strings {
      starts.append(bytes.count)
      bytes.append(contentsOf: string.utf8CString)
    }
    return unsafe bytes.withUnsafeBufferPointer { bytes in
      var pointers = unsafe starts.map { start -> UnsafePointer<CChar>? in
        unsafe bytes.baseAddress.map { unsafe $0 + start }
      }
      unsafe pointers.append(nil)
      return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
    }
  }
}
