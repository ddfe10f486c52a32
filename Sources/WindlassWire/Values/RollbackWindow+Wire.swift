internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

extension RollbackWindow: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__rollback_window__init)

  init(wire m: Windlass__V1__RollbackWindow) throws(WireError) {
    unsafe self.init(
      revisions: m.revisions == 0 ? nil : Int(m.revisions),
      duration: try optionalLength(m.duration_microseconds, "duration_microseconds"),
      counting: try Counting.optional(m.counting, "counting") ?? .attempted,
      match: try Match.optional(m.match, "match") ?? .all,
      requireStable: m.never_stable_allowed == 0)
  }

  func packed(in arena: Arena) -> Windlass__V1__RollbackWindow {
    unsafe Windlass__V1__RollbackWindow(
      base: Self.wireType.base, revisions: UInt32(clamping: revisions ?? 0),
      duration_microseconds: duration?.microseconds ?? 0, counting: counting.wire,
      match: match.wire, never_stable_allowed: flag(!requireStable))
  }
}
