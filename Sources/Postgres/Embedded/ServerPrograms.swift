import Glibc

/// Where the programs of one major version of PostgreSQL are.
struct ServerPrograms: Sendable {
  /// The oldest version we start.
  static let oldest = 15

  var directory: String
  var major: Int

  var initdb: String { "\(directory)/initdb" }
  var postgres: String { "\(directory)/postgres" }

  /// Every installed version from ``oldest`` on, newest first.
  static func installed() -> [ServerPrograms] {
    var found: [Int: String] = [:]
    let roots = ["/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/postgresql"]
    for root in roots {
      for name in Files.entries(root) {
        guard let major = Int(name), found[major] == nil else { continue }
        found[major] = "\(root)/\(name)/bin"
      }
    }
    var all = found.map { ServerPrograms(directory: $0.value, major: $0.key) }
    if let path = unsafe getenv("PATH") {
      for directory in unsafe String(cString: path).split(separator: ":") {
        let programs = "\(directory)/postgres"
        guard Files.isExecutable(programs), let major = majorVersion(of: programs),
          !all.contains(where: { $0.major == major })
        else { continue }
        all.append(ServerPrograms(directory: String(directory), major: major))
      }
    }
    return
      all
      .filter { $0.major >= oldest }
      .filter { Files.isExecutable($0.initdb) && Files.isExecutable($0.postgres) }
      .sorted { $0.major > $1.major }
  }

  /// The version that fits an existing data directory, or the newest for a new one.
  ///
  /// - Parameter existing: the major version that created the directory.
  /// - Throws: ``EmbeddedPostgresError/refused(_:)`` naming the package to install.
  static func choose(for existing: Int?) throws(EmbeddedPostgresError) -> ServerPrograms {
    let all = installed()
    guard let newest = all.first else {
      throw .refused(
        "no PostgreSQL \(oldest) or newer found in /usr/lib/postgresql or PATH: "
          + "install the postgresql package, or name a database with --database")
    }
    guard let existing else { return newest }
    if let fitting = all.first(where: { $0.major == existing }) { return fitting }
    let have = all.map { String($0.major) }.joined(separator: ", ")
    throw .refused(
      "the data directory was created by PostgreSQL \(existing), and only \(have) is installed: "
        + "install postgresql-\(existing)"
        + (existing < newest.major ? ", or upgrade the directory with pg_upgrade" : ""))
  }

  private static func majorVersion(of program: String) -> Int? {
    let output: String
    do { output = try Program(path: program, arguments: ["--version"]).run().output } catch {
      // A program that does not start is none that we could use.
      return nil
    }
    // "postgres (PostgreSQL) 15.18 (Debian ...)"
    return output.split(separator: " ").lazy
      .compactMap { $0.split(separator: ".").first.flatMap { Int($0) } }.first
  }
}
