import CPostgres
import Glibc

/// Where a PostgreSQL is and how to reach it: a list of libpq keywords.
///
/// Every keyword that decides where we connect and as whom is explicit; the environment and the service
/// and password files decide nothing.
public struct ConnectionSettings: Sendable, CustomStringConvertible {
  private(set) var keywords: [String: String]

  /// How long one attempt to connect to one host may take.
  public var connectTimeout = Duration.seconds(5)

  /// A file that holds the password and nothing else; it is read again for every connection, so that a
  /// password can be changed while the service runs.
  public var passwordFile: String?

  /// Passwords longer than this are a mistake, in bytes.
  private static let passwordBytesMax = 4096

  /// The most hosts in one URL.
  private static let hostsMax = 8

  private init(keywords: [String: String]) { self.keywords = keywords }

  /// A server on this machine, by the directory of its socket.
  public init(socketDirectory: String, user: String, database: String) {
    self.init(keywords: ["host": socketDirectory, "user": user, "dbname": database])
  }

  /// `postgresql://user:password@host:port/database?sslmode=verify-full`, or `keyword=value` pairs.
  ///
  /// - Throws: ``PostgresError/invalidSettings(_:)`` saying what is wrong, never quoting the password.
  public init(parsing url: String) throws(PostgresError) {
    guard url.utf8.count <= 4096, !url.utf8.contains(0) else {
      throw .invalidSettings("the database URL has more than 4096 bytes or a zero byte")
    }
    var keywords = try Self.parse(url)
    if keywords["service"] != nil || keywords["servicefile"] != nil {
      throw .invalidSettings("the database URL names a service file; name the host instead")
    }
    if keywords["options"] != nil {
      throw .invalidSettings("the database URL sets options, which Windlass sets itself")
    }
    guard keywords["user"] != nil else {
      throw .invalidSettings("the database URL must name a user: postgresql://USER@HOST/DATABASE")
    }
    for variable in ["PGSERVICE", "PGHOSTADDR"] where unsafe getenv(variable) != nil {
      throw .invalidSettings("unset \(variable): it would override the database URL")
    }
    let ports = (keywords["port"] ?? "").split(separator: ",")
    for port in ports {
      guard let number = Int(port), (1...65535).contains(number) else {
        throw .invalidSettings("the port in the database URL must be 1...65535")
      }
    }
    let hostCount = (keywords["host"] ?? "").split(separator: ",").count
    guard hostCount <= Self.hostsMax, ports.count <= 1 || ports.count == hostCount else {
      throw .invalidSettings(
        "the database URL names \(hostCount) hosts and \(ports.count) ports; at most "
          + "\(Self.hostsMax) hosts, and one port for all or one for each")
    }
    keywords["dbname"] = keywords["dbname"] ?? keywords["user"]
    keywords["host"] = keywords["host"] ?? "/var/run/postgresql"
    self.init(keywords: keywords)
  }

  /// Where and as whom, without the password.
  public var description: String {
    "\(keywords["user"] ?? "")@\(keywords["host"] ?? ""):\(keywords["port"] ?? "5432")/"
      + (keywords["dbname"] ?? "")
  }

  /// Whether the server's name is checked, or cannot be anybody else: on this machine.
  public var verifiesServer: Bool {
    keywords["sslmode"] == "verify-full" || hosts.allSatisfy { $0.isEmpty || $0.hasPrefix("/") }
  }

  private var hosts: [String] {
    (keywords["host"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
      .map { String($0) }
  }

  /// The same settings for each of the hosts alone.
  ///
  /// libpq would try them in order within one time limit, and never come to the second where the first
  /// one swallows every packet.
  var targets: [ConnectionSettings] {
    let hosts = hosts
    let ports = (keywords["port"] ?? "5432").split(
      separator: ",", omittingEmptySubsequences: false)
    // With addresses beside the names libpq pairs them itself.
    guard hosts.count > 1, keywords["hostaddr"] == nil else { return [self] }
    return hosts.indices.map { index in
      var target = self
      target.keywords["host"] = hosts[index]
      let port = ports.count == 1 ? ports[0] : ports.indices.contains(index) ? ports[index] : ""
      target.keywords["port"] = port.isEmpty ? "5432" : String(port)
      target.connectTimeout = min(connectTimeout, .seconds(2))
      return target
    }
  }

  /// - Throws: ``PostgresError/invalidSettings(_:)`` when the password's file is no good; it names the
  ///   file and never what is in it.
  public func checkPasswordFile() throws(PostgresError) { _ = try password() }

  private func password() throws(PostgresError) -> String? {
    guard let path = passwordFile else { return nil }
    guard var text = Files.read(path) else {
      throw .invalidSettings("the password file \(path) cannot be read")
    }
    while text.utf8.last == 0x0A || text.utf8.last == 0x0D { text.unicodeScalars.removeLast() }
    guard !text.isEmpty, text.utf8.count <= Self.passwordBytesMax,
      text.utf8.allSatisfy({ $0 != 0 && $0 != 0x0A && $0 != 0x0D })
    else {
      throw .invalidSettings(
        "the password file \(path) must hold one line of 1 to \(Self.passwordBytesMax) bytes")
    }
    return text
  }

  /// The pairs for libpq: ours first, the caller's over them, the password from its file over all.
  func pairs() throws(PostgresError) -> [(String, String)] {
    var all = [
      "port": "5432", "application_name": "windlass", "client_encoding": "UTF8",
      "sslmode": "prefer", "gssencmode": "disable", "ssl_min_protocol_version": "TLSv1.2",
      "channel_binding": "prefer",
      // A path that cannot exist: libpq complains of a file that is no plain one.
      "passfile": "/dev/null/none",
      // A replica that is not writable must not look like a primary.
      "target_session_attrs": "read-write",
      // A vanished peer is noticed within seconds; an append is never cancelled by a time limit.
      "tcp_user_timeout": "5000", "keepalives": "1", "keepalives_idle": "2",
      "keepalives_interval": "2", "keepalives_count": "2",
      "options": "-c lock_timeout=2s -c statement_timeout=0 -c row_security=off "
        + "-c default_transaction_isolation=read\\ committed "
        + "-c idle_in_transaction_session_timeout=10s -c idle_session_timeout=0",
    ]
    all.merge(keywords) { _, given in given }
    if let password = try password() { all["password"] = password }
    return all.sorted { $0.key < $1.key }
  }

  private static func parse(_ url: String) throws(PostgresError) -> [String: String] {
    var message: UnsafeMutablePointer<CChar>?
    guard let options = unsafe PQconninfoParse(url, &message) else {
      unsafe PQfreemem(message)
      // libpq's message can quote the URL, and so the password.
      throw .invalidSettings("the database URL is not a valid postgresql:// URL")
    }
    defer { unsafe PQconninfoFree(options) }
    var found: [String: String] = [:]
    var option = unsafe options
    while let keyword = unsafe option.pointee.keyword {
      if let value = unsafe option.pointee.val {
        unsafe found[String(cString: keyword)] = unsafe String(cString: value)
      }
      unsafe option += 1
    }
    return found
  }
}
