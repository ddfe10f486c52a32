/// Everything one command changes, and everything the log must check in the same transaction.
///
/// Atomic across its slices. A commit without slices is a command that was already satisfied; its id
/// is recorded all the same. One stream stands at most once in the slices and guards of a commit.
public struct Commit: Equatable, Sendable {
  /// The length of ``digest``, in bytes.
  public static let digestBytes = 32

  /// The idempotency key.
  public var id: CommandID
  /// 32 bytes that tell two different commands under the same id apart.
  public var digest: [UInt8]
  public var slices: [Slice]
  public var guards: [Guard]
  /// The `now` the decision used: microseconds since 1970.
  public var now: Int64

  public init(id: CommandID, digest: [UInt8], slices: [Slice], guards: [Guard] = [], now: Int64) {
    self.id = id
    self.digest = digest
    self.slices = slices
    self.guards = guards
    self.now = now
  }

  /// The number of events in all slices.
  public var eventCount: Int { slices.reduce(0) { $0 + $1.events.count } }
}
