internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

extension Strategy: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__strategy__init)

  init(wire m: Windlass__V1__Strategy) throws(WireError) {
    unsafe self.init(
      replicas: try number(m.replicas, in: 0...100_000, "replicas"),
      steps: try Step.list(m.n_steps, m.steps, "steps"),
      background: try BackgroundAnalysis.optional(m.background, "background"),
      window: try RollbackWindow.optional(m.window, "window"))
    if let background, background.startingStep > steps.count {
      throw WireError(
        field: "background.starting_step",
        reason: "must be at most the number of steps, \(steps.count)")
    }
  }

  func packed(in arena: Arena) -> Windlass__V1__Strategy {
    unsafe Windlass__V1__Strategy(
      base: Self.wireType.base, replicas: UInt32(clamping: replicas), n_steps: steps.count,
      steps: arena.list(steps), background: arena.pointer(background),
      window: arena.pointer(window))
  }
}

extension Strategy.BackgroundAnalysis: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__background_analysis__init)

  init(wire m: Windlass__V1__BackgroundAnalysis) throws(WireError) {
    unsafe self.init(
      plan: try AnalysisPlan.required(m.plan, "plan"), startingStep: Int(m.starting_step))
  }

  func packed(in arena: Arena) -> Windlass__V1__BackgroundAnalysis {
    unsafe Windlass__V1__BackgroundAnalysis(
      base: Self.wireType.base, plan: arena.pointer(plan),
      starting_step: UInt32(clamping: startingStep))
  }
}

extension Strategy.Step: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__step__init)
  private static let setWeightType = unsafe MessageType(windlass__v1__step__set_weight__init)
  private static let pauseType = unsafe MessageType(windlass__v1__step__pause__init)

  init(wire m: Windlass__V1__Step) throws(WireError) {
    switch unsafe m.step_case {
    case WINDLASS__V1__STEP__STEP_SET_WEIGHT:
      guard let percent = unsafe m.set_weight?.pointee.percent else {
        throw WireError(field: "set_weight", reason: "is missing")
      }
      self = .setWeight(try number(percent, in: 0...100, "set_weight.percent"))
    case WINDLASS__V1__STEP__STEP_PAUSE:
      guard let pause = unsafe m.pause?.pointee else {
        throw WireError(field: "pause", reason: "is missing")
      }
      let field = "pause.duration_microseconds"
      let duration = try unsafe length(pause.duration_microseconds, field)
      self = unsafe .pause(pause.timed != 0 || duration.microseconds > 0 ? duration : nil)
    case WINDLASS__V1__STEP__STEP_ANALYSIS:
      self = .analysis(try unsafe AnalysisPlan.required(m.analysis, "analysis"))
    default:
      throw WireError(field: "", reason: "is not a step this version knows")
    }
  }

  func packed(in arena: Arena) -> Windlass__V1__Step {
    var m = unsafe Windlass__V1__Step()
    unsafe m.base = unsafe Self.wireType.base
    switch self {
    case .setWeight(let percent):
      unsafe m.step_case = WINDLASS__V1__STEP__STEP_SET_WEIGHT
      unsafe m.set_weight = arena.store(
        Windlass__V1__Step__SetWeight(
          base: Self.setWeightType.base, percent: Int32(clamping: percent)))
    case .pause(let duration):
      unsafe m.step_case = WINDLASS__V1__STEP__STEP_PAUSE
      unsafe m.pause = arena.store(
        Windlass__V1__Step__Pause(
          base: Self.pauseType.base, duration_microseconds: duration?.microseconds ?? 0,
          timed: flag(duration != nil)))
    case .analysis(let plan):
      unsafe m.step_case = WINDLASS__V1__STEP__STEP_ANALYSIS
      unsafe m.analysis = arena.pointer(plan)
    }
    return unsafe m
  }
}
