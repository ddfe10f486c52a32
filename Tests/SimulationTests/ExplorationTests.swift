import Foundation
import RolloutCore
import RolloutTestKit
import Testing

@Suite("Exploration")
struct ExplorationTests {
  /// States looked at from each start; `WINDLASS_STATES` sets another number.
  static let states =
    ProcessInfo.processInfo.environment["WINDLASS_STATES"].flatMap { Int($0) } ?? 4_000

  func world(_ window: Int?) throws -> World {
    try World(
      revisions: 3, steps: [.setWeight(20), .analysis(.errorRate)],
      background: .init(plan: .errorRate, startingStep: 1),
      window: window.map { RollbackWindow(revisions: $0) })
  }

  @Test(
    "no command and no report leads a new rollout into breaking a promise", arguments: [nil, 1, 2])
  func fromNothing(window: Int?) throws {
    let exploration = try Exploration(from: world(window), attempts: 4, states: Self.states)
    #expect(exploration.broken.isEmpty, "\(exploration.broken.prefix(2))")
    #expect(exploration.states == Self.states || !exploration.isCutOff)
    summarise("from nothing", window, exploration)
  }

  @Test(
    "no command and no report leads a rollout at rest into breaking a promise, in any attempt",
    arguments: [nil, 1, 2])
  func fromThreeStable(window: Int?) throws {
    var world = try world(window)
    try world.promote(1, 2, 3)
    let exploration = try Exploration(from: world, attempts: 4, states: Self.states)
    #expect(exploration.broken.isEmpty, "\(exploration.broken.prefix(2))")
    #expect(exploration.states == Self.states || !exploration.isCutOff)
    summarise("from three stable", window, exploration)
  }

  private func summarise(_ start: String, _ window: Int?, _ exploration: Exploration) {
    print(
      "explored \(start), window \(window ?? 0): \(exploration.states) states, "
        + "\(exploration.transitions) transitions, \(exploration.refusals) refusals, verdicts "
        + exploration.verdicts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        .joined(separator: ", ") + (exploration.isCutOff ? "; cut off" : ""))
  }
}
