import Glibc

/// A postmaster, our child or left behind by an earlier owner of the directory.
struct ServerProcess: Sendable {
  let id: pid_t

  /// Whether it runs. Reaps it if it was our child and has ended.
  var isAlive: Bool {
    var status: Int32 = 0
    if unsafe waitpid(id, &status, WNOHANG) == id { return false }
    return kill(id, 0) == 0 || errno == EPERM
  }

  func signal(_ number: Int32) { kill(id, number) }

  /// The processes that work in a data directory: a postmaster and its children do.
  static func working(in directory: String) -> [pid_t] {
    Files.entries("/proc").compactMap { name in
      guard let id = pid_t(name), Files.link("/proc/\(name)/cwd") == directory else { return nil }
      return id
    }
  }
}
