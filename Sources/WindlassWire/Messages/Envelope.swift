internal import CWindlassProto
internal import Protobuf

/// What every command carries beside itself.
public struct Envelope: Equatable, Sendable {
  /// 1 to 200 printable ASCII characters. Repeating it repeats the answer, not the command.
  public var idempotencyKey: String
  /// Whom the caller says it acts for; may be empty; at most 256 bytes.
  public var claimedActor: String
  /// In the caller's words; may be empty; at most 2 KiB.
  public var reason: String
  /// The rollout's version that the caller has seen; `nil`: any.
  public var expectedVersion: UInt64?
  /// Decide, but record nothing.
  public var isDryRun: Bool

  public init(
    idempotencyKey: String, claimedActor: String = "", reason: String = "",
    expectedVersion: UInt64? = nil, isDryRun: Bool = false
  ) {
    self.idempotencyKey = idempotencyKey
    self.claimedActor = claimedActor
    self.reason = reason
    self.expectedVersion = expectedVersion
    self.isDryRun = isDryRun
  }
}

extension Envelope: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__envelope__init)

  init(wire m: Windlass__V1__Envelope) throws(WireError) {
    unsafe self.init(
      idempotencyKey: string(m.idempotency_key), claimedActor: string(m.claimed_actor),
      reason: string(m.reason), expectedVersion: m.expected_version == 0 ? nil : m.expected_version,
      isDryRun: m.dry_run != 0)
  }

  func packed(in arena: Arena) -> Windlass__V1__Envelope {
    unsafe Windlass__V1__Envelope(
      base: Self.wireType.base, idempotency_key: arena.string(idempotencyKey),
      claimed_actor: arena.string(claimedActor), reason: arena.string(reason),
      expected_version: expectedVersion ?? 0, dry_run: flag(isDryRun))
  }
}
