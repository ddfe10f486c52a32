internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// One revision in one rollout.
public struct RevisionView: Equatable, Sendable {
  public var revision: Revision
  public var isStable: Bool
  public var isDesired: Bool
  public var isHeld: Bool
  /// Ever attempted in this rollout.
  public var wasAttempted: Bool
  /// Ever stable in this rollout.
  public var wasStable: Bool
  /// Its history here comes from the cluster's ReplicaSets.
  public var isImported: Bool
  public var local: LocalRevision?

  public init(
    revision: Revision, isStable: Bool = false, isDesired: Bool = false, isHeld: Bool = false,
    wasAttempted: Bool = false, wasStable: Bool = false, isImported: Bool = false,
    local: LocalRevision? = nil
  ) {
    self.revision = revision
    self.isStable = isStable
    self.isDesired = isDesired
    self.isHeld = isHeld
    self.wasAttempted = wasAttempted
    self.wasStable = wasStable
    self.isImported = isImported
    self.local = local
  }
}

extension RevisionView: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__revision_view__init)

  init(wire m: Windlass__V1__RevisionView) throws(WireError) {
    unsafe self.init(
      revision: try Revision.required(m.revision, "revision"), isStable: m.stable != 0,
      isDesired: m.desired != 0, isHeld: m.held != 0, wasAttempted: m.attempted != 0,
      wasStable: m.once_stable != 0, isImported: m.imported != 0,
      local: try LocalRevision.optional(m.local, "local"))
  }

  func packed(in arena: Arena) -> Windlass__V1__RevisionView {
    unsafe Windlass__V1__RevisionView(
      base: Self.wireType.base, revision: arena.pointer(revision), stable: flag(isStable),
      desired: flag(isDesired), held: flag(isHeld), attempted: flag(wasAttempted),
      once_stable: flag(wasStable), imported: flag(isImported), local: arena.pointer(local))
  }
}
