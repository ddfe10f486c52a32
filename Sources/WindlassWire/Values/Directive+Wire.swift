internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

/// Without `desired_revision`: that one is not the core's, the update adds it.
extension Directive: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__directive__init)

  init(wire m: Windlass__V1__Directive) throws(WireError) {
    let maxWeight =
      unsafe m.max_weight == 0 ? 100 : try number(m.max_weight, in: weightRange, "max_weight")
    unsafe self.init(
      attempt: AttemptNumber(optional: m.attempt), enforced: m.enforced != 0,
      stable: RevisionNumber(optional: m.stable), desired: RevisionNumber(optional: m.desired),
      track: try Track.optional(m.track, "track"),
      weight: try number(m.weight, in: 0...maxWeight, "weight"), maxWeight: maxWeight,
      pods: try PodTargets.optional(m.pods, "pods"),
      services: try ServicesSeen.optional(m.services, "services"),
      routes: try Route.list(m.n_routes, m.routes, "routes"),
      kept: try KeptRevision.list(m.n_kept, m.kept, "kept"),
      restartAt: optionalMoment(m.restart_at_microseconds), fullScale: m.full_scale != 0,
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
      forbidden: arena.pointer(forbidden), desired_revision: nil,
      max_weight: maxWeight == 100 ? 0 : UInt32(clamping: maxWeight), pods: arena.pointer(pods),
      services: arena.pointer(services), n_routes: routes.count, routes: arena.list(routes),
      n_kept: kept.count, kept: arena.list(kept),
      restart_at_microseconds: restartAt?.microseconds ?? 0)
  }
}

extension Directive.PodTargets: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__directive__pods__init)

  init(wire m: Windlass__V1__Directive__Pods) throws(WireError) {
    unsafe self.init(desired: Int(m.desired), stable: Int(m.stable))
  }

  func packed(in arena: Arena) -> Windlass__V1__Directive__Pods {
    unsafe Windlass__V1__Directive__Pods(
      base: Self.wireType.base, desired: UInt32(clamping: desired),
      stable: UInt32(clamping: stable))
  }
}

extension Directive.Route: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__directive__route__init)

  init(wire m: Windlass__V1__Directive__Route) throws(WireError) {
    let header = try unsafe Strategy.HeaderRoute.optional(m.header, "header")
    let mirror = try unsafe Strategy.MirrorRoute.optional(m.mirror, "mirror")
    switch (header, mirror) {
    case (let header?, nil): self = .header(header)
    case (nil, let mirror?): self = .mirror(mirror)
    case (nil, nil), (.some, .some):
      throw WireError(field: "", reason: "must be exactly one of header and mirror")
    }
  }

  func packed(in arena: Arena) -> Windlass__V1__Directive__Route {
    switch self {
    case .header(let route):
      unsafe Windlass__V1__Directive__Route(
        base: Self.wireType.base, header: arena.pointer(route), mirror: nil)
    case .mirror(let route):
      unsafe Windlass__V1__Directive__Route(
        base: Self.wireType.base, header: nil, mirror: arena.pointer(route))
    }
  }
}

extension Directive.KeptRevision: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__directive__kept__init)

  init(wire m: Windlass__V1__Directive__Kept) throws(WireError) {
    unsafe self.init(
      revision: try RevisionNumber(required: m.revision, "revision"),
      until: Timestamp(microseconds: m.until_microseconds))
  }

  func packed(in arena: Arena) -> Windlass__V1__Directive__Kept {
    unsafe Windlass__V1__Directive__Kept(
      base: Self.wireType.base, revision: revision.value, until_microseconds: until.microseconds)
  }
}

extension Directive.DirectedRun: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__directive__run__init)

  init(wire m: Windlass__V1__Directive__Run) throws(WireError) {
    let plan = try unsafe AnalysisPlan.optional(m.plan, "plan")
    let experiment = try unsafe Strategy.ExperimentPlan.optional(m.experiment, "experiment")
    let plugin = try unsafe Strategy.PluginCall.optional(m.plugin, "plugin")
    let work: Work
    switch (plan, experiment, plugin) {
    case (let plan?, nil, nil): work = .analysis(plan)
    case (nil, let experiment?, nil): work = .experiment(experiment)
    case (nil, nil, let plugin?): work = .plugin(plugin)
    default:
      throw WireError(field: "", reason: "must have exactly one of plan, experiment and plugin")
    }
    self.init(key: try unsafe RunKey.required(m.key, "key"), work: work)
  }

  func packed(in arena: Arena) -> Windlass__V1__Directive__Run {
    var plan: AnalysisPlan?
    var experiment: Strategy.ExperimentPlan?
    var plugin: Strategy.PluginCall?
    switch work {
    case .analysis(let analysis): plan = analysis
    case .experiment(let copies): experiment = copies
    case .plugin(let call): plugin = call
    }
    return unsafe Windlass__V1__Directive__Run(
      base: Self.wireType.base, key: arena.pointer(key), plan: arena.pointer(plan),
      experiment: arena.pointer(experiment), plugin: arena.pointer(plugin))
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
