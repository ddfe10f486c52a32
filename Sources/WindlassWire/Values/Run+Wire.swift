internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

extension RunKey: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__run_key__init)

  init(wire m: Windlass__V1__RunKey) throws(WireError) {
    unsafe self.init(
      type: try RunType.required(m.type, "type"), stepIndex: index(plusOne: m.step_index_plus_one),
      round: try number(m.round, in: 1...Int(UInt32.max), "round"))
  }

  func packed(in arena: Arena) -> Windlass__V1__RunKey {
    unsafe Windlass__V1__RunKey(
      base: Self.wireType.base, type: type.wire, step_index_plus_one: plusOne(stepIndex),
      round: UInt32(clamping: round))
  }
}

extension RunObject: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__run_object__init)

  init(wire m: Windlass__V1__RunObject) throws(WireError) {
    unsafe self.init(
      name: string(m.name), type: try RunType.required(m.type, "type"), podHash: string(m.pod_hash),
      stepIndex: index(plusOne: m.step_index_plus_one))
  }

  func packed(in arena: Arena) -> Windlass__V1__RunObject {
    unsafe Windlass__V1__RunObject(
      base: Self.wireType.base, name: arena.string(name), type: type.wire,
      pod_hash: arena.string(podHash), step_index_plus_one: plusOne(stepIndex))
  }
}

extension RunResult: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__run_result__init)

  init(wire m: Windlass__V1__RunResult) throws(WireError) {
    unsafe self.init(
      phase: try Phase.required(m.phase, "phase"), measurements: Int(m.measurements),
      message: string(m.message),
      evidence: try Evidence.optional(m.evidence, "evidence") ?? .measured)
  }

  func packed(in arena: Arena) -> Windlass__V1__RunResult {
    unsafe Windlass__V1__RunResult(
      base: Self.wireType.base, phase: phase.wire, measurements: UInt32(clamping: measurements),
      message: arena.string(message), evidence: evidence.wire)
  }
}
