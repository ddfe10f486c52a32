internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

// The commands of a SubmitRequest that have content.

extension Registration: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__submit_request__apply__init)

  init(wire m: Windlass__V1__SubmitRequest__Apply) throws(WireError) {
    unsafe self.init(
      revision: try RevisionContent.optional(m.revision, "revision"),
      strategy: try Strategy.optional(m.strategy, "strategy"),
      policies: try RolloutPolicy.list(m.n_policies, m.policies, "policies"))
  }

  func packed(in arena: Arena) -> Windlass__V1__SubmitRequest__Apply {
    unsafe Windlass__V1__SubmitRequest__Apply(
      base: Self.wireType.base, revision: arena.pointer(revision),
      strategy: arena.pointer(strategy), n_policies: policies.count, policies: arena.list(policies))
  }
}

extension Adoption: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__submit_request__adopt__init)

  init(wire m: Windlass__V1__SubmitRequest__Adopt) throws(WireError) {
    var history: [RevisionNumber] = []
    for (index, number) in unsafe numbers(m.n_history, m.history).enumerated() {
      history.append(try RevisionNumber(required: number, "history[\(index)]"))
    }
    unsafe self.init(stable: try RevisionNumber(required: m.stable, "stable"), history: history)
  }

  func packed(in arena: Arena) -> Windlass__V1__SubmitRequest__Adopt {
    unsafe Windlass__V1__SubmitRequest__Adopt(
      base: Self.wireType.base, stable: stable.value, n_history: history.count,
      history: arena.array(history, \.value))
  }
}

extension SubmitRequest {
  /// `start`
  struct Start {
    var revision: RevisionRef
  }

  /// `hold` and `release_hold`
  struct Hold {
    var revision: RevisionRef
  }

  /// `rollback`
  struct Rollback {
    var revision: RevisionRef?
    var rollbackClass: RollbackClass
    var insistsOnAnalysis: Bool
  }
}

extension SubmitRequest.Start: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__submit_request__start__init)

  init(wire m: Windlass__V1__SubmitRequest__Start) throws(WireError) {
    unsafe self.init(
      revision: try RevisionRef.required(number: m.revision, release: string(m.release)))
  }

  func packed(in arena: Arena) -> Windlass__V1__SubmitRequest__Start {
    unsafe Windlass__V1__SubmitRequest__Start(
      base: Self.wireType.base, revision: revision.wireNumber,
      release: arena.string(revision.wireRelease))
  }
}

extension SubmitRequest.Hold: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__submit_request__hold__init)

  init(wire m: Windlass__V1__SubmitRequest__Hold) throws(WireError) {
    unsafe self.init(
      revision: try RevisionRef.required(number: m.revision, release: string(m.release)))
  }

  func packed(in arena: Arena) -> Windlass__V1__SubmitRequest__Hold {
    unsafe Windlass__V1__SubmitRequest__Hold(
      base: Self.wireType.base, revision: revision.wireNumber,
      release: arena.string(revision.wireRelease))
  }
}

extension RollbackClass {
  /// As a caller may declare it; undeclared is regular.
  static func declared(_ number: Windlass__V1__RollbackClass) throws(WireError) -> Self {
    switch try optional(number, "rollback_class") ?? .regular {
    case .automatic:
      throw WireError(field: "rollback_class", reason: "must be REGULAR or EMERGENCY")
    case .regular: .regular
    case .emergency: .emergency
    }
  }
}

extension SubmitRequest.Rollback: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__submit_request__rollback__init)

  init(wire m: Windlass__V1__SubmitRequest__Rollback) throws(WireError) {
    unsafe self.init(
      revision: try RevisionRef.optional(number: m.revision, release: string(m.release)),
      rollbackClass: try RollbackClass.declared(m.rollback_class),
      insistsOnAnalysis: m.insist_on_analysis != 0)
  }

  func packed(in arena: Arena) -> Windlass__V1__SubmitRequest__Rollback {
    unsafe Windlass__V1__SubmitRequest__Rollback(
      base: Self.wireType.base, revision: revision?.wireNumber ?? 0,
      release: arena.string(revision?.wireRelease ?? ""), rollback_class: rollbackClass.wire,
      insist_on_analysis: flag(insistsOnAnalysis))
  }
}
