import Foundation
import RolloutCore
import RolloutTestKit
import Testing

@Suite("Decisions are Argo's, except where the difference is meant")
struct ArgoParityTests {
  private static let isCampaign =
    ProcessInfo.processInfo.environment["WINDLASS_CAMPAIGN"] == "1"
  private static let campaign =
    Int(ProcessInfo.processInfo.environment["WINDLASS_STORIES"] ?? "") ?? 100_000
  private static let first =
    UInt64(ProcessInfo.processInfo.environment["WINDLASS_SEED"] ?? "") ?? 0

  @Test("both worlds show the same after each happening, or a difference that is on the list")
  func agreement() async throws {
    let stories = Self.isCampaign ? Self.campaign : 1_200
    let shards = 8
    let total = try await withThrowingTaskGroup(of: Tally.self) { group in
      for shard in 0..<shards {
        let seeds = stride(from: shard, to: stories, by: shards)
        group.addTask { try Tally(seeds.map { Story(seed: Self.first + UInt64($0)) }) }
      }
      group.addTask { try Tally(Story.examples) }
      return try await group.reduce(into: Tally()) { $0.add($1) }
    }
    print("\(total.stories) stories, \(total.comparisons) comparisons")
    for reason in Deliberate.allCases {
      print("  \(total.met[reason] ?? 0) x \(reason.sentence)")
      #expect(total.met[reason, default: 0] > 0, "never met: \(reason.sentence)")
    }
    for (key, found) in total.disagreements.sorted(by: { $0.value.count > $1.value.count }) {
      Issue.record("\(found.count) x \(try found.story.shrunk(keeping: key))")
    }
  }

  @Test("a bent rule is noticed", arguments: Perturbation.allCases)
  func mutants(rules: Perturbation) throws {
    var noticed: String?
    for seed in 0..<UInt64(2_000) where noticed == nil {
      var duel = try Duel(Story(seed: seed), rules)
      try duel.run()
      noticed = duel.disagreement?.text
    }
    #expect(noticed != nil, "nobody noticed: \(rules.rawValue)")
  }

  @Test("each meant difference stands on the page", arguments: Deliberate.allCases)
  func documented(reason: Deliberate) throws {
    var folder = URL(filePath: #filePath).deletingLastPathComponent()
    while folder.path().count > 1 {
      let page = folder.appending(path: "docs/argo-differences.md")
      if FileManager.default.fileExists(atPath: page.path()) {
        let text = try String(contentsOf: page, encoding: .utf8)
        #expect(text.contains(reason.place), "\(reason.sentence)")
        return
      }
      folder.deleteLastPathComponent()
    }
    Issue.record("docs/argo-differences.md is nowhere above this file")
  }
}
