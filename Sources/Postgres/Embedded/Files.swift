import Glibc

/// The few file operations the embedded server needs, with errors that name the path.
enum Files {
  struct Status {
    var user: uid_t
    var group: gid_t
    var mode: mode_t
    var isDirectory: Bool
  }

  /// `nil` if there is nothing at the path. Symbolic links are not followed.
  static func status(_ path: String) -> Status? {
    var entry = stat()
    guard unsafe lstat(path, &entry) == 0 else { return nil }
    return Status(
      user: entry.st_uid, group: entry.st_gid, mode: entry.st_mode & 0o7777,
      isDirectory: entry.st_mode & S_IFMT == S_IFDIR)
  }

  /// Creates a directory and those above it that are missing; one that exists is left as it is.
  static func createDirectory(_ path: String, mode: mode_t) throws(EmbeddedPostgresError) {
    var prefix = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      prefix += prefix.isEmpty || prefix.hasSuffix("/") ? String(part) : "/\(part)"
      let isLast = prefix.utf8.count >= path.utf8.count
      guard unsafe mkdir(prefix, isLast ? mode : 0o755) != 0, errno != EEXIST else { continue }
      // A read-only or foreign ancestor that exists answers EACCES or EROFS instead of EEXIST.
      var entry = stat()
      let code = errno
      guard unsafe stat(prefix, &entry) != 0 else { continue }
      throw .refused("cannot create directory \(prefix): \(reason(code))")
    }
  }

  /// The absolute path without symbolic links.
  static func resolve(_ path: String) throws(EmbeddedPostgresError) -> String {
    guard let resolved = unsafe realpath(path, nil) else {
      throw .refused("cannot resolve \(path): \(reason(errno))")
    }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  static func entries(_ path: String) -> [String] {
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// At most the first 64 KiB of a file; `nil` if it cannot be read.
  static func read(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 64 * 1024)
    var count = 0
    while count < bytes.count {
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(
          descriptor, buffer.baseAddress.map { unsafe $0 + count }, buffer.count - count)
      }
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { break }
      count += got
    }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  /// Writes a whole file under another name and then moves it to its place, so that a reader never
  /// sees half of it.
  static func write(
    _ text: String, to path: String, mode: mode_t, owner: Account?
  ) throws(EmbeddedPostgresError) {
    let draft = path + ".new"
    let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw .failed("cannot write \(draft): \(reason(errno))") }
    var failure: Int32 = 0
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty, failure == 0 {
      let put = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if put > 0 { rest = rest.dropFirst(put) } else if errno != EINTR { failure = errno }
    }
    if failure == 0, fsync(descriptor) != 0 { failure = errno }
    close(descriptor)
    if failure == 0, let owner, unsafe chown(draft, owner.user, owner.group) != 0 {
      failure = errno
    }
    if failure == 0, unsafe rename(draft, path) != 0 { failure = errno }
    guard failure == 0 else { throw .failed("cannot write \(path): \(reason(failure))") }
  }

  static func move(_ path: String, to target: String) throws(EmbeddedPostgresError) {
    guard unsafe rename(path, target) == 0 else {
      throw .failed("cannot rename \(path) to \(target): \(reason(errno))")
    }
  }

  static func handOver(_ path: String, to owner: Account) throws(EmbeddedPostgresError) {
    guard unsafe chown(path, owner.user, owner.group) == 0 else {
      throw .refused("cannot give \(path) to user \(owner.name): \(reason(errno))")
    }
  }

  static func setMode(_ path: String, _ mode: mode_t) throws(EmbeddedPostgresError) {
    guard unsafe chmod(path, mode) == 0 else {
      throw .refused("cannot set the mode of \(path): \(reason(errno))")
    }
  }

  /// Removes a file or a whole directory; symbolic links inside are removed, not followed.
  static func remove(_ path: String) throws(EmbeddedPostgresError) {
    guard let status = status(path) else { return }
    if status.isDirectory {
      for name in entries(path) { try remove("\(path)/\(name)") }
      guard unsafe rmdir(path) == 0 else {
        throw .failed("cannot remove \(path): \(reason(errno))")
      }
    } else if unsafe unlink(path) != 0 {
      throw .failed("cannot remove \(path): \(reason(errno))")
    }
  }

  /// Where a symbolic link points; `nil` if it is none or may not be read.
  static func link(_ path: String) -> String? {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink(path, &bytes, bytes.count)
    guard count > 0 else { return nil }
    return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  static func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }

  static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
