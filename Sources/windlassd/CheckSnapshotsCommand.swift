import Application
import ArgumentParser
import EventLog
import Logging

/// Compares stored snapshots with the log.
struct CheckSnapshotsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-snapshots",
    abstract: "Fold the log from its start and compare every snapshot with it.",
    discussion: """
      Prints a line for each snapshot, the earliest first, and exits 0 when every one that a start \
      would use is byte for byte what the log folds to. It exits 1 otherwise and names the first \
      stream that differs, or why the snapshot would be passed over. Nothing is changed.

      A private PostgreSQL is started for the time, so the service that owns it has to be stopped; \
      with --database the services may go on.
      """)

  @Option(
    name: .customLong("data-dir"),
    help: "Where the private PostgreSQL lives. Default ./windlass-data.")
  var dataDirectory: String?

  @Option(help: "postgresql://... of a PostgreSQL to use instead of a private one.")
  var database: String?

  @Option(
    help: ArgumentHelp("One line: the password for --database.", valueName: "file"))
  var databasePasswordFile: String?

  @Option(help: "JSON file with the settings of the service.")
  var config: String?

  func run() async throws {
    let settings: Settings
    do {
      settings = try await Settings.resolve(
        Settings.Flags(
          dataDirectory: dataDirectory, database: database,
          databasePasswordFile: databasePasswordFile, file: config))
    } catch {
      throw ValidationError("\(error)")
    }
    LoggingSystem.bootstrap { label in
      var handler = StreamLogHandler.standardError(label: label)
      handler.logLevel = .warning
      return handler
    }
    let opened = try await Database.open(settings, Logger(label: "windlassd"))
    let findings: Result<[SnapshotCheck.Finding], any Error>
    do {
      findings = .success(try await SnapshotCheck(log: opened.log, store: opened.log).run())
    } catch {
      findings = .failure(error)
    }
    await opened.close()
    var isGood = true
    for finding in try findings.get() {
      let size = "\(finding.snapshot.byteCount) bytes"
      switch finding.verdict {
      case .same: print("position \(finding.snapshot.head.next): same (\(size))")
      case .otherVersion:
        print("position \(finding.snapshot.head.next): of another version, not used (\(size))")
      case .refused(let reason):
        isGood = false
        print("position \(finding.snapshot.head.next): not used: \(reason)")
      case .differs(let difference):
        isGood = false
        print("position \(finding.snapshot.head.next): DIFFERS, first in \(difference)")
      }
    }
    if try findings.get().isEmpty { print("no snapshots") }
    guard isGood else { throw ExitCode(1) }
  }
}
