internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// One attempt as people and dashboards see it.
public struct AttemptView: Equatable, Sendable {
  public var number: AttemptNumber
  public var revision: RevisionNumber
  public var classification: Classification
  /// The track now; a command may have changed the one classified.
  public var track: Track
  public var stepIndex: Int
  public var steps: [Strategy.Step]
  public var runs: [RunView]
  public var pauses: [PauseReason]
  public var verdict: Verdict?
  /// Of the skip contract; `nil` where there is none.
  public var contract: Contract?
  public var violations: [RunObject]
  public var by: Requester
  public var startedAt: Timestamp
  public var endedAt: Timestamp?
  /// The revision has its full number of pods available.
  public var isAvailable: Bool
  /// It made no progress within its deadline.
  public var isLate: Bool
  public var isBlueGreen: Bool
  /// Blue-green: the active service was told to go to its revision.
  public var isSwitched: Bool

  public init(
    number: AttemptNumber, revision: RevisionNumber, classification: Classification, track: Track,
    stepIndex: Int = 0, steps: [Strategy.Step] = [], runs: [RunView] = [],
    pauses: [PauseReason] = [], verdict: Verdict? = nil, contract: Contract? = nil,
    violations: [RunObject] = [], by: Requester, startedAt: Timestamp, endedAt: Timestamp? = nil,
    isAvailable: Bool = false, isLate: Bool = false, isBlueGreen: Bool = false,
    isSwitched: Bool = false
  ) {
    self.number = number
    self.revision = revision
    self.classification = classification
    self.track = track
    self.stepIndex = stepIndex
    self.steps = steps
    self.runs = runs
    self.pauses = pauses
    self.verdict = verdict
    self.contract = contract
    self.violations = violations
    self.by = by
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.isAvailable = isAvailable
    self.isLate = isLate
    self.isBlueGreen = isBlueGreen
    self.isSwitched = isSwitched
  }

  public enum Contract: String, Equatable, Sendable, CaseIterable {
    case open
    case kept
    case violated
  }
}

/// One analysis run of an attempt.
public struct RunView: Equatable, Sendable {
  public var key: RunKey
  public var state: State
  /// Name of the AnalysisRun object; empty until one is reported.
  public var object: String
  public var result: RunResult?
  public var reading: RunReading?
  /// No object of it appeared in time.
  public var isMissing: Bool

  public init(
    key: RunKey, state: State, object: String = "", result: RunResult? = nil,
    reading: RunReading? = nil, isMissing: Bool = false
  ) {
    self.key = key
    self.state = state
    self.object = object
    self.result = result
    self.reading = reading
    self.isMissing = isMissing
  }

  public enum State: String, Equatable, Sendable, CaseIterable {
    case scheduled
    case created
    case finished
    case cancelled
  }
}

extension AttemptView: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__attempt_view__init)

  init(wire m: Windlass__V1__AttemptView) throws(WireError) {
    var pauses: [PauseReason] = []
    for (index, pause) in unsafe numbers(m.n_pauses, m.pauses).enumerated() {
      pauses.append(try PauseReason.required(pause, "pauses[\(index)]"))
    }
    let contract: Contract? =
      switch unsafe optionalString(m.contract) {
      case nil: nil
      case let text?: try word(text, "contract")
      }
    unsafe self.init(
      number: try AttemptNumber(required: m.number, "number"),
      revision: try RevisionNumber(required: m.revision, "revision"),
      classification: try Classification.required(m.classification, "classification"),
      track: try Track.required(m.track, "track"), stepIndex: Int(m.step_index),
      steps: try Strategy.Step.list(m.n_steps, m.steps, "steps"),
      runs: try RunView.list(m.n_runs, m.runs, "runs"), pauses: pauses,
      verdict: try Verdict.optional(m.verdict, "verdict"), contract: contract,
      violations: try RunObject.list(m.n_violations, m.violations, "violations"),
      by: try Requester.required(m.by, "by"),
      startedAt: Timestamp(microseconds: m.started_microseconds),
      endedAt: optionalMoment(m.ended_microseconds), isAvailable: m.available != 0,
      isLate: m.late != 0, isBlueGreen: m.blue_green != 0, isSwitched: m.switched != 0)
  }

  func packed(in arena: Arena) -> Windlass__V1__AttemptView {
    unsafe Windlass__V1__AttemptView(
      base: Self.wireType.base, number: number.value, revision: revision.value,
      classification: arena.pointer(classification), track: track.wire,
      step_index: UInt32(clamping: stepIndex), n_steps: steps.count, steps: arena.list(steps),
      n_runs: runs.count, runs: arena.list(runs), n_pauses: pauses.count,
      pauses: arena.array(pauses, \.wire), verdict: arena.pointer(verdict),
      contract: arena.string(contract?.rawValue ?? ""), n_violations: violations.count,
      violations: arena.list(violations), by: arena.pointer(by),
      started_microseconds: startedAt.microseconds, ended_microseconds: endedAt?.microseconds ?? 0,
      available: flag(isAvailable), late: flag(isLate), blue_green: flag(isBlueGreen),
      switched: flag(isSwitched))
  }
}

extension RunView: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__run_view__init)

  init(wire m: Windlass__V1__RunView) throws(WireError) {
    unsafe self.init(
      key: try RunKey.required(m.key, "key"), state: try word(string(m.state), "state"),
      object: string(m.object), result: try RunResult.optional(m.result, "result"),
      reading: try RunReading.optional(m.reading, "reading"), isMissing: m.missing != 0)
  }

  func packed(in arena: Arena) -> Windlass__V1__RunView {
    unsafe Windlass__V1__RunView(
      base: Self.wireType.base, key: arena.pointer(key), state: arena.string(state.rawValue),
      object: arena.string(object), result: arena.pointer(result),
      reading: reading.wire(none: WINDLASS__V1__RUN_READING__RUN_READING_UNSPECIFIED),
      missing: flag(isMissing))
  }
}
