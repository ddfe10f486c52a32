import RolloutCore
import RolloutTestKit

/// A strategy and what happens to a rollout that has it.
struct Story: Equatable, Sendable {
  var strategy: Strategy
  var happenings: [Happening]

  init(_ strategy: Strategy, _ happenings: [Happening]) {
    self.strategy = strategy
    self.happenings = happenings
  }

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    strategy = Strategy.random(&random)
    let isFresh = random.chance(10)
    happenings = isFresh ? [] : [.startNew]
    if random.chance(20) {
      // A history that a window can look back on.
      for _ in 0..<Int.random(in: 2...4, using: &random) {
        happenings += [.startNew, .promoteFull]
      }
      if random.chance(50) { happenings.append(.wait(seconds: 60)) }
      happenings.append(.startAgain(Int.random(in: 1...4, using: &random)))
    }
    happenings += (0..<Int.random(in: 4...16, using: &random)).map { _ in .random(&random) }
  }

  /// Smaller stories of the same kind, the smallest first.
  var simpler: [Story] {
    var stories: [Story] = []
    for length in [happenings.count / 2, happenings.count / 4] where length > 0 {
      for start in stride(from: 0, through: happenings.count - length, by: length) {
        stories.append(without(start..<(start + length)))
      }
    }
    for index in happenings.indices { stories.append(without(index..<(index + 1))) }
    for strategy in strategy.simpler { stories.append(Story(strategy, happenings)) }
    return stories
  }

  private func without(_ range: Range<Int>) -> Story {
    var story = self
    story.happenings.removeSubrange(range)
    return story
  }
}

extension Strategy {
  static func random(_ random: inout SeededGenerator) -> Strategy {
    Strategy(
      replicas: random.chance(3) ? 0 : Int.random(in: 1...5, using: &random),
      kind: random.chance(60) ? .canary(.random(&random)) : .blueGreen(.random(&random)),
      progress: .init(
        deadline: .seconds(random.pick([60, 100, 600]) ?? 600), aborts: random.chance(30)),
      window: random.chance(50)
        ? RollbackWindow(
          revisions: Int.random(in: 1...3, using: &random), requireStable: random.chance(40))
        : nil)
  }

  /// With one thing less, or with less of it.
  fileprivate var simpler: [Strategy] {
    var all: [Strategy] = []
    func add(_ change: (inout Strategy) -> Void) {
      var copy = self
      change(&copy)
      if copy != self { all.append(copy) }
    }
    add { $0.window = nil }
    add { $0.progress = .init() }
    add { $0.replicas = 1 }
    add { $0.replicas = max(1, $0.replicas - 1) }
    switch kind {
    case .canary(let canary):
      func put(_ change: (inout Canary) -> Void) {
        var copy = canary
        change(&copy)
        add { $0.kind = .canary(copy) }
      }
      for index in canary.steps.indices { put { $0.steps.remove(at: index) } }
      put { $0.background = nil }
      put { $0.background?.startingStep = 0 }
      put {
        $0.traffic = nil
        $0.dynamicStableScale = false
      }
      put { $0.traffic = $0.traffic.map { _ in .init() } }
      put { $0.dynamicStableScale = false }
      put { $0.maxSurge = .percent(25) }
      put { $0.maxUnavailable = .percent(25) }
      put { $0.minPodsPerRevision = nil }
      put { $0.scaleDownDelay = nil }
      put { $0.abortScaleDownDelay = nil }
      put { $0.progressThreshold = nil }
    case .blueGreen(let blueGreen):
      func put(_ change: (inout BlueGreen) -> Void) {
        var copy = blueGreen
        change(&copy)
        add { $0.kind = .blueGreen(copy) }
      }
      put { $0.hasPreviewService = false }
      put { $0.previewReplicas = nil }
      put { $0.autoPromotion = true }
      put { $0.autoPromotionDelay = nil }
      put { $0.prePromotion = nil }
      put { $0.postPromotion = nil }
      put { $0.scaleDownDelay = nil }
      put { $0.scaleDownDelayRevisionLimit = nil }
      put { $0.abortScaleDownDelay = nil }
      put { $0.maxUnavailable = .percent(25) }
    }
    return all
  }
}

