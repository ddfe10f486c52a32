internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

// The kinds of outcome as their own messages.

extension ReportedOutcome {
  struct RevisionSeen {
    var revision: RevisionNumber
    var local: LocalRevision
  }

  struct Available {
    var revision: RevisionNumber
  }

  struct WeightApplied {
    var revision: RevisionNumber
    var weight: Int
    var verified: Bool?
  }

  struct PodsSeen {
    var revision: RevisionNumber
    var pods: PodCounts
  }

  struct Restarted {
    var asked: Timestamp
  }

  struct RunCreated {
    var object: RunObject
  }

  struct RunFinished {
    var object: RunObject
    var result: RunResult
  }

  struct ChangeObserved {
    var content: RevisionContent?
    var local: LocalRevision?
  }
}

extension ReportedOutcome.RevisionSeen: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__outcome_report__revision_seen__init)

  init(wire m: Windlass__V1__OutcomeReport__RevisionSeen) throws(WireError) {
    unsafe self.init(
      revision: try RevisionNumber(required: m.revision, "revision"),
      local: try LocalRevision.required(m.local, "local"))
  }

  func packed(in arena: Arena) -> Windlass__V1__OutcomeReport__RevisionSeen {
    unsafe Windlass__V1__OutcomeReport__RevisionSeen(
      base: Self.wireType.base, revision: revision.value, local: arena.pointer(local))
  }
}

extension ReportedOutcome.Available: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__outcome_report__available__init)

  init(wire m: Windlass__V1__OutcomeReport__Available) throws(WireError) {
    unsafe self.init(revision: try RevisionNumber(required: m.revision, "revision"))
  }

  func packed(in arena: Arena) -> Windlass__V1__OutcomeReport__Available {
    unsafe Windlass__V1__OutcomeReport__Available(
      base: Self.wireType.base, revision: revision.value)
  }
}

extension ReportedOutcome.WeightApplied: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__outcome_report__weight_applied__init)

  init(wire m: Windlass__V1__OutcomeReport__WeightApplied) throws(WireError) {
    unsafe self.init(
      revision: try RevisionNumber(required: m.revision, "revision"),
      weight: try number(m.weight, in: weightRange, "weight"),
      verified: try weightCheck(m.check))
  }

  func packed(in arena: Arena) -> Windlass__V1__OutcomeReport__WeightApplied {
    unsafe Windlass__V1__OutcomeReport__WeightApplied(
      base: Self.wireType.base, revision: revision.value, weight: Int32(clamping: weight),
      check: weightCheck(of: verified))
  }
}

extension ReportedOutcome.PodsSeen: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__outcome_report__pods_seen__init)

  init(wire m: Windlass__V1__OutcomeReport__PodsSeen) throws(WireError) {
    unsafe self.init(
      revision: try RevisionNumber(required: m.revision, "revision"),
      pods: try PodCounts.required(m.pods, "pods"))
  }

  func packed(in arena: Arena) -> Windlass__V1__OutcomeReport__PodsSeen {
    unsafe Windlass__V1__OutcomeReport__PodsSeen(
      base: Self.wireType.base, revision: revision.value, pods: arena.pointer(pods))
  }
}

extension ReportedOutcome.Restarted: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__outcome_report__restarted__init)

  init(wire m: Windlass__V1__OutcomeReport__Restarted) throws(WireError) {
    guard let asked = unsafe optionalMoment(m.asked_microseconds) else {
      throw WireError(field: "asked_microseconds", reason: "is missing")
    }
    self.init(asked: asked)
  }

  func packed(in arena: Arena) -> Windlass__V1__OutcomeReport__Restarted {
    unsafe Windlass__V1__OutcomeReport__Restarted(
      base: Self.wireType.base, asked_microseconds: asked.microseconds)
  }
}

extension ReportedOutcome.RunCreated: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__outcome_report__run_created__init)

  init(wire m: Windlass__V1__OutcomeReport__RunCreated) throws(WireError) {
    unsafe self.init(object: try RunObject.required(m.object, "object"))
  }

  func packed(in arena: Arena) -> Windlass__V1__OutcomeReport__RunCreated {
    unsafe Windlass__V1__OutcomeReport__RunCreated(
      base: Self.wireType.base, object: arena.pointer(object))
  }
}

extension ReportedOutcome.RunFinished: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__outcome_report__run_finished__init)

  init(wire m: Windlass__V1__OutcomeReport__RunFinished) throws(WireError) {
    unsafe self.init(
      object: try RunObject.required(m.object, "object"),
      result: try RunResult.required(m.result, "result"))
  }

  func packed(in arena: Arena) -> Windlass__V1__OutcomeReport__RunFinished {
    unsafe Windlass__V1__OutcomeReport__RunFinished(
      base: Self.wireType.base, object: arena.pointer(object), result: arena.pointer(result))
  }
}

extension ReportedOutcome.ChangeObserved: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__outcome_report__change_observed__init)

  init(wire m: Windlass__V1__OutcomeReport__ChangeObserved) throws(WireError) {
    unsafe self.init(
      content: try RevisionContent.optional(m.content, "content"),
      local: try LocalRevision.optional(m.local, "local"))
  }

  func packed(in arena: Arena) -> Windlass__V1__OutcomeReport__ChangeObserved {
    unsafe Windlass__V1__OutcomeReport__ChangeObserved(
      base: Self.wireType.base, content: arena.pointer(content), local: arena.pointer(local))
  }
}
