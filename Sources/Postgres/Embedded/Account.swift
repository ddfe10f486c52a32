import Glibc

/// The user PostgreSQL runs as when we are root, which it refuses to run as.
struct Account: Sendable {
  var name: String
  var user: uid_t
  var group: gid_t

  /// `nil` if we are not root: the server then runs as we do.
  static func forServer() throws(EmbeddedPostgresError) -> Account? {
    guard geteuid() == 0 else { return nil }
    guard let entry = unsafe getpwnam("postgres") else {
      throw .refused(
        "PostgreSQL does not run as root and there is no user postgres: "
          + "install the postgresql package or run Windlass as another user")
    }
    return unsafe Account(
      name: "postgres", user: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
  }

  /// - Throws: ``EmbeddedPostgresError/refused(_:)`` with the fix, if the account may not enter one of
  ///   the directories above `path`.
  func checkMayReach(_ path: String) throws(EmbeddedPostgresError) {
    var prefix = ""
    for part in path.split(separator: "/").dropLast() {
      prefix += "/\(part)"
      guard let status = Files.status(prefix), status.isDirectory else { continue }
      let bit: mode_t = status.user == user ? 0o100 : status.group == group ? 0o010 : 0o001
      guard status.mode & bit != 0 else {
        throw .refused(
          "PostgreSQL runs as user \(name), who may not enter \(prefix): "
            + "choose another --data-dir or run: chmod o+x \(prefix)")
      }
    }
  }
}
