internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

extension Verdict: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__attempt_verdict__init)

  init(wire m: Windlass__V1__AttemptVerdict) throws(WireError) {
    switch unsafe m.kind {
    case WINDLASS__V1__ATTEMPT_VERDICT__KIND__PROMOTED: self = .promoted
    case WINDLASS__V1__ATTEMPT_VERDICT__KIND__ABORTED_BY_PERSON: self = .aborted(.person)
    case WINDLASS__V1__ATTEMPT_VERDICT__KIND__ABORTED_BY_ANALYSIS:
      let run = try unsafe RunKey.required(m.run, "run")
      self = unsafe .aborted(.analysis(run, message: string(m.message)))
    case WINDLASS__V1__ATTEMPT_VERDICT__KIND__ABORTED_BY_DEADLINE:
      self = unsafe .aborted(.deadline(message: string(m.message)))
    case WINDLASS__V1__ATTEMPT_VERDICT__KIND__WITHDRAWN: self = .withdrawn
    case WINDLASS__V1__ATTEMPT_VERDICT__KIND__SUPERSEDED: self = .superseded
    default: throw WireError(field: "kind", reason: "is not a verdict this version knows")
    }
  }

  func packed(in arena: Arena) -> Windlass__V1__AttemptVerdict {
    let kind: Windlass__V1__AttemptVerdict__Kind
    var run: RunKey?
    var message = ""
    switch self {
    case .promoted: kind = WINDLASS__V1__ATTEMPT_VERDICT__KIND__PROMOTED
    case .aborted(.person): kind = WINDLASS__V1__ATTEMPT_VERDICT__KIND__ABORTED_BY_PERSON
    case .aborted(.analysis(let key, let text)):
      kind = WINDLASS__V1__ATTEMPT_VERDICT__KIND__ABORTED_BY_ANALYSIS
      (run, message) = (key, text)
    case .aborted(.deadline(let text)):
      kind = WINDLASS__V1__ATTEMPT_VERDICT__KIND__ABORTED_BY_DEADLINE
      message = text
    case .withdrawn: kind = WINDLASS__V1__ATTEMPT_VERDICT__KIND__WITHDRAWN
    case .superseded: kind = WINDLASS__V1__ATTEMPT_VERDICT__KIND__SUPERSEDED
    }
    return unsafe Windlass__V1__AttemptVerdict(
      base: Self.wireType.base, kind: kind, run: arena.pointer(run),
      message: arena.string(message))
  }
}
