import RolloutCore
import RolloutTestKit
import Testing

@Suite("Window")
struct WindowTests {
  /// Revision 1 stable, then others promoted, attempted and aborted, or only registered.
  func world(
    _ window: RollbackWindow?, promoted: [Int], aborted: [Int] = [], policies: [RolloutPolicy] = []
  ) throws -> World {
    var world = try World(revisions: 8, window: window, policies: policies)
    for number in 1...8 {
      if promoted.contains(number) { try world.promote(number) }
      if aborted.contains(number) { try world.abort(number) }
    }
    return world
  }

  @Test(
    "inside when fewer than n revisions lie strictly between",
    arguments: [
      (1, 5, .inside), (1, 4, .outsideByRevisions), (2, 4, .inside), (2, 3, .outsideByRevisions),
      (3, 3, .inside), (3, 2, .outsideByRevisions), (4, 2, .inside), (4, 1, .outsideByRevisions),
      (5, 1, .inside), (100, 1, .inside), (0, 5, .outsideByRevisions), (-1, 5, .outsideByRevisions),
    ] as [(Int, Int, WindowAnswer.Verdict)])
  func revisions(n: Int, target: Int, then verdict: WindowAnswer.Verdict) throws {
    let world = try world(RollbackWindow(revisions: n), promoted: [1, 2, 3, 4, 5, 6])
    #expect(world.answer(target).verdict == verdict)
    #expect(world.answer(target).between == (target + 1..<6).map { RevisionNumber(UInt32($0)) })
  }

  @Test(
    "what uses up the window is what the counting rule counts",
    arguments: [
      // Promoted 1, 4 and 8; aborted 2 and 6; the others never ran here.
      (.attempted, [2, 4, 6]), (.promoted, [4]), (.registered, [2, 3, 4, 5, 6, 7]),
    ] as [(RollbackWindow.Counting, [RevisionNumber])])
  func counting(_ counting: RollbackWindow.Counting, between: [RevisionNumber]) throws {
    for (limit, verdict) in [
      (between.count, WindowAnswer.Verdict.outsideByRevisions), (between.count + 1, .inside),
    ] {
      let world = try world(
        RollbackWindow(revisions: limit, counting: counting), promoted: [1, 4, 8],
        aborted: [2, 6])
      #expect(world.answer(1).between == between)
      #expect(world.answer(1).verdict == verdict)
    }
  }

  @Test(
    "a time range counts from when the target stopped being stable; exactly d is inside",
    arguments: [(-1, .inside), (0, .inside), (1, .outsideByDuration)]
      as [(Int64, WindowAnswer.Verdict)])
  func duration(microsecondsPast: Int64, then verdict: WindowAnswer.Verdict) throws {
    let window = RollbackWindow(duration: .seconds(3600))
    var world = try world(window, promoted: [1, 2, 3])
    let stopped = try #require(world.answer(1).stoppedBeingStableAt)
    #expect(stopped == world.state.history[2]?.stableSince)
    world.now = stopped + .seconds(3600) + Interval(microseconds: microsecondsPast)
    #expect(world.answer(1).verdict == verdict)
  }

  @Test("a later time of being stable renews the range")
  func renewed() throws {
    var world = try world(RollbackWindow(duration: .seconds(60)), promoted: [1, 2])
    world.now = world.now + .seconds(600)
    #expect(world.answer(1).verdict == .outsideByDuration)
    try world.promote(1)
    try world.promote(3)
    #expect(world.answer(1).verdict == .inside)
  }

  @Test("a range that is not positive never holds", arguments: [Int64.min, -1, 0])
  func badDuration(microseconds: Int64) throws {
    let window = RollbackWindow(duration: Interval(microseconds: microseconds))
    var world = try world(window, promoted: [1, 2])
    world.now = world.state.history[2]?.stableSince ?? world.now
    #expect(world.answer(1).verdict == .outsideByDuration)
  }

  @Test(
    "both given: all asks for both, any for one",
    arguments: [
      (.all, 3, 3600, .inside), (.all, 1, 3600, .outsideByRevisions),
      (.all, 3, 1, .outsideByDuration), (.all, 1, 1, .outsideByBoth),
      (.any, 3, 3600, .inside), (.any, 1, 3600, .inside), (.any, 3, 1, .inside),
      (.any, 1, 1, .outsideByBoth),
    ] as [(RollbackWindow.Match, Int, Int64, WindowAnswer.Verdict)])
  func match(
    _ match: RollbackWindow.Match, n: Int, seconds: Int64, then verdict: WindowAnswer.Verdict
  ) throws {
    let window = RollbackWindow(revisions: n, duration: .seconds(seconds), match: match)
    var world = try world(window, promoted: [1, 2, 3])
    world.now = world.now + .seconds(60)
    #expect(world.answer(1).verdict == verdict)
  }

  @Test(
    "the target must once have been stable here, whatever the numbers",
    arguments: [
      (3, true, .neverRanHere), (4, true, .neverStableHere), (2, true, .inside),
      (3, false, .inside), (4, false, .inside),
    ] as [(Int, Bool, WindowAnswer.Verdict)])
  func requireStable(target: Int, required: Bool, then verdict: WindowAnswer.Verdict) throws {
    let window = RollbackWindow(revisions: 100, requireStable: required)
    let world = try world(window, promoted: [1, 2, 5], aborted: [4])
    #expect(world.answer(target).verdict == verdict)
  }