extension Canary {
  fileprivate static func random(_ random: inout SeededGenerator) -> Canary {
    let isRouted = random.chance(55)
    let traffic: TrafficRouting? =
      isRouted
      ? .init(maxWeight: random.chance(10) ? 1000 : 100, managedRoutes: ["beta", "copy"])
      : nil
    let whole = traffic?.maxWeight ?? 100
    var steps: [Strategy.Step] = [
      .setWeight(whole / 5), .setWeight(whole / 5), .setWeight(whole / 2),
      .setWeight(whole * 4 / 5),
      .setWeight(whole), .setWeight(0), .pause(.seconds(60)), .pause(.seconds(30)), .pause(nil),
      .analysis(.errorRate), .analysis(.errorRate),
      .experiment(.init(templates: [.init(name: "canary", source: .canary)])),
      .plugin(.init(name: "gate")), .plugin(.init(name: "off", disabled: true)),
    ]
    if isRouted {
      steps += [
        .setCanaryScale(.replicas(2)), .setCanaryScale(.weight(50)),
        .setCanaryScale(.matchTrafficWeight),
        .setHeaderRoute(
          .init(name: "beta", matches: [.init(header: "x-beta", value: .exact("1"))])),
        .setMirrorRoute(.init(name: "copy", percentage: 5, matches: [.init()])),
        .setMirrorRoute(.init(name: "copy")),
      ]
    }
    let count = Int.random(in: 0...6, using: &random)
    let chosen = (0..<count).compactMap { _ in random.pick(steps) }
    return Canary(
      steps: chosen,
      background: random.chance(40)
        ? .init(
          plan: .errorRate, startingStep: Int.random(in: 0...max(0, min(2, count)), using: &random))
        : nil,
      traffic: traffic, dynamicStableScale: isRouted && random.chance(35),
      maxSurge: random.pick([.percent(25), .percent(25), .pods(1), .pods(0), .percent(100)])
        ?? .percent(25),
      maxUnavailable: random.pick([.percent(25), .percent(25), .pods(0), .pods(1), .percent(50)])
        ?? .percent(25),
      minPodsPerRevision: isRouted && random.chance(20) ? 2 : nil,
      scaleDownDelay: isRouted && random.chance(30) ? .seconds(20) : nil,
      abortScaleDownDelay: isRouted
        ? random.pick([nil, nil, .seconds(0), .seconds(20)]) ?? nil : nil,
      progressThreshold: random.chance(20)
        ? random.pick([.percent(50), .percent(75), .pods(1), .pods(2)]) : nil)
  }
}

extension BlueGreen {
  fileprivate static func random(_ random: inout SeededGenerator) -> BlueGreen {
    BlueGreen(
      hasPreviewService: random.chance(70), previewReplicas: random.chance(30) ? 1 : nil,
      autoPromotion: random.chance(65),
      autoPromotionDelay: random.chance(40) ? .seconds(60) : nil,
      prePromotion: random.chance(45) ? .errorRate : nil,
      postPromotion: random.chance(45) ? .errorRate : nil,
      scaleDownDelay: random.pick([nil, nil, .seconds(100), .seconds(20)]) ?? nil,
      scaleDownDelayRevisionLimit: random.chance(20) ? 1 : nil,
      abortScaleDownDelay: random.pick([nil, nil, .seconds(0), .seconds(20)]) ?? nil)
  }
}

extension Strategy {
  /// Whatever is not at its default, in a few words.
  var spoken: String {
    var words = ["\(replicas) pods"]
    func add<Value: Equatable>(_ name: String, _ value: Value, unless usual: Value) {
      if value != usual { words.append("\(name) \(value)") }
    }
    switch kind {
    case .canary(let canary):
      words.append("canary [\(canary.steps.map(\.spoken).joined(separator: ", "))]")
      if let background = canary.background {
        words.append("background analysis from step \(background.startingStep)")
      }
      if let traffic = canary.traffic { words.append("router of \(traffic.maxWeight)") }
      if canary.dynamicStableScale { words.append("dynamic stable scale") }
      add("maxSurge", canary.maxSurge, unless: .percent(25))
      add("maxUnavailable", canary.maxUnavailable, unless: .percent(25))
      if let least = canary.minPodsPerRevision { words.append("at least \(least) pods") }
      if let delay = canary.scaleDownDelay { words.append("delay \(delay.seconds) s") }
      if let delay = canary.abortScaleDownDelay { words.append("abort delay \(delay.seconds) s") }
      if let threshold = canary.progressThreshold { words.append("threshold \(threshold)") }
    case .blueGreen(let blueGreen):
      words.append("blue-green")
      if blueGreen.hasPreviewService { words.append("preview service") }
      if let pods = blueGreen.previewReplicas { words.append("preview of \(pods)") }
      if !blueGreen.autoPromotion { words.append("manual") }
      if let delay = blueGreen.autoPromotionDelay {
        words.append("switch after \(delay.seconds) s")
      }
      if blueGreen.prePromotion != nil { words.append("pre-promotion") }
      if blueGreen.postPromotion != nil { words.append("post-promotion") }
      if let delay = blueGreen.scaleDownDelay { words.append("delay \(delay.seconds) s") }
      if let limit = blueGreen.scaleDownDelayRevisionLimit { words.append("limit \(limit)") }
      if let delay = blueGreen.abortScaleDownDelay {
        words.append("abort delay \(delay.seconds) s")
      }
    }
    if progress != .init() {
      words.append("deadline \(progress.deadline.seconds) s\(progress.aborts ? ", aborts" : "")")
    }
    if let window {
      words.append(
        "window \(window.revisions ?? 0)\(window.requireStable ? " of once stable" : "")")
    }
    return words.joined(separator: ", ")
  }
}

extension Interval {
  fileprivate var seconds: Int64 { microseconds / 1_000_000 }
}

extension Strategy.Step {
  fileprivate var spoken: String {
    switch self {
    case .setWeight(let weight): "weight \(weight)"
    case .pause(nil): "pause"
    case .pause(let duration?): "pause \(duration.seconds) s"
    case .analysis: "analysis"
    case .setCanaryScale(let scale): "scale \(scale)"
    case .experiment: "experiment"
    case .setHeaderRoute: "header route"
    case .setMirrorRoute: "mirror route"
    case .plugin(let call): call.disabled ? "plugin, disabled" : "plugin"
    case .progressThreshold(let threshold): "threshold \(threshold)"
    }
  }
}
