internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

/// Without `desired_revision`: that one is not the core's, the update adds it.
extension Directive: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__directive__init)

  init(wire m: Windlass__V1__Directive) throws(WireError) {
    unsafe self.init(
      attempt: AttemptNumber(optional: m.attempt), enforced: m.enforced != 0,
      stable: RevisionNumber(optional: m.stable), desired: RevisionNumber(optional: m.desired),
      track: try Track.optional(m.track, "track"),
      weight: try number(m.weight, in: 0...100, "weight"), fullScale: m.full_scale != 0,
      paused: m.paused != 0, aborted: m.aborted != 0,
      runs: try DirectedRun.list(m.n_runs, m.runs, "runs"),
      forbidden: try SkipContract.optional(m.forbidden, "forbidden"))
  }

  func packed(in arena: Arena) -> Windlass__V1__Directive {
    unsafe Windlass__V1__Directive(
      base: Self.wireType.base, attempt: attempt.wire, enforced: flag(enforced),
      stable: stable.wire, desired: desired.wire,
      track: track.wire(none: WINDLASS__V1__TRACK__TRACK_UNSPECIFIED),
      weight: Int32(clamping: weight), full_scale: flag(fullScale), paused: flag(paused),
      aborted: flag(aborted), n_runs: runs.count, runs: arena.list(runs),
      forbidden: arena.pointer(forbidden), desired_revision: nil)
  }
}

extension Directive.DirectedRun: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__directive__run__init)

  init(wire m: Windlass__V1__Directive__Run) throws(WireError) {
    unsafe self.init(
      key: try RunKey.required(m.key, "key"), plan: try AnalysisPlan.required(m.plan, "plan"))
  }

  func packed(in arena: Arena) -> Windlass__V1__Directive__Run {
    unsafe Windlass__V1__Directive__Run(
      base: Self.wireType.base, key: arena.pointer(key), plan: arena.pointer(plan))
  }
}

extension SkipContract: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__directive__contract__init)

  init(wire m: Windlass__V1__Directive__Contract) throws(WireError) {
    var types: [RunType] = []
    for (index, type) in unsafe numbers(m.n_types, m.types).enumerated() {
      types.append(try RunType.required(type, "types[\(index)]"))
    }
    unsafe self.init(
      attempt: try AttemptNumber(required: m.attempt, "attempt"),
      revision: try RevisionNumber(required: m.revision, "revision"),
      podHash: optionalString(m.pod_hash), types: types)
  }

  func packed(in arena: Arena) -> Windlass__V1__Directive__Contract {
    unsafe Windlass__V1__Directive__Contract(
      base: Self.wireType.base, attempt: attempt.value, revision: revision.value,
      pod_hash: arena.string(podHash ?? ""), n_types: types.count, types: arena.array(types, \.wire)
    )
  }
}