  @Test("a range cannot hold for what was never stable, even where that is not asked")
  func durationNeverStable() throws {
    let window = RollbackWindow(duration: .seconds(3600), requireStable: false)
    let world = try world(window, promoted: [1, 5], aborted: [4])
    #expect(world.answer(4).verdict == .outsideByDuration)
  }

  @Test("no window: neither a policy nor the manifest gives one, or it says nothing")
  func noWindow() throws {
    #expect(try world(nil, promoted: [1, 2]).answer(1).verdict == .noWindow)
    #expect(try world(RollbackWindow(), promoted: [1, 2]).answer(1).verdict == .noWindow)
    var world = try world(nil, promoted: [1, 2])
    #expect(try world.when(rollback(1)) == ["attempt 3: rollback to 1, full"])
    #expect(
      world.state.attempt?.classification.rules == [
        .rollbackByNumber, .noWindow, .outsideMeansFull,
      ])
  }

  @Test("the narrowest policy wins, then the first by name, then the manifest")
  func policies() throws {
    func policy(_ name: String, _ clusters: ClusterSelector, _ n: Int?) -> RolloutPolicy {
      RolloutPolicy(
        name: name, clusters: clusters, window: n.map { RollbackWindow(revisions: $0) })
    }
    let here = ClusterSelector(names: [try ClusterName(validating: "eu-west-1")])
    let elsewhere = ClusterSelector(names: [try ClusterName(validating: "us-east-1")])
    let eu = ClusterSelector(labels: [.init("region", "eu")])
    let euFirst = ClusterSelector(labels: [.init("region", "eu"), .init("wave", "1")])
    let us = ClusterSelector(labels: [.init("region", "us")])
    let table: [([RolloutPolicy], WindowAnswer.Source, Int)] = [
      ([], .manifest, 9),
      ([policy("all", .all, 1)], .policy("all"), 1),
      ([policy("all", .all, 1), policy("eu", eu, 2)], .policy("eu"), 2),
      ([policy("eu", eu, 2), policy("eu-1", euFirst, 3)], .policy("eu-1"), 3),
      ([policy("z-here", here, 4), policy("eu-1", euFirst, 3)], .policy("z-here"), 4),
      ([policy("b", eu, 5), policy("a", eu, 6), policy("c", eu, 7)], .policy("a"), 6),
      ([policy("us", us, 2), policy("far", elsewhere, 3)], .manifest, 9),
      ([policy("narrow", here, nil), policy("all", .all, 1)], .policy("all"), 1),
    ]
    for (policies, source, n) in table {
      let world = try world(
        RollbackWindow(revisions: 9), promoted: [1, 2], policies: policies)
      #expect(world.answer(1).source == source)
      #expect(world.answer(1).window?.revisions == n)
    }
  }

  @Test("a larger window never turns inside into outside, a nearer target neither")
  func monotone() throws {
    for n in 1...8 {
      let world = try world(RollbackWindow(revisions: n), promoted: [1, 2, 3, 4, 5, 6])
      let wider = try self.world(RollbackWindow(revisions: n + 1), promoted: [1, 2, 3, 4, 5, 6])
      for target in 1...5 where world.answer(target).isInside {
        #expect(wider.answer(target).isInside)
        for nearer in target...5 { #expect(world.answer(nearer).isInside) }
      }
    }
  }

  @Test("imported history counts as once stable, and the answer says that it rests on it")
  func imported() throws {
    var world = try World(revisions: 5, window: RollbackWindow(revisions: 2))
    #expect(
      try world.when(.adopt(Adoption(stable: 3, history: [1, 2]))) == ["adopted 3, history 1 2"])
    let position = world.log[0].position
    #expect(world.answer(2).verdict == .inside)
    #expect(world.answer(2).restsOnImport)
    #expect(world.answer(1).between == [2])
    try world.decide(rollback(1))
    let classification = try #require(world.state.attempt?.classification)
    #expect(classification.rules.contains(.importedHistory))
    #expect(classification.facts.contains(Fact(.importedHistory, revision: 1, at: position)))
    try world.when(reported: .available(1))
    // Promoted here now: the log itself knows.
    try world.promote(4)
    #expect(world.answer(1).restsOnImport == false)
    #expect(world.answer(3).restsOnImport == true)
  }

  @Test("imported history has no moment to measure a time range from, until it stops in the log")
  func importedDuration() throws {
    var world = try World(revisions: 5, window: RollbackWindow(duration: .seconds(3600)))
    try world.decide(.adopt(Adoption(stable: 3, history: [1, 2])))
    #expect(world.answer(2).verdict == .outsideByDuration)
    try world.promote(4)
    #expect(world.answer(3).verdict == .inside)
  }

  @Test("the answer names no revision that is not strictly between")
  func betweenIsStrict() throws {
    let world = try world(
      RollbackWindow(revisions: 1, counting: .registered), promoted: [2, 5])
    #expect(world.answer(2).between == [3, 4])
    #expect(world.answer(4).between == [])
  }
}
