import EventLog
import RolloutCore
import Testing
import WindlassWire

@testable import Application

@Suite("Commands that wait")
struct LanesTests {
  func submission(_ cluster: Int, _ number: Int, bytes: Int = 256) throws -> Submission {
    let name = RolloutName(
      try ApplicationName(validating: "shop/checkout"),
      on: try ClusterName(validating: "c\(cluster)"))
    var submission = Submission(
      id: CommandID(high: UInt64(cluster), low: UInt64(number)), digest: [],
      requester: Requester(principal: "ci"), action: .rollout(name, .pause)
    ) { _ in }
    submission.bytes = bytes
    return submission
  }

  @Test("a busy rollout holds up nobody else, and keeps its own order")
  func turns() throws {
    var lanes = Lanes()
    for number in 0..<5 { #expect(lanes.append(try submission(1, number))) }
    #expect(lanes.append(try submission(2, 0)))
    #expect(lanes.append(try submission(3, 0)))
    let first = lanes.takeTurns(atMost: 10).map(\.id.high)
    #expect(first == [1, 2, 3])
    let rest = (0..<4).flatMap { _ in lanes.takeTurns(atMost: 10) }.map(\.id.low)
    #expect(rest == [1, 2, 3, 4])
    #expect(lanes.isEmpty)
    #expect(lanes.takeTurns(atMost: 10).isEmpty)
  }

  @Test("what is put back is next, before later commands of its lane and before other lanes")
  func putBack() throws {
    var lanes = Lanes()
    for cluster in 1...3 {
      for number in 0..<2 { #expect(lanes.append(try submission(cluster, number))) }
    }
    let taken = lanes.takeTurns(atMost: 2)
    lanes.putBack(taken[1])
    #expect(lanes.takeTurns(atMost: 1).map(\.id) == [taken[1].id])
    #expect(lanes.count == 4)
    #expect(lanes.takeTurns(atMost: 10).map(\.id.high).sorted() == [1, 2, 3])
    #expect(lanes.count == 1)
  }

  /// What a command that is not urgent may fill.
  private static let countOpen = Lanes.countMax - Lanes.countMax / Lanes.reservedPart
  private static let bytesOpen = Lanes.bytesMax - Lanes.bytesMax / Lanes.reservedPart

  @Test("the queue is bounded by number and by bytes, and gives both back")
  func bounds() throws {
    var lanes = Lanes()
    for number in 0..<Self.countOpen { #expect(lanes.append(try submission(number % 7, number))) }
    #expect(!lanes.append(try submission(9, 0)))
    #expect(lanes.takeAll().count == Self.countOpen)
    #expect(lanes.append(try submission(1, 0, bytes: Self.bytesOpen)))
    #expect(!lanes.append(try submission(2, 0, bytes: 1)))
    #expect(lanes.takeTurns(atMost: 1).count == 1)
    #expect(lanes.append(try submission(2, 0, bytes: 1)))
    #expect(lanes.close().count == 1)
    #expect(!lanes.append(try submission(3, 0)))
  }

  @Test("outcomes, leases and emergency rollbacks have a share that no flood of others can fill")
  func reserved() throws {
    let cluster = try ClusterName(validating: "c1")
    let application = try ApplicationName(validating: "shop/checkout")
    let name = RolloutName(application, on: cluster)
    let urgent: [Submission.Action] = [
      .report(
        cluster, epoch: 1,
        ReportedOutcome(
          id: "r", application: application, attempt: AttemptNumber(1),
          outcome: .core(.available(RevisionNumber(1))))),
      .releaseLease(cluster, holder: "agent-1", epoch: 1),
      .rollback(name, nil, .emergency, insistsOnAnalysis: false),
      .rollout(name, .rollback(RollbackRequest(rollbackClass: .emergency))),
      .rollout(name, .escalate), .rollout(name, .abort), .tick(name),
    ]
    let others: [Submission.Action] = [
      .rollback(name, nil, .regular, insistsOnAnalysis: false),
      .rollout(name, .rollback(RollbackRequest())), .rollout(name, .pause),
      .start(name, .number(RevisionNumber(1))), .hold(application, .number(RevisionNumber(1))),
    ]
    var lanes = Lanes()
    var number = 0
    while lanes.append(try submission(2, number)) { number += 1 }
    #expect(number == Self.countOpen)
    for action in others {
      var submission = try submission(3, 0)
      submission.action = action
      let isTaken = lanes.append(submission)
      #expect(!isTaken, "\(action)")
    }
    for turn in 0..<(Lanes.countMax / Lanes.reservedPart) {
      var submission = try submission(4, turn)
      submission.action = urgent[turn % urgent.count]
      let isTaken = lanes.append(submission)
      #expect(isTaken, "\(submission.action)")
    }
    // Bounded all the same.
    var last = try submission(5, 0)
    last.action = urgent[0]
    let isTaken = lanes.append(last)
    #expect(!isTaken)
    #expect(lanes.count == Lanes.countMax)
  }
}
