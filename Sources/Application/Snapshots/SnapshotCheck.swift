public import EventLog

/// Compares stored snapshots with the log folded from its start.
public struct SnapshotCheck: Sendable {
  private let log: any EventLog
  private let store: any SnapshotStore

  public init(log: any EventLog, store: any SnapshotStore) {
    self.log = log
    self.store = store
  }

  /// What is to be said of one snapshot.
  public struct Finding: Equatable, Sendable {
    public var snapshot: StoredSnapshot
    public var verdict: Verdict
  }

  public enum Verdict: Equatable, Sendable {
    /// Byte for byte what the log folds to.
    case same
    /// Of another version of the service: it is not read, and says nothing here.
    case otherVersion
    /// A start would pass it over, and why.
    case refused(String)
    /// A start would use it, and it is not what the log folds to: the first stream that differs.
    case differs(String)
  }

  /// Folds the log from its start, past every snapshot.
  ///
  /// - Returns: a finding for each snapshot, the earliest position first.
  /// - Throws: ``ReadError`` when the log or the store cannot be read.
  public func run() async throws -> [Finding] {
    var world = World()
    var findings: [Finding] = []
    let snapshots = try await store.snapshots().sorted { $0.head.next < $1.head.next }
    for snapshot in snapshots {
      while world.head.next < snapshot.head.next {
        try await world.advance(along: log, to: snapshot.head.next)
      }
      findings.append(Finding(snapshot: snapshot, verdict: try await verdict(snapshot, world)))
    }
    return findings
  }

  private func verdict(_ snapshot: StoredSnapshot, _ world: World) async throws -> Verdict {
    guard snapshot.version == SnapshotVersion.current else { return .otherVersion }
    let bytes: [UInt8]
    let stored: World
    do {
      bytes = try await store.bytes(of: snapshot)
      stored = try await WorldSnapshot.decode(bytes, of: snapshot)
    } catch {
      if case .unavailable? = error as? ReadError { throw error }
      return .refused("\(error)")
    }
    if let difference = WorldSnapshot.difference(of: stored, from: world) {
      return .differs(difference)
    }
    return try WorldSnapshot.encode(world) == bytes ? .same : .differs("the form of its bytes")
  }
}
