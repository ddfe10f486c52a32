import EventLog
import Logging
import RolloutCore
import Synchronization
import WindlassWire

/// What the log said of a batch becomes folded state and answers.
extension DecisionService {
  /// A commit that is in the log and folded.
  struct Settled: Sendable {
    var planned: Batch.Planned
    var first: GlobalPosition
  }

  func answerSettled() async {
    for await batch in settled {
      var touched: Set<StreamAddress> = []
      for item in batch {
        let slices = item.planned.slices
        for slice in slices { touched.insert(slice.address) }
        if item.planned.prepares { continue }
        finish(
          item.planned.submission,
          Answer(
            recorded: slices.count == 1 ? slices[0].events : slices.flatMap(\.events),
            first: item.first,
            version: slices.first.map { $0.expected + UInt64($0.events.count) } ?? 0))
      }
      observers.notify(touched)
    }
  }

  /// Folds what was written and has everyone answered.
  func settle(_ batch: [Batch.Planned], _ reply: AppendReply, onto head: LogHead) async {
    let alone = reply.base == head
    if alone {
      world.withLock { world in
        for (planned, outcome) in zip(batch, reply.outcomes) {
          guard case .appended(var position, _) = outcome else { continue }
          for slice in planned.slices {
            for (offset, (event, new)) in zip(slice.events, slice.encoded).enumerated() {
              world.apply(
                event, type: new.type, to: slice.address,
                version: slice.expected + UInt64(offset) + 1, at: position)
              position.index += 1
            }
          }
        }
        world.head = reply.head
      }
    } else {
      // Others wrote in between. Whoever is answered may read next, so fold first.
      do {
        try await catchUp()
      } catch {
        behind.store(true, ordering: .releasing)
      }
    }
    var again: [Submission] = []
    var repeats: [(Submission, GlobalPosition, Int)] = []
    var done: [Settled] = []
    done.reserveCapacity(batch.count)
    var eventCount: UInt64 = 0
    for (planned, outcome) in zip(batch, reply.outcomes) {
      switch outcome {
      case .appended(let first, let count):
        eventCount += UInt64(count)
        if planned.prepares { again.append(planned.submission) }
        done.append(Settled(planned: planned, first: first))
      case .repeated(let first, let count):
        if planned.prepares {
          again.append(planned.submission)
        } else {
          repeats.append((planned.submission, first, count))
        }
      case .keyConflict: finish(planned.submission, Answer(.conflict))
      case .moved, .guardBroken:
        behind.store(true, ordering: .releasing)
        var submission = planned.submission
        submission.moved += 1
        if submission.moved <= Self.movedMax {
          again.append(submission)
        } else {
          finish(
            submission,
            Answer(.unavailable("other writers were first \(Self.movedMax) times; try again")))
        }
      }
    }
    counts.withLock { counts in
      counts.batches &+= 1
      counts.events &+= eventCount
    }
    if !again.isEmpty { requeue(again) }
    answerLater.yield(done)
    // Repeats are read from the log; nobody else waits for that.
    if !repeats.isEmpty {
      Task { [repeats] in
        for (submission, first, count) in repeats {
          finish(submission, await recorded(first, count))
        }
      }
    }
  }

  /// The first answer of a command that is in the log already.
  func recorded(_ first: GlobalPosition, _ count: Int) async -> Answer {
    guard count > 0 else { return Answer(recorded: [], first: first, version: 0) }
    do {
      let events = try await log.read(from: first, limit: count)
      var decoded: [WindlassWire.LogEvent] = []
      for event in events {
        decoded.append(try EventCodec.decode(type: event.type, payload: event.payload))
      }
      let primary = events.first?.stream
      let version = events.last { $0.stream == primary }?.version.index ?? 0
      return Answer(recorded: decoded, first: first, version: version)
    } catch {
      return Answer(.unknown("the command is recorded, its answer cannot be read now: \(error)"))
    }
  }

  /// Answers a batch that the log did not take, or decides it again.
  func failed(_ batch: [Batch.Planned], _ error: AppendError, _ mark: Duration) async throws {
    behind.store(true, ordering: .releasing)
    switch error {
    case .clock(let serverNow, let lastNow):
      // Not a fault of the commands: look at the clock again and decide again.
      clock.observe(serverNow: serverNow, since: mark)
      world.withLock { $0.heard(now: lastNow) }
      var submissions = batch.map(\.submission)
      for index in submissions.indices { submissions[index].moved += 1 }
      let tired = submissions.filter { $0.moved > Self.movedMax }
      requeue(submissions.filter { $0.moved <= Self.movedMax })
      for submission in tired {
        finish(submission, Answer(.unavailable("the database's clock does not hold still")))
      }
      return
    case .diverged:
      requeue(batch.map(\.submission))
      logger.error("the log is not the one that was folded; folding it again from the start")
      reset()
      return
    case .invalid(let detail):
      // The batch keeps the log's limits, so this is about a commit of its own: find it alone.
      guard batch.count > 1 else {
        for planned in batch { finish(planned.submission, Answer(.invalid(detail))) }
        return
      }
      for (index, planned) in batch.enumerated() {
        do {
          let head = world.withLock { $0.head }
          let reply = try await log.append([planned.commit], onto: head)
          await settle([planned], reply, onto: head)
        } catch {
          do {
            try await failed([planned], error, clock.mark())
          } catch {
            // The log went away: nobody behind this one may be left without an answer.
            requeue(batch.dropFirst(index + 1).map(\.submission))
            throw error
          }
        }
      }
      return
    case .unavailable(let detail):
      mayBeUnwritable.store(true, ordering: .releasing)
      requeue(batch.filter(\.submission.isTick).map(\.submission))
      for planned in batch where !planned.submission.isTick {
        finish(planned.submission, Answer(.unavailable(detail)))
      }
    case .unknown(let detail):
      mayBeUnwritable.store(true, ordering: .releasing)
      requeue(batch.filter(\.submission.isTick).map(\.submission))
      for planned in batch where !planned.submission.isTick {
        finish(planned.submission, Answer(.unknown(detail)))
      }
    }
    throw error
  }
}
