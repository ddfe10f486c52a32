internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

/// What says nothing has the default, so that a strategy of an earlier version reads as it did.
extension Strategy: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__strategy__init)

  init(wire m: Windlass__V1__Strategy) throws(WireError) {
    let kind: Kind
    if let blueGreen = try unsafe BlueGreen.optional(m.blue_green, "blue_green") {
      guard unsafe m.n_steps == 0, unsafe m.background == nil, unsafe m.canary == nil else {
        throw WireError(
          field: "blue_green", reason: "must not be given with steps, background or canary")
      }
      kind = .blueGreen(blueGreen)
    } else {
      var canary = try unsafe Canary.optional(m.canary, "canary") ?? Canary(steps: [])
      canary.steps = try unsafe Step.list(m.n_steps, m.steps, "steps")
      canary.background = try unsafe BackgroundAnalysis.optional(m.background, "background")
      if let background = canary.background, background.startingStep > canary.steps.count {
        throw WireError(
          field: "background.starting_step",
          reason: "must be at most the number of steps, \(canary.steps.count)")
      }
      let whole = canary.traffic?.maxWeight ?? 100
      for (index, step) in canary.steps.enumerated() {
        if case .setWeight(let weight) = step {
          _ = try number(weight, in: 0...whole, "steps[\(index)].set_weight.percent")
        }
      }
      kind = .canary(canary)
    }
    var progress = ProgressRule(aborts: unsafe m.progress_deadline_aborts != 0)
    if let deadline = try unsafe optionalLength(
      m.progress_deadline_microseconds, "progress_deadline_microseconds")
    {
      progress.deadline = deadline
    }
    unsafe self.init(
      replicas: try number(m.replicas, in: podsRange, "replicas"), kind: kind,
      progress: progress, window: try RollbackWindow.optional(m.window, "window"))
  }

  func packed(in arena: Arena) -> Windlass__V1__Strategy {
    var extras: Canary?
    if var canary {
      canary.steps = []
      canary.background = nil
      if canary != Canary(steps: []) { extras = canary }
    }
    let isDefault = progress.deadline == ProgressRule().deadline
    return unsafe Windlass__V1__Strategy(
      base: Self.wireType.base, replicas: UInt32(clamping: replicas), n_steps: steps.count,
      steps: arena.list(steps), background: arena.pointer(background),
      window: arena.pointer(window), canary: arena.pointer(extras),
      blue_green: arena.pointer(blueGreen),
      progress_deadline_microseconds: isDefault ? 0 : progress.deadline.microseconds,
      progress_deadline_aborts: flag(progress.aborts))
  }
}

/// Without steps and background analysis: those are fields of the strategy's own message.
extension Canary: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__canary__init)

  init(wire m: Windlass__V1__Canary) throws(WireError) {
    unsafe self.init(
      steps: [], traffic: try TrafficRouting.optional(m.traffic, "traffic"),
      dynamicStableScale: m.dynamic_stable_scale != 0,
      maxSurge: try PodBound.optional(m.max_surge, "max_surge") ?? .percent(25),
      maxUnavailable: try PodBound.optional(m.max_unavailable, "max_unavailable") ?? .percent(25),
      minPodsPerRevision: m.min_pods_per_revision == 0
        ? nil : try number(m.min_pods_per_revision, in: podsRange, "min_pods_per_revision"),
      scaleDownDelay: try GivenLength.optional(m.scale_down_delay, "scale_down_delay")?.interval,
      scaleDownDelayRevisionLimit: try GivenCount.optional(
        m.scale_down_delay_revision_limit, in: 0...Int(Int32.max),
        "scale_down_delay_revision_limit"),
      abortScaleDownDelay: try GivenLength.optional(
        m.abort_scale_down_delay, "abort_scale_down_delay")?.interval,
      progressThreshold: try ProgressThreshold.optional(
        m.progress_threshold, "progress_threshold"))
  }

  func packed(in arena: Arena) -> Windlass__V1__Canary {
    unsafe Windlass__V1__Canary(
      base: Self.wireType.base, traffic: arena.pointer(traffic),
      dynamic_stable_scale: flag(dynamicStableScale), max_surge: arena.pointer(maxSurge),
      max_unavailable: arena.pointer(maxUnavailable),
      min_pods_per_revision: UInt32(clamping: minPodsPerRevision ?? 0),
      scale_down_delay: arena.pointer(GivenLength(scaleDownDelay)),
      abort_scale_down_delay: arena.pointer(GivenLength(abortScaleDownDelay)),
      progress_threshold: arena.pointer(progressThreshold),
      scale_down_delay_revision_limit: arena.pointer(GivenCount(scaleDownDelayRevisionLimit)))
  }
}

extension Canary.TrafficRouting: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__canary__traffic__init)

  init(wire m: Windlass__V1__Canary__Traffic) throws(WireError) {
    unsafe self.init(
      maxWeight: m.max_weight == 0
        ? 100 : try number(m.max_weight, in: weightRange, "max_weight"),
      managedRoutes: strings(m.n_managed_routes, m.managed_routes))
  }

  func packed(in arena: Arena) -> Windlass__V1__Canary__Traffic {
    unsafe Windlass__V1__Canary__Traffic(
      base: Self.wireType.base, max_weight: UInt32(clamping: maxWeight),
      n_managed_routes: managedRoutes.count, managed_routes: arena.strings(managedRoutes))
  }
}

extension BlueGreen: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__blue_green__init)

  init(wire m: Windlass__V1__BlueGreen) throws(WireError) {
    unsafe self.init(
      hasPreviewService: m.preview_service != 0,
      previewReplicas: try GivenCount.optional(
        m.preview_replicas, in: podsRange, "preview_replicas"),
      autoPromotion: m.auto_promotion_off == 0,
      autoPromotionDelay: try GivenLength.optional(
        m.auto_promotion_delay, "auto_promotion_delay")?.interval,
      prePromotion: try AnalysisPlan.optional(m.pre_promotion, "pre_promotion"),
      postPromotion: try AnalysisPlan.optional(m.post_promotion, "post_promotion"),
      scaleDownDelay: try GivenLength.optional(m.scale_down_delay, "scale_down_delay")?.interval,
      scaleDownDelayRevisionLimit: try GivenCount.optional(
        m.scale_down_delay_revision_limit, in: 0...Int(Int32.max),
        "scale_down_delay_revision_limit"),
      abortScaleDownDelay: try GivenLength.optional(
        m.abort_scale_down_delay, "abort_scale_down_delay")?.interval,
      maxUnavailable: try PodBound.optional(m.max_unavailable, "max_unavailable") ?? .percent(25))
  }

  func packed(in arena: Arena) -> Windlass__V1__BlueGreen {
    unsafe Windlass__V1__BlueGreen(
      base: Self.wireType.base, preview_service: flag(hasPreviewService),
      preview_replicas: arena.pointer(GivenCount(previewReplicas)),
      auto_promotion_off: flag(!autoPromotion),
      auto_promotion_delay: arena.pointer(GivenLength(autoPromotionDelay)),
      pre_promotion: arena.pointer(prePromotion), post_promotion: arena.pointer(postPromotion),
      scale_down_delay: arena.pointer(GivenLength(scaleDownDelay)),
      scale_down_delay_revision_limit: arena.pointer(GivenCount(scaleDownDelayRevisionLimit)),
      abort_scale_down_delay: arena.pointer(GivenLength(abortScaleDownDelay)),
      max_unavailable: arena.pointer(maxUnavailable))
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
