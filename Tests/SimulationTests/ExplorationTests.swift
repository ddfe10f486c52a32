import Foundation
import RolloutCore
import RolloutTestKit
import Testing

@Suite("Exploration")
struct ExplorationTests {
  /// States looked at from each start, a million of all in a campaign; `WINDLASS_STATES` sets another
  /// number.
  static let states: Int = {
    let environment = ProcessInfo.processInfo.environment
    let usual = environment["WINDLASS_CAMPAIGN"] == "1" ? 14_000 : 250
    return environment["WINDLASS_STATES"].flatMap { Int($0) } ?? usual
  }()

  /// A small rollout, two steps long at most.
  struct Start: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var kind: Strategy.Kind
    var policies: [RolloutPolicy] = []
    var aborts = false
  }

  static let router = Canary.TrafficRouting(managedRoutes: ["beta", "copy"])
  static let background = Strategy.BackgroundAnalysis(plan: .errorRate, startingStep: 1)

  static func canary(_ name: String, _ steps: [Strategy.Step], routed: Bool = false) -> Start {
    Start(
      testDescription: name,
      kind: .canary(Canary(steps: steps, traffic: routed ? router : nil)))
  }

  static let starts: [Start] = [
    Start(
      testDescription: "weight, analysis, background",
      kind: .canary(
        Canary(steps: [.setWeight(20), .analysis(.errorRate)], background: background))),
    canary("routed weight, pause", [.setWeight(50), .pause(nil)], routed: true),
    canary("timed pause, weight", [.pause(.seconds(30)), .setWeight(50)]),
    canary(
      "scale, scale off",
      [.setCanaryScale(.replicas(1)), .setCanaryScale(.matchTrafficWeight)], routed: true),
    canary("experiment, weight", [.experiment(.init(templates: [])), .setWeight(50)]),
    canary(
      "routes",
      [
        .setHeaderRoute(
          .init(name: "beta", matches: [.init(header: "x-beta", value: .exact("1"))])),
        .setMirrorRoute(.init(name: "copy", percentage: 5, matches: [.init()])),
      ], routed: true),
    canary("plugins", [.plugin(.init(name: "off", disabled: true)), .plugin(.init(name: "gate"))]),
    canary("threshold, weight", [.progressThreshold(.percent(50)), .setWeight(50)]),
    Start(
      testDescription: "dynamic stable scale",
      kind: .canary(
        Canary(
          steps: [.setWeight(50), .pause(nil)], traffic: router, dynamicStableScale: true,
          abortScaleDownDelay: .seconds(20)))),
    Start(
      testDescription: "a deadline that aborts", kind: .canary(Canary(steps: [.setWeight(50)])),
      aborts: true),
    Start(
      testDescription: "emergencies and watches",
      kind: .canary(Canary(steps: [.pause(nil)], background: .init(plan: .errorRate))),
      policies: [
        RolloutPolicy(
          name: "all", emergency: EmergencyRule(allowedOutsideWindow: true),
          watch: WatchRule(duration: .seconds(60), onFailure: .rollback))
      ]),
    Start(testDescription: "blue-green", kind: .blueGreen(BlueGreen(hasPreviewService: true))),
    Start(
      testDescription: "blue-green by hand, pre-promotion",
      kind: .blueGreen(BlueGreen(autoPromotion: false, prePromotion: .errorRate))),
    Start(
      testDescription: "blue-green with a small preview, pre- and post-promotion",
      kind: .blueGreen(
        BlueGreen(
          previewReplicas: 1, autoPromotionDelay: .seconds(30), prePromotion: .errorRate,
          postPromotion: .errorRate))),
    Start(
      testDescription: "blue-green that keeps what it aborts",
      kind: .blueGreen(
        BlueGreen(
          postPromotion: .errorRate, scaleDownDelay: .seconds(60), scaleDownDelayRevisionLimit: 1,
          abortScaleDownDelay: .seconds(0)))),
  ]

  func world(_ start: Start, _ window: Int?) throws -> World {
    try World(
      Strategy(
        replicas: 2, kind: start.kind,
        progress: .init(deadline: .seconds(600), aborts: start.aborts),
        window: window.map { RollbackWindow(revisions: $0) }),
      revisions: 3, policies: start.policies)
  }

  @Test(
    "no command, report or timer leads a new rollout into breaking a promise",
    arguments: starts, [nil, 1])
  func fromNothing(start: Start, window: Int?) throws {
    let exploration = try Exploration(
      from: world(start, window), attempts: 4, states: Self.states)
    #expect(exploration.broken.isEmpty, "\(exploration.broken.prefix(2))")
    #expect(exploration.states == Self.states || !exploration.isCutOff)
    summarise("\(start.testDescription), from nothing", window, exploration)
  }

  @Test(
    "no command, report or timer leads a rollout at rest into breaking a promise",
    arguments: starts, [nil, 1, 2])
  func fromThreeStable(start: Start, window: Int?) throws {
    var world = try world(start, window)
    try world.promote(1, 2, 3)
    let exploration = try Exploration(from: world, attempts: 6, states: Self.states)
    #expect(exploration.broken.isEmpty, "\(exploration.broken.prefix(2))")
    #expect(exploration.states == Self.states || !exploration.isCutOff)
    summarise("\(start.testDescription), from three stable", window, exploration)
  }

  private func summarise(_ start: String, _ window: Int?, _ exploration: Exploration) {
    print(
      "explored \(start), window \(window ?? 0): \(exploration.states) states, "
        + "\(exploration.transitions) transitions, \(exploration.refusals) refusals, verdicts "
        + exploration.verdicts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        .joined(separator: ", ") + "; events "
        + exploration.kinds.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        .joined(separator: ", ") + (exploration.isCutOff ? "; cut off" : ""))
  }
}
