internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// One message of the stream of directives.
public enum DirectiveUpdate: WireMessage {
  case directive(Item)
  /// Sent once, after the first round of directives.
  case snapshotComplete(epoch: UInt64)

  public struct Item: Equatable, Sendable {
    public var application: ApplicationName
    /// Version of the rollout's stream.
    public var version: UInt64
    public var epoch: UInt64
    public var directive: Directive
    /// What `directive.desired` is made of.
    public var desiredRevision: Revision?

    public init(
      application: ApplicationName, version: UInt64, epoch: UInt64, directive: Directive,
      desiredRevision: Revision? = nil
    ) {
      self.application = application
      self.version = version
      self.epoch = epoch
      self.directive = directive
      self.desiredRevision = desiredRevision
    }
  }
}

extension DirectiveUpdate: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__directive_update__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__DirectiveUpdate) throws(WireError) {
    guard let directive = try unsafe Directive.optional(m.directive, "directive") else {
      guard unsafe m.snapshot_complete != 0 else {
        throw WireError(field: "directive", reason: "is missing")
      }
      self = unsafe .snapshotComplete(epoch: m.epoch)
      return
    }
    unsafe self = .directive(
      Item(
        application: try ApplicationName(wire: string(m.application), "application"),
        version: m.version, epoch: m.epoch, directive: directive,
        desiredRevision: try Revision.optional(
          m.directive.pointee.desired_revision, "directive.desired_revision")))
  }

  func packed(in arena: Arena) -> Windlass__V1__DirectiveUpdate {
    switch self {
    case .directive(let item):
      var directive = unsafe item.directive.packed(in: arena)
      unsafe directive.desired_revision = arena.pointer(item.desiredRevision)
      return unsafe Windlass__V1__DirectiveUpdate(
        base: Self.wireType.base, application: arena.string(item.application.text),
        version: item.version, epoch: item.epoch, directive: arena.store(directive),
        snapshot_complete: 0)
    case .snapshotComplete(let epoch):
      return unsafe Windlass__V1__DirectiveUpdate(
        base: Self.wireType.base, application: nil, version: 0, epoch: epoch, directive: nil,
        snapshot_complete: 1)
    }
  }
}
