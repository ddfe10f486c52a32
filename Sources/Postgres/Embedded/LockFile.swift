import Glibc

/// One owner of a data directory at a time. The kernel frees the lock when its holder dies, however.
final class LockFile: Sendable {
  private let descriptor: Int32

  /// - Throws: ``EmbeddedPostgresError/refused(_:)`` naming the process that holds it.
  init(_ path: String) throws(EmbeddedPostgresError) {
    // Not inherited: otherwise the server would keep the lock after we are gone.
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .refused("cannot open lock file \(path): \(Files.reason(errno))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = Files.read(path)?.split(separator: "\n").first.map(String.init) ?? "unknown"
      close(descriptor)
      throw .refused(
        "the data directory is in use by another windlassd (process \(holder)); lock file \(path)")
    }
    let text = Array("\(getpid())\n".utf8)
    // Only a help for people: the lock itself does not depend on it.
    if ftruncate(descriptor, 0) == 0 {
      _ = unsafe text.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }
  }

  deinit { close(descriptor) }
}
