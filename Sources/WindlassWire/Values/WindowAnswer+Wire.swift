internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

extension WindowAnswer: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__window_answer__init)

  init(wire m: Windlass__V1__WindowAnswer) throws(WireError) {
    let source: Source
    switch unsafe (m.from_manifest != 0, optionalString(m.policy)) {
    case (false, nil): source = .none
    case (true, nil): source = .manifest
    case (false, let policy?): source = .policy(policy)
    case (true, .some):
      throw WireError(field: "policy", reason: "must be empty when the manifest gave the window")
    }
    unsafe self.init(
      verdict: try Verdict.required(m.verdict, "verdict"),
      window: try RollbackWindow.optional(m.window, "window"), source: source,
      stable: try RevisionNumber(required: m.stable, "stable"),
      target: try RevisionNumber(required: m.target, "target"),
      between: numbers(m.n_between, m.between).map(RevisionNumber.init),
      stoppedBeingStableAt: optionalMoment(m.stopped_being_stable_at_microseconds),
      restsOnImport: m.rests_on_import != 0)
  }

  func packed(in arena: Arena) -> Windlass__V1__WindowAnswer {
    let policy: String
    switch source {
    case .none, .manifest: policy = ""
    case .policy(let name): policy = name
    }
    return unsafe Windlass__V1__WindowAnswer(
      base: Self.wireType.base, verdict: verdict.wire, window: arena.pointer(window),
      from_manifest: flag(source == .manifest), policy: arena.string(policy),
      stable: stable.value, target: target.value, n_between: between.count,
      between: arena.array(between, \.value),
      stopped_being_stable_at_microseconds: stoppedBeingStableAt?.microseconds ?? 0,
      rests_on_import: flag(restsOnImport))
  }
}
