import Logging
import Postgres

/// Whether a server keeps what it has acknowledged, by its own settings.
enum ServerSafety {
  /// Settings that must be as they are here, or a crash or damage on disk takes back what was answered.
  private static let demanded = [
    ("fsync", "on"), ("full_page_writes", "on"), ("zero_damaged_pages", "off"),
    ("ignore_checksum_failure", "off"),
  ]

  /// - Throws: ``PostgresError/invalidSettings(_:)`` naming every unsafe setting, unless they are allowed.
  static func check(
    _ session: PostgresSession, allowsUnsafe: Bool, _ logger: Logger
  ) async throws(PostgresError) {
    let found = try await session.query(settings) { (result) throws(PostgresError) in
      (0..<5).map { result.text(row: 0, column: $0) ?? "unknown" }
    }
    let atRisk = zip(demanded, found).filter { $0.1 != $1 }
    if !atRisk.isEmpty {
      let list = atRisk.map { "\($0.0) = \($1), not \($0.1)" }.joined(separator: "; ")
      guard allowsUnsafe else {
        throw .invalidSettings(
          "PostgreSQL is not safe: \(list). A crash can take back what was answered; set it right, "
            + "or allow it with --allow-unsafe-database where nothing may be worth keeping")
      }
      logger.warning(
        "UNSAFE: PostgreSQL can lose what was answered", metadata: ["settings": "\(list)"])
    }
    if found[4] != "on" {
      logger.warning("PostgreSQL runs without data checksums: damage on disk would go unnoticed")
    }
  }

  private static let settings = Statement(
    "server_safety",
    """
    select current_setting('fsync'), current_setting('full_page_writes'),
      current_setting('zero_damaged_pages'), current_setting('ignore_checksum_failure'),
      current_setting('data_checksums')
    """)
}
