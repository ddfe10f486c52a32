internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

extension Strategy.Step: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__step__init)
  private static let setWeightType = unsafe MessageType(windlass__v1__step__set_weight__init)
  private static let pauseType = unsafe MessageType(windlass__v1__step__pause__init)

  init(wire m: Windlass__V1__Step) throws(WireError) {
    switch unsafe m.step_case {
    case WINDLASS__V1__STEP__STEP_SET_WEIGHT:
      guard let weight = unsafe m.set_weight?.pointee.percent else {
        throw WireError(field: "set_weight", reason: "is missing")
      }
      // How much is all of it is the strategy's to say.
      self = .setWeight(Int(weight))
    case WINDLASS__V1__STEP__STEP_PAUSE:
      guard let pause = unsafe m.pause?.pointee else {
        throw WireError(field: "pause", reason: "is missing")
      }
      let field = "pause.duration_microseconds"
      let duration = try unsafe length(pause.duration_microseconds, field)
      self = unsafe .pause(pause.timed != 0 || duration.microseconds > 0 ? duration : nil)
    case WINDLASS__V1__STEP__STEP_ANALYSIS:
      self = .analysis(try unsafe AnalysisPlan.required(m.analysis, "analysis"))
    case WINDLASS__V1__STEP__STEP_SET_CANARY_SCALE:
      self = .setCanaryScale(
        try unsafe Strategy.CanaryScale.required(m.set_canary_scale, "set_canary_scale"))
    case WINDLASS__V1__STEP__STEP_EXPERIMENT:
      self = .experiment(
        try unsafe Strategy.ExperimentPlan.required(m.experiment, "experiment"))
    case WINDLASS__V1__STEP__STEP_SET_HEADER_ROUTE:
      self = .setHeaderRoute(
        try unsafe Strategy.HeaderRoute.required(m.set_header_route, "set_header_route"))
    case WINDLASS__V1__STEP__STEP_SET_MIRROR_ROUTE:
      self = .setMirrorRoute(
        try unsafe Strategy.MirrorRoute.required(m.set_mirror_route, "set_mirror_route"))
    case WINDLASS__V1__STEP__STEP_PLUGIN:
      self = .plugin(try unsafe Strategy.PluginCall.required(m.plugin, "plugin"))
    case WINDLASS__V1__STEP__STEP_PROGRESS_THRESHOLD:
      self = .progressThreshold(
        try unsafe Canary.ProgressThreshold.required(
          m.progress_threshold, "progress_threshold"))
    default:
      throw WireError(field: "", reason: "is not a step this version knows")
    }
  }

  func packed(in arena: Arena) -> Windlass__V1__Step {
    var m = unsafe Windlass__V1__Step()
    unsafe m.base = unsafe Self.wireType.base
    switch self {
    case .setWeight(let weight):
      unsafe m.step_case = WINDLASS__V1__STEP__STEP_SET_WEIGHT
      unsafe m.set_weight = arena.store(
        Windlass__V1__Step__SetWeight(
          base: Self.setWeightType.base, percent: Int32(clamping: weight)))
    case .pause(let duration):
      unsafe m.step_case = WINDLASS__V1__STEP__STEP_PAUSE
      unsafe m.pause = arena.store(
        Windlass__V1__Step__Pause(
          base: Self.pauseType.base, duration_microseconds: duration?.microseconds ?? 0,
          timed: flag(duration != nil)))
    case .analysis(let plan):
      unsafe m.step_case = WINDLASS__V1__STEP__STEP_ANALYSIS
      unsafe m.analysis = arena.pointer(plan)
    case .setCanaryScale(let scale):
      unsafe m.step_case = WINDLASS__V1__STEP__STEP_SET_CANARY_SCALE
      unsafe m.set_canary_scale = arena.pointer(scale)
    case .experiment(let plan):
      unsafe m.step_case = WINDLASS__V1__STEP__STEP_EXPERIMENT
      unsafe m.experiment = arena.pointer(plan)
    case .setHeaderRoute(let route):
      unsafe m.step_case = WINDLASS__V1__STEP__STEP_SET_HEADER_ROUTE
      unsafe m.set_header_route = arena.pointer(route)
    case .setMirrorRoute(let route):
      unsafe m.step_case = WINDLASS__V1__STEP__STEP_SET_MIRROR_ROUTE
      unsafe m.set_mirror_route = arena.pointer(route)
    case .plugin(let call):
      unsafe m.step_case = WINDLASS__V1__STEP__STEP_PLUGIN
      unsafe m.plugin = arena.pointer(call)
    case .progressThreshold(let threshold):
      unsafe m.step_case = WINDLASS__V1__STEP__STEP_PROGRESS_THRESHOLD
      unsafe m.progress_threshold = arena.pointer(threshold)
    }
    return unsafe m
  }
}

