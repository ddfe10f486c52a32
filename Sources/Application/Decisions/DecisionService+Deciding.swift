import Crypto
import EventLog
import Foundation
import RolloutCore
import Synchronization
import WindlassWire

/// What is due and what waits becomes a batch.
extension DecisionService {
  /// Decides what is due and what waits, as far as it fits one batch.
  func gather() -> (batch: [Batch.Planned], next: Timestamp?, left: Bool) {
    let now = now()
    let waiting = lanes.withLock { $0.takeTurns(atMost: Batch.commitsMax) }
    var batch = Batch()
    var later: [Submission] = []
    var answers: [(Submission, Answer)] = []
    let next = world.withLock { world in
      let (due, next) = world.takeDue(at: now, atMost: Batch.commitsMax)
      for submission in due.map({ Self.tick($0, world) }) + waiting {
        if submission.isAbandoned() {
          answers.append((submission, Answer(.unavailable("the caller is gone"))))
          continue
        }
        let touches = submission.action.touches
        let admitted = batch.admits(touches)
        batch.note(touches)
        guard admitted else {
          later.append(submission)
          continue
        }
        switch decided(submission, touches, &batch, in: world, now) {
        case .added, .notDue: break
        case .answer(let answer): answers.append((submission, answer))
        case .wait: later.append(submission)
        case .lookFirst:
          // It rests on what this replica has folded. Another one may know better.
          behind.store(true, ordering: .releasing)
          var submission = submission
          submission.isCurrent = true
          later.append(submission)
        }
      }
      return next
    }
    if !later.isEmpty { requeue(later) }
    for (submission, answer) in answers { finish(submission, answer) }
    let left = !later.isEmpty || !lanes.withLock(\.isEmpty) || !answers.isEmpty
    return (batch.planned, next, left)
  }

  enum Decided {
    case added
    case answer(Answer)
    case wait
    /// An answer that no commit would check: the log's end has to be seen before it is given.
    case lookFirst
    case notDue
  }

  func decided(
    _ submission: Submission, _ touches: Batch.Touches, _ batch: inout Batch, in world: World,
    _ now: Timestamp
  ) -> Decided {
    switch world.decide(submission, now: now) {
    case .answer(let result):
      return submission.isCurrent ? .answer(Answer(result)) : .lookFirst
    case .first(let action):
      // Its own commit, under a key of its own, so that a repeat finds both.
      var preparing = submission
      preparing.action = action
      preparing.id = .derived(from: submission.id.bytes + Array("/prepare".utf8))
      guard case .plan(let plan) = world.decide(preparing, now: now) else {
        return .answer(Answer(.invalid("the report cannot be prepared")))
      }
      // A refused preparation is the answer to the whole submission.
      let added = batch.add(
        plan, for: submission, touching: touches,
        id: plan.isRefusal ? submission.id : preparing.id, prepares: !plan.isRefusal, in: world,
        now: now)
      return added ? .added : .wait
    case .plan(let plan):
      // No commit will check what a dry run rests on.
      if submission.dryRun {
        return submission.isCurrent ? .answer(world.dryRun(plan)) : .lookFirst
      }
      // By the decision's own word; a later change schedules it again.
      if submission.isTick, plan.isEmpty { return .notDue }
      return batch.add(
        plan, for: submission, touching: touches, id: submission.id, prepares: false, in: world,
        now: now)
        ? .added : .wait
    }
  }

  /// Puts submissions back in front of their lanes, in their order.
  func requeue(_ submissions: [Submission]) {
    world.withLock { world in
      for submission in submissions where submission.isTick { world.reschedule(submission) }
    }
    lanes.withLock { lanes in
      for submission in submissions.reversed() where !submission.isTick {
        lanes.putBack(submission)
      }
    }
  }

  static func tick(_ name: RolloutName, _ world: World) -> Submission {
    tick(name, version: world.version(.rollout(name)))
  }

  /// Replicas that see the same timer at the same version of the stream make the same command.
  static func tick(_ name: RolloutName, version: UInt64) -> Submission {
    let key = "tick/\(name)/\(version)"
    return Submission(
      id: .derived(from: Array(key.utf8)), digest: Array(SHA256.hash(data: Data(key.utf8))),
      requester: Requester(principal: "windlass", reason: "a timer came due"),
      action: .tick(name)
    ) { _ in }
  }
}
