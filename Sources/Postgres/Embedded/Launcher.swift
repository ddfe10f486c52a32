import Glibc

/// Prepares a directory and starts the server in it. Its file operations block, so it has a thread.
actor Launcher {
  private let executor = ThreadExecutor()

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  deinit { executor.stop() }

  /// Takes the directory into possession and creates what is missing in it.
  func prepare(
    _ dataDirectory: String, _ log: @Sendable (String) -> Void
  ) throws(EmbeddedPostgresError) -> (ServerPlace, LockFile) {
    guard !dataDirectory.isEmpty, dataDirectory.utf8.count <= 1024,
      dataDirectory.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
    else {
      throw .refused("the data directory must be 1...1024 bytes without control characters")
    }
    let account = try Account.forServer()
    try Files.createDirectory(dataDirectory, mode: 0o755)
    let root = try Files.resolve(dataDirectory)
    let lock = try LockFile("\(root)/postgres.lock")

    let directory = "\(root)/postgres"
    try account?.checkMayReach("\(directory)/data")
    try claim(directory, account)

    let existing = try existingVersion("\(directory)/data")
    let owner = account?.user ?? geteuid()
    let socket = ServerPlace.socketDirectory(for: directory, owner: owner)
    try prepareSocketDirectory(socket.path, account, owner)
    let place = ServerPlace(
      directory: directory, account: account, programs: try ServerPrograms.choose(for: existing),
      socketDirectory: socket.path)
    if existing == nil { try create(place, log) }
    return (place, lock)
  }

  /// Adopts a server that is still running in the directory, or starts one and waits until it is ready.
  func startOrAdopt(
    _ place: ServerPlace, _ limit: Duration, _ log: @Sendable (String) -> Void
  ) async throws(EmbeddedPostgresError) -> ServerProcess {
    let end = ContinuousClock.now + limit
    let data = try Files.resolve(place.data)
    if let file = PostmasterFile(in: data), ServerProcess(id: file.id).isAlive {
      let working = ServerProcess.working(in: data)
      if working.contains(file.id) {
        if file.socketDirectory == place.socketDirectory {
          log("adopting the PostgreSQL that is already running (process \(file.id))")
          return try await ready(ServerProcess(id: file.id), place, end)
        }
        // The directory was moved under a running server: only a restart gives it a socket here.
        log("restarting the PostgreSQL that is running with another socket (process \(file.id))")
        try await stop(ServerProcess(id: file.id), end)
      } else if working.isEmpty {
        // The number belongs to somebody else by now, and nobody works on these files.
        try Files.remove("\(data)/postmaster.pid")
      }
    }
    // The children of a killed server leave by themselves; starting before that is refused.
    while !ServerProcess.working(in: data).isEmpty {
      guard .now < end else { throw .failed("processes of an earlier PostgreSQL do not end") }
      await Self.pause()
    }
    try Files.write(place.settingsText, to: place.settingsFile, mode: 0o600, owner: place.account)
    let program = Program(
      path: place.programs.postgres, arguments: ["-D", data], account: place.account)
    let process = ServerProcess(id: try program.start(outputTo: place.startLog))
    return try await ready(process, place, end)
  }

  private func ready(
    _ process: ServerProcess, _ place: ServerPlace, _ end: ContinuousClock.Instant
  ) async throws(EmbeddedPostgresError) -> ServerProcess {
    while true {
      if let file = PostmasterFile(in: place.data), file.id == process.id, file.isReady {
        return process
      }
      guard process.isAlive else {
        let lines = Files.read(place.startLog)?.split(separator: "\n").suffix(5) ?? []
        throw .failed(
          "PostgreSQL did not start; see \(place.directory)/data/log and \(place.startLog): "
            + lines.joined(separator: " / "))
      }
      guard .now < end else {
        throw .failed("PostgreSQL is not ready yet; see \(place.directory)/data/log")
      }
      await Self.pause()
    }
  }

  private func stop(
    _ process: ServerProcess, _ end: ContinuousClock.Instant
  ) async throws(EmbeddedPostgresError) {
    process.signal(SIGINT)
    while process.isAlive {
      guard .now < end else { throw .failed("process \(process.id) does not stop") }
      await Self.pause()
    }
  }

  /// A short wait that goes on when the caller is cancelled: a half-started server helps nobody.
  static func pause() async {
    await Task.detached {
      do { try await Task.sleep(for: .milliseconds(10)) } catch { return }
    }.value
  }

  // MARK: The directory

  /// Makes the directory ours, or finds that it is.
  private func claim(
    _ directory: String, _ account: Account?
  ) throws(EmbeddedPostgresError) {
    let marker = "\(directory)/windlass-instance"
    if let status = Files.status(directory) {
      guard status.isDirectory else { throw .refused("\(directory) is not a directory") }
      let entries = Files.entries(directory)
      if !entries.isEmpty, Files.read(marker) != ServerPlace.markerText {
        throw .refused(
          "\(directory) is not empty and was not created by Windlass: "
            + "choose another --data-dir, or name that server with --database")
      }
    } else {
      try Files.createDirectory(directory, mode: 0o700)
    }
    if let account { try Files.handOver(directory, to: account) }
    try Files.setMode(directory, 0o700)
    if Files.status(marker) == nil {
      try Files.write(ServerPlace.markerText, to: marker, mode: 0o644, owner: account)
    }
  }

  /// The major version that created the data; `nil` if there is none yet.
  private func existingVersion(_ data: String) throws(EmbeddedPostgresError) -> Int? {
    guard Files.status(data) != nil else { return nil }
    let text = Files.read("\(data)/PG_VERSION") ?? ""
    guard let major = Int(text.prefix { $0 != "\n" }) else {
      throw .refused("\(data) is not a PostgreSQL data directory: PG_VERSION is missing")
    }
    return major
  }

  private func prepareSocketDirectory(
    _ path: String, _ account: Account?, _ owner: uid_t
  ) throws(EmbeddedPostgresError) {
    if Files.status(path) == nil {
      try Files.createDirectory(path, mode: 0o700)
      if let account { try Files.handOver(path, to: account) }
    }
    // Whoever owns this directory decides which server we talk to.
    guard let status = Files.status(path), status.isDirectory, status.user == owner,
      status.mode & 0o077 == 0
    else {
      throw .refused("\(path) must be a directory with mode 0700 of the user PostgreSQL runs as")
    }
  }

  /// Creates the database cluster under another name first: a killed `initdb` leaves nothing that
  /// looks finished.
  private func create(
    _ place: ServerPlace, _ log: @Sendable (String) -> Void
  ) throws(EmbeddedPostgresError) {
    log("creating a private PostgreSQL \(place.programs.major) in \(place.directory)")
    try Files.remove(place.draft)
    // Everyone who can open the socket, in a directory with mode 0700, is trusted.
    let result = try Program(
      path: place.programs.initdb,
      arguments: [
        "--pgdata=\(place.draft)", "--username=postgres", "--auth=trust", "--data-checksums",
        "--encoding=UTF8", "--locale=C", "--no-instructions",
      ], account: place.account
    ).run()
    guard result.status == 0 else {
      throw .failed(
        "initdb failed: "
          + result.output.split(separator: "\n").suffix(5).joined(separator: " / "))
    }
    try Files.move(place.draft, to: place.data)
  }
}
