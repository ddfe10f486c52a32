import Glibc

/// A program to start, without a shell between us and it.
struct Program {
  struct Result {
    var status: Int32
    /// What it wrote to standard output and standard error, at most 64 KiB.
    var output: String
  }

  var path: String
  var arguments: [String]
  /// The user to become first; `nil` is the one we are.
  var account: Account?

  init(path: String, arguments: [String], account: Account? = nil) {
    self.path = path
    self.arguments = arguments
    self.account = account
  }

  /// Starts it in a session of its own, with default signals, no descriptor of ours and a minimal
  /// environment; it outlives us. Standard output and error go to a file, which is emptied first.
  ///
  /// - Returns: its process id. It is our child, so somebody must wait for it.
  func start(outputTo file: String) throws(EmbeddedPostgresError) -> pid_t {
    var words = [path] + arguments
    if let account {
      let helper = ["/usr/bin/setpriv", "/bin/setpriv"].first { Files.isExecutable($0) }
      guard let helper else {
        throw .refused(
          "setpriv (package util-linux) is needed to start PostgreSQL as \(account.name)")
      }
      words =
        [
          helper, "--reuid=\(account.user)", "--regid=\(account.group)", "--init-groups",
          "--no-new-privs", "--",
        ] + words
    }

    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(
      &actions, 1, file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o640)
    unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // What libraries left open for children: a server that outlives us must not hold our sockets.
    for descriptor in Files.entries("/proc/self/fd").compactMap({ Int32($0) })
    where descriptor > 2 && fcntl(descriptor, F_GETFD) & FD_CLOEXEC == 0 {
      unsafe posix_spawn_file_actions_addclose(&actions, descriptor)
    }

    // Ignored signals survive exec, and a Swift service ignores some.
    var all = sigset_t()
    var none = sigset_t()
    unsafe sigfillset(&all)
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    // A session of its own: Ctrl-C in our terminal is ours to handle.
    let setSession: Int32 = 0x80
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | setSession))

    let environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"]
    var pid: pid_t = 0
    var argv = unsafe words.map { unsafe strdup($0) } + [nil]
    var envp = unsafe environment.map { unsafe strdup($0) } + [nil]
    defer {
      for index in unsafe argv.indices { unsafe free(argv[index]) }
      for index in unsafe envp.indices { unsafe free(envp[index]) }
    }
    let code = unsafe posix_spawn(&pid, words[0], &actions, &attributes, &argv, &envp)
    guard code == 0 else { throw .failed("cannot start \(words[0]): \(Files.reason(code))") }
    return pid
  }

  /// Starts it and waits until it ends. Blocks the thread.
  func run() throws(EmbeddedPostgresError) -> Result {
    var template = Array("/tmp/windlass-output-XXXXXX".utf8CString)
    let descriptor = unsafe mkstemp(&template)
    guard descriptor >= 0 else {
      throw .failed("cannot create a temporary file: \(Files.reason(errno))")
    }
    close(descriptor)
    let file = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unsafe unlink(file) }
    let pid = try start(outputTo: file)
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return Result(status: status, output: Files.read(file) ?? "")
  }
}