extension Strategy.CanaryScale: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__step__set_canary_scale__init)

  init(wire m: Windlass__V1__Step__SetCanaryScale) throws(WireError) {
    switch unsafe m.kind {
    case WINDLASS__V1__STEP__SET_CANARY_SCALE__KIND__REPLICAS:
      self = .replicas(try number(unsafe m.value, in: podsRange, "value"))
    case WINDLASS__V1__STEP__SET_CANARY_SCALE__KIND__WEIGHT:
      self = .weight(try number(unsafe m.value, in: 0...10_000, "value"))
    case WINDLASS__V1__STEP__SET_CANARY_SCALE__KIND__MATCH_TRAFFIC_WEIGHT:
      _ = try number(unsafe m.value, in: 0...0, "value")
      self = .matchTrafficWeight
    default: throw WireError(field: "kind", reason: "is not a kind this version knows")
    }
  }

  func packed(in arena: Arena) -> Windlass__V1__Step__SetCanaryScale {
    let kind: Windlass__V1__Step__SetCanaryScale__Kind
    var value = 0
    switch self {
    case .replicas(let replicas):
      (kind, value) = (WINDLASS__V1__STEP__SET_CANARY_SCALE__KIND__REPLICAS, replicas)
    case .weight(let weight):
      (kind, value) = (WINDLASS__V1__STEP__SET_CANARY_SCALE__KIND__WEIGHT, weight)
    case .matchTrafficWeight:
      kind = WINDLASS__V1__STEP__SET_CANARY_SCALE__KIND__MATCH_TRAFFIC_WEIGHT
    }
    return unsafe Windlass__V1__Step__SetCanaryScale(
      base: Self.wireType.base, kind: kind, value: UInt32(clamping: value))
  }
}

extension Strategy.PluginCall: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__plugin_call__init)

  init(wire m: Windlass__V1__PluginCall) throws(WireError) {
    unsafe self.init(
      name: string(m.name), configuration: string(m.configuration), disabled: m.disabled != 0)
  }

  func packed(in arena: Arena) -> Windlass__V1__PluginCall {
    unsafe Windlass__V1__PluginCall(
      base: Self.wireType.base, name: arena.string(name),
      configuration: arena.string(configuration), disabled: flag(disabled))
  }
}

extension Strategy.ExperimentPlan: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__experiment_plan__init)

  init(wire m: Windlass__V1__ExperimentPlan) throws(WireError) {
    unsafe self.init(
      templates: try Template.list(m.n_templates, m.templates, "templates"),
      analyses: try Analysis.list(m.n_analyses, m.analyses, "analyses"),
      duration: try GivenLength.optional(m.duration, "duration")?.interval)
  }

  func packed(in arena: Arena) -> Windlass__V1__ExperimentPlan {
    unsafe Windlass__V1__ExperimentPlan(
      base: Self.wireType.base, n_templates: templates.count, templates: arena.list(templates),
      n_analyses: analyses.count, analyses: arena.list(analyses),
      duration: arena.pointer(GivenLength(duration)))
  }
}

extension Strategy.ExperimentPlan.Template: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__experiment_plan__template__init)

  init(wire m: Windlass__V1__ExperimentPlan__Template) throws(WireError) {
    unsafe self.init(
      name: string(m.name), source: try Source.required(m.source, "source"),
      replicas: try GivenCount.optional(m.replicas, in: podsRange, "replicas"),
      weight: try GivenCount.optional(m.weight, in: weightRange, "weight"))
  }

  func packed(in arena: Arena) -> Windlass__V1__ExperimentPlan__Template {
    unsafe Windlass__V1__ExperimentPlan__Template(
      base: Self.wireType.base, name: arena.string(name), source: source.wire,
      replicas: arena.pointer(GivenCount(replicas)), weight: arena.pointer(GivenCount(weight)))
  }
}

extension Strategy.ExperimentPlan.Analysis: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__experiment_plan__analysis__init)

  init(wire m: Windlass__V1__ExperimentPlan__Analysis) throws(WireError) {
    unsafe self.init(
      name: string(m.name), plan: try AnalysisPlan.required(m.plan, "plan"),
      requiredForCompletion: m.required_for_completion != 0)
  }

  func packed(in arena: Arena) -> Windlass__V1__ExperimentPlan__Analysis {
    unsafe Windlass__V1__ExperimentPlan__Analysis(
      base: Self.wireType.base, name: arena.string(name), plan: arena.pointer(plan),
      required_for_completion: flag(requiredForCompletion))
  }
}
