import Glibc

/// Where an embedded server lives, and as whom it runs.
struct ServerPlace: Sendable {
  /// The longest path of a socket the kernel takes.
  static let socketPathBytesMax = 107
  private static let socketName = "/.s.PGSQL.5432"

  /// `<data-dir>/postgres`
  var directory: String
  var account: Account?
  var programs: ServerPrograms
  var socketDirectory: String

  var data: String { "\(directory)/data" }
  var draft: String { "\(directory)/data.new" }
  var marker: String { "\(directory)/windlass-instance" }
  var startLog: String { "\(directory)/start.log" }
  var settingsFile: String { "\(data)/postgresql.conf" }

  static let markerText = "A private PostgreSQL of Windlass. Do not edit.\n"

  /// The socket lies beside the data, unless that path is too long for the kernel.
  static func socketDirectory(
    for directory: String, owner: uid_t
  ) -> (path: String, isShared: Bool) {
    let beside = "\(directory)/socket"
    if beside.utf8.count + socketName.utf8.count <= socketPathBytesMax { return (beside, false) }
    // FNV-1a, 64 bits: short, and the same each time. Whose directory it is gets checked.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in directory.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return ("/tmp/windlass-\(owner)-\(String(hash, radix: 16))", true)
  }

  /// Everything about durability is said here, whatever the defaults of a version are.
  var settingsText: String {
    let quoted = socketDirectory.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "''")
    return """
      # Written by Windlass at every start.
      listen_addresses = ''
      unix_socket_directories = '\(quoted)'
      unix_socket_permissions = 0700
      port = 5432
      max_connections = 50
      fsync = on
      full_page_writes = on
      synchronous_commit = on
      wal_sync_method = fdatasync
      wal_level = replica
      shared_buffers = 128MB
      max_wal_size = 1GB
      checkpoint_completion_target = 0.9
      max_parallel_workers_per_gather = 0
      jit = off
      timezone = 'UTC'
      log_timezone = 'UTC'
      lc_messages = 'C'
      logging_collector = on
      log_directory = 'log'
      log_filename = 'server-%a.log'
      log_truncate_on_rotation = on
      log_rotation_age = 1d
      log_rotation_size = 0
      log_line_prefix = '%m [%p] '

      """
  }
}
