internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

extension Requester: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__requester__init)

  init(wire m: Windlass__V1__Requester) throws(WireError) {
    unsafe self.init(
      principal: string(m.principal), claimedActor: string(m.claimed_actor),
      reason: string(m.reason))
  }

  func packed(in arena: Arena) -> Windlass__V1__Requester {
    unsafe Windlass__V1__Requester(
      base: Self.wireType.base, principal: arena.string(principal),
      claimed_actor: arena.string(claimedActor), reason: arena.string(reason))
  }
}
