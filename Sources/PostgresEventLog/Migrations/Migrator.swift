import Crypto
import Logging
import Postgres

/// Brings a database to the schema this version knows, one replica at a time.
struct Migrator {
  let session: PostgresSession
  let logger: Logger
  let migrations: [Migration]

  private struct Applied: Sendable {
    var number: Int
    var sha256: [UInt8]?
  }

  /// - Throws: ``OpenError/refused(_:)`` when the database was migrated by a newer version, or a
  ///   migration it has was another text.
  func run() async throws(OpenError) {
    // Most starts find nothing to do, and then need no lock and no right to create anything.
    if try await pending().isEmpty { return }
    try await lock()
    var failure: OpenError?
    do throws(OpenError) {
      for migration in try await pending() { try await apply(migration) }
    } catch { failure = error }
    do { try await session.execute(Self.unlock) } catch {
      logger.debug("the migration lock goes with its connection", metadata: ["error": "\(error)"])
    }
    if let failure { throw failure }
  }

  /// What is still to be applied, after everything applied was found unchanged.
  private func pending() async throws(OpenError) -> [Migration] {
    let applied = try await applied()
    let newest = migrations.last?.number ?? 0
    for row in applied {
      guard row.number <= newest else {
        throw .refused(
          "the database has migration \(row.number) and this version knows up to \(newest): "
            + "start a newer version of Windlass")
      }
      guard let migration = migrations.first(where: { $0.number == row.number }) else {
        throw .refused("the database has migration \(row.number), which this version does not know")
      }
      let sum = Self.checksum(of: migration)
      if let recorded = row.sha256 {
        guard recorded == sum else {
          throw .refused(
            "migration \(migration.file) was applied to the database with another text; "
              + "a released migration must never be edited")
        }
      } else {
        try await record(sum, of: migration)
      }
    }
    let numbers = Set(applied.map(\.number))
    return migrations.filter { !numbers.contains($0.number) }
  }

  private func applied() async throws(OpenError) -> [Applied] {
    do {
      let exists = try await session.query(Self.exists) { (result) throws(PostgresError) in
        try result.bool(row: 0, column: 0)
      }
      guard exists else { return [] }
      return try await session.query(Self.list) { (result) throws(PostgresError) in
        var rows: [Applied] = []
        for row in 0..<result.rowCount {
          rows.append(
            Applied(
              number: Int(try result.int4(row: row, column: 0)),
              sha256: result.bytes(row: row, column: 1)))
        }
        return rows
      }
    } catch { throw OpenError(error) }
  }

  private func apply(_ migration: Migration) async throws(OpenError) {
    logger.info("applying migration", metadata: ["file": "\(migration.file)"])
    for attempt in 1...Self.attemptsMax {
      do {
        try await session.run(script: migration.sql, within: .seconds(600))
      } catch {
        switch error {
        case .refused(let state, _)
        where Self.metAnother.contains(state) && attempt < Self.attemptsMax:
          continue
        case .warned(_, let message):
          // A role we may not grant is a warning, and the migration is in place all the same.
          logger.warning("migration warned", metadata: ["message": "\(message)"])
        case .refused, .notConnected, .lost, .malformed, .invalidSettings: throw OpenError(error)
        }
      }
      break
    }
    try await record(Self.checksum(of: migration), of: migration)
  }

  private func record(_ sum: [UInt8], of migration: Migration) async throws(OpenError) {
    var parameters = ParameterList()
    parameters.append(int4: Int32(truncatingIfNeeded: migration.number))
    parameters.append(bytes: sum)
    do { try await session.execute(Self.record, parameters) } catch { throw OpenError(error) }
  }

  private func lock() async throws(OpenError) {
    for _ in 0..<600 {
      do {
        let locked = try await session.query(Self.lock) { (result) throws(PostgresError) in
          try result.bool(row: 0, column: 0)
        }
        if locked { return }
        try await Task.sleep(for: .milliseconds(100))
      } catch let error as PostgresError { throw OpenError(error) } catch {
        throw .unavailable("cancelled while waiting for the migration lock")
      }
    }
    throw .unavailable("another replica has been migrating the database for a minute")
  }

  /// Roles belong to the whole server, and another of its databases may be migrated at this moment:
  /// a role made twice, or granted twice at once. The transaction is gone and can be tried again.
  private static let metAnother: Set<String> = ["23505", "42710", "XX000"]
  private static let attemptsMax = 5

  private static func checksum(of migration: Migration) -> [UInt8] {
    Array(SHA256.hash(data: Array(migration.sql.description.utf8)))
  }

  private static let exists = Statement(
    "migration_exists", "select to_regclass('windlass_log.migration') is not null")
  private static let list = Statement(
    "migration_list", "select number, sha256 from windlass_log.migration order by number")
  private static let record = Statement(
    "migration_record",
    "update windlass_log.migration set sha256 = $2 where number = $1 and sha256 is null")
  private static let lock = Statement(
    "migration_lock", "select pg_try_advisory_lock(hashtext('windlass_log.migration'))")
  private static let unlock = Statement(
    "migration_unlock", "select pg_advisory_unlock(hashtext('windlass_log.migration'))")
}
