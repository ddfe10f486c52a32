import RolloutCore
import RolloutTestKit
import Testing

@Suite("Skip contract")
struct ContractTests {
  /// Stable is 3, attempt 4 is a fast rollback to 2.
  func rollingBack(hashKnown: Bool = true) throws -> World {
    var world = try threeStable()
    if hashKnown {
      for number in UInt32(1)...4 {
        try world.when(
          reported: .revisionObserved(RevisionNumber(number), .init(podHash: "hash\(number)")))
      }
    }
    try world.decide(rollback(2))
    return world
  }

  static let violated = ["contract 4 violated by leak"]

  @Test(
    "with the hash known, a run of that hash and of any type is a violation",
    arguments: [
      (.background, "hash2", 4, violated), (.step, "hash2", 4, violated),
      (.prePromotion, "hash2", 4, violated), (.postPromotion, "hash2", 4, violated),
      (.background, "hash2", nil, violated), (.background, "hash3", 4, []),
      (.background, "", 4, []), (.background, "hash2", 3, []), (.background, "hash4", nil, []),
    ] as [(RunType, String, UInt32?, [String])])
  func hashKnown(
    type: RunType, hash: String, attempt: UInt32?, then expected: [String]
  ) throws {
    var world = try rollingBack()
    let run = RunObject(name: "leak", type: type, podHash: hash, stepIndex: nil)
    #expect(try world.when(reported: .runCreated(run), under: attempt) == expected)
  }

  @Test(
    "with the hash unknown, any run reported under the attempt is a violation",
    arguments: [
      ("other", 4, violated), ("", 4, violated), ("other", nil, []),
      // Asked for by the attempt before, and cancelled before it was seen.
      ("other", 3, ["background created as leak"]),
    ]
      as [(String, UInt32?, [String])])
  func hashUnknown(hash: String, attempt: UInt32?, then expected: [String]) throws {
    var world = try rollingBack(hashKnown: false)
    #expect(
      try world.when(reported: .runCreated(.background("leak", hash)), under: attempt) == expected)
  }

  @Test("a run first seen when it is finished is a violation too, and one object counts once")
  func finishedOnly() throws {
    var world = try rollingBack()
    let leak = RunObject.background("leak", "hash2")
    #expect(try world.when(reported: .runFinished(leak, .success)) == Self.violated)
    #expect(try world.when(reported: .runCreated(leak)) == [])
    #expect(try world.when(reported: .runFinished(leak, .failure)) == [])
    #expect(
      try world.when(reported: .runCreated(.background("leak-2", "hash2")))
        == ["contract 4 violated by leak-2"])
    #expect(
      try world.when(reported: .available(2)) == ["revision 2 available", "attempt 4 promoted"])
    #expect(world.state.lastEnded?.violations.map(\.name) == ["leak", "leak-2"])
  }

  @Test("the contract learns the hash when it is observed")
  func learnsHash() throws {
    var world = try rollingBack(hashKnown: false)
    #expect(world.directive.forbidden?.podHash == nil)
    try world.when(reported: .revisionObserved(2, .init(podHash: "hash2")))
    #expect(world.directive.forbidden?.podHash == "hash2")
    #expect(
      try world.when(reported: .runCreated(.background("leak", "hash2")), under: nil)
        == Self.violated)
  }

  @Test("the run of the attempt before, cancelled by the rollback, is no violation")
  func earlierRun() throws {
    var world = try threeStable()
    try world.decide(.start(4))
    try world.when(reported: .runCreated(.background("bg")))
    try world.decide(rollback(2))
    #expect(
      try world.when(reported: .runFinished(.background("bg"), .unmeasured))
        == ["background finished successful, stopped"])
    #expect(try world.when(reported: .runCreated(.background("bg"))) == [])
  }

  @Test("a run asked for before the track changed is no violation, even if it is heard of late")
  func lateReport() throws {
    var world = try threeStable()
    try world.decide(insisting(2))
    try world.decide(.escalate)
    #expect(
      try world.when(reported: .runCreated(.background("bg"))) == ["background created as bg"])
    #expect(
      try world.when(reported: .runCreated(.background("more"))) == ["contract 4 violated by more"])
  }

  @Test("a run asked for in an attempt long ended is no violation, even if it is heard of late")
  func longAgo() throws {
    var world = try threeStable(window: RollbackWindow(revisions: 9))
    try world.decide(.start(4))
    try world.when(reported: .revisionObserved(4, .init(podHash: "hash4")))
    try world.when(reported: .runCreated(.background("bg-4", "hash4")))
    for number in [4, 5] as [RevisionNumber] {
      if number == 5 { try world.decide(.start(5)) }
      try world.decide(.promoteFull)
      try world.when(reported: .available(number))
    }
    try world.decide(rollback(4))
    #expect(world.state.attempt?.track == .fast)
    #expect(
      try world.when(reported: .runFinished(.background("bg-4", "hash4"), .unmeasured), under: nil)
        == [])
  }

  @Test("evidence that comes after the end still violates, unless analysis was due since")
  func lateEvidence() throws {
    var world = try rollingBack()
    #expect(try world.when(reported: .available(2)).last == "contract 4 kept")
    #expect(
      try world.when(reported: .runCreated(.background("leak", "hash2")), under: nil)
        == Self.violated)
    #expect(try world.when(reported: .runCreated(.background("leak", "hash2")), under: 4) == [])
    try world.promote(5)
    try world.decide(insisting(2))
    #expect(
      try world.when(reported: .runCreated(.background("bg", "hash2")), under: nil)
        == ["background created as bg"])
    #expect(try world.when(reported: .runCreated(.background("bg-2", "hash2")), under: nil) == [])
    #expect(
      try world.when(reported: .runCreated(.background("leak-2", "hash2")), under: 4)
        == ["contract 4 violated by leak-2"])
  }

  @Test("contracts of ended attempts are kept up to a bound")
  func bounded() throws {
    var world = try threeStable(window: RollbackWindow(revisions: 9))
    for _ in 0..<20 {
      try world.decide(rollback(2))
      try world.decide(.abort)
    }
    #expect(world.state.endedContracts.count == RolloutState.endedContractsMax)
    #expect(
      try world.when(reported: .runCreated(.background("old")), under: 5) == [],
      "its contract is forgotten")
    #expect(
      try world.when(reported: .runCreated(.background("new")), under: 23)
        == ["contract 23 violated by new"])
  }

  @Test("violations of one contract are recorded up to a bound")
  func boundedViolations() throws {
    var world = try rollingBack()
    for number in 0..<200 {
      try world.when(reported: .runCreated(.background("leak-\(number)", "hash2")))
    }
    #expect(world.state.attempt?.violations.count == RolloutState.violationsMax)
  }
}
