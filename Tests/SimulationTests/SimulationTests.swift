import Foundation
import RolloutCore
import RolloutTestKit
import Testing

@Suite("Simulation")
struct SimulationTests {
  /// Seeds in one run; `WINDLASS_SEEDS` sets another number, `WINDLASS_FIRST_SEED` where they begin.
  static let seeds: Range<UInt64> = {
    let environment = ProcessInfo.processInfo.environment
    let first = environment["WINDLASS_FIRST_SEED"].flatMap { UInt64($0) } ?? 0
    let usual: UInt64 = environment["WINDLASS_CAMPAIGN"] == "1" ? 50_000 : 1_200
    let count = environment["WINDLASS_SEEDS"].flatMap { UInt64($0) } ?? usual
    let (end, overflow) = first.addingReportingOverflow(count)
    return first..<(overflow ? .max : end)
  }()

  @Test(
    "whatever is asked, lost, repeated or reordered: no promise breaks, and it comes to an end",
    arguments: 0..<UInt64(8))
  func promisesHold(share: UInt64) throws {
    var events = 0
    var reports = 0
    var count = 0
    var kinds: [String: Int] = [:]
    for seed in Self.seeds where seed % 8 == share {
      var simulation = try Simulation(seed: seed)
      for _ in 0..<120 { try simulation.step() }
      let isAtRest = try simulation.heal()
      simulation.settle()
      #expect(isAtRest, "seed \(seed): still \(simulation.world.state.phaseMessage)")
      #expect(simulation.broken.isEmpty, "seed \(seed): \(simulation.broken.prefix(3))")
      events += simulation.world.log.count
      reports += simulation.reportsHandled
      count += 1
      for entry in simulation.world.log { kinds[entry.event.kind, default: 0] += 1 }
    }
    print(
      "simulated \(count) seeds, \(reports) reports, \(events) events: "
        + kinds.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
  }

  @Test(
    "histories that were once misjudged",
    arguments: [5_585, 6_542, 10_024, 14_947, 15_046, 18_964, 25_835, 36_083, 49_779] as [UInt64])
  func onceMisjudged(seed: UInt64) throws {
    var simulation = try Simulation(seed: seed)
    for _ in 0..<120 { try simulation.step() }
    #expect(try simulation.heal())
    simulation.settle()
    #expect(simulation.broken.isEmpty, "\(simulation.broken.prefix(3))")
  }

  @Test("the same seed gives the same history")
  func deterministic() throws {
    func history(_ seed: UInt64) throws -> [String] {
      var simulation = try Simulation(seed: seed)
      for _ in 0..<60 { try simulation.step() }
      return simulation.world.log.map(\.event.brief)
    }
    for seed in UInt64(0)..<20 {
      let first = try history(seed)
      let second = try history(seed)
      #expect(first == second)
    }
  }
}
