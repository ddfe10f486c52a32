import RolloutCore

/// What came of many stories.
struct Tally: Sendable {
  private(set) var stories = 0
  private(set) var comparisons = 0
  private(set) var met: [Deliberate: Int] = [:]
  /// By what differs; of each the shortest story.
  private(set) var disagreements: [String: Found] = [:]

  struct Found: Sendable {
    var story: Story
    var count: Int
  }

  init() {}

  init(_ all: [Story]) throws {
    for story in all {
      var duel = try Duel(story)
      try duel.run()
      stories += 1
      comparisons += duel.comparisons
      met.merge(duel.met, uniquingKeysWith: +)
      if let found = duel.disagreement { add(found.key, Found(story: story, count: 1)) }
    }
  }

  mutating func add(_ other: Tally) {
    stories += other.stories
    comparisons += other.comparisons
    met.merge(other.met, uniquingKeysWith: +)
    for (key, found) in other.disagreements { add(key, found) }
  }

  private mutating func add(_ key: String, _ found: Found) {
    guard let known = disagreements[key] else {
      disagreements[key] = found
      return
    }
    let isShorter = found.story.happenings.count < known.story.happenings.count
    disagreements[key] = Found(
      story: isShorter ? found.story : known.story, count: known.count + found.count)
  }
}

extension Story {
  /// The smallest story that still differs in the same way, told.
  func shrunk(keeping key: String) throws -> String {
    var story = self
    var text = ""
    search: while true {
      for candidate in story.simpler {
        var duel = try Duel(candidate)
        try duel.run()
        if duel.disagreement?.key == key {
          story = candidate
          continue search
        }
      }
      var duel = try Duel(story)
      try duel.run()
      text = duel.disagreement?.text ?? ""
      return text
    }
  }
}
