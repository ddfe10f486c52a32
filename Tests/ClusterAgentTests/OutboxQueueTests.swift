import Testing
import WindlassWire

@testable import ClusterAgent

struct OutboxQueueTests {
  private func filled(_ count: Int, capacity: Int = 100, batchMax: Int = 10) throws -> OutboxQueue {
    var queue = OutboxQueue(capacity: capacity, batchMax: batchMax)
    for number in 0..<count { _ = queue.add(try Samples.outcome(number), bytes: 100) }
    return queue
  }

  private func ids(_ outcomes: [ReportedOutcome]) -> [String] { outcomes.map(\.id) }

  @Test("batches are bounded, in order, and one at a time")
  func batches() throws {
    var queue = try filled(12)
    let first = queue.nextBatch()
    #expect(ids(first) == (0..<10).map { "test/\($0)" })
    #expect(queue.nextBatch() == [])
    #expect(queue.count == 12)
  }

  @Test(
    "an answer settles an outcome unless it asks to come back",
    arguments: [
      (.recorded, 0), (.ignored, 0), (.refused, 0), (.retry, 1), (.fenced, 1),
    ] as [(ReportOutcomesResponse.Result.Kind, Int)])
  func kinds(kind: ReportOutcomesResponse.Result.Kind, left: Int) throws {
    var queue = try filled(1)
    let batch = queue.nextBatch()
    let settlement = queue.answered([.init(id: batch[0].id, kind: kind, message: "why")])
    #expect(queue.count == left)
    #expect(settlement.retried == left)
    #expect(settlement.isFenced == (kind == .fenced))
    #expect(settlement.settled.map(\.kind) == (left == 0 ? [kind] : []))
    #expect(queue.nextBatch() == (left == 0 ? [] : batch))
  }

  @Test("what was not answered is sent again first, under the same ids and in the same order")
  func failed() throws {
    var queue = try filled(15)
    let first = queue.nextBatch()
    queue.failed()
    #expect(queue.nextBatch() == first)
    let answers = first.enumerated().map { index, outcome in
      ReportOutcomesResponse.Result(
        id: outcome.id, kind: index.isMultiple(of: 2) ? .recorded : .retry)
    }
    // One answer is missing altogether: that outcome is sent again too.
    _ = queue.answered(Array(answers.dropLast()))
    #expect(ids(queue.nextBatch()) == [1, 3, 5, 7, 9, 10, 11, 12, 13, 14].map { "test/\($0)" })
  }

  @Test("the same outcome twice in a batch is settled by one final answer")
  func doubled() throws {
    var queue = OutboxQueue()
    let outcome = try Samples.outcome(1)
    _ = queue.add(outcome, bytes: 10)
    _ = queue.add(outcome, bytes: 10)
    _ = queue.nextBatch()
    let settlement = queue.answered([
      .init(id: outcome.id, kind: .recorded), .init(id: outcome.id, kind: .retry),
    ])
    #expect(settlement.settled.count == 2)
    #expect(queue.count == 0)
  }

  @Test("answers nobody asked for change nothing")
  func foreign() throws {
    var queue = try filled(1)
    _ = queue.answered([.init(id: "test/0", kind: .recorded)])
    #expect(queue.count == 1)
  }

  @Test("a full outbox takes nothing more until something is settled")
  func bounded() throws {
    var queue = try filled(3, capacity: 3)
    #expect(!queue.add(try Samples.outcome(9), bytes: 1))
    let batch = queue.nextBatch()
    #expect(!queue.add(try Samples.outcome(9), bytes: 1))
    _ = queue.answered(batch.map { .init(id: $0.id, kind: .ignored) })
    #expect(queue.add(try Samples.outcome(9), bytes: 1))
  }

  @Test("a request stays below its bytes, but one outcome always goes")
  func bytes() throws {
    var queue = OutboxQueue(batchBytesMax: 250)
    for number in 0..<3 { _ = queue.add(try Samples.outcome(number), bytes: 100) }
    #expect(queue.nextBatch().count == 2)
    var large = OutboxQueue(batchBytesMax: 250)
    _ = large.add(try Samples.outcome(1), bytes: 1_000)
    #expect(large.nextBatch().count == 1)
  }

  @Test("pauses double up to the longest, spread over their upper half, and begin anew")
  func backoff() {
    var random = SeededGenerator(seed: 1)
    var backoff = Backoff(first: .milliseconds(100), most: .seconds(1))
    for ceiling in [100, 200, 400, 800, 1_000, 1_000] {
      let pause = backoff.next(using: &random)
      #expect(pause >= .milliseconds(ceiling / 2) && pause <= .milliseconds(ceiling))
    }
    backoff.reset()
    #expect(backoff.next(using: &random) <= .milliseconds(100))
  }

  @Test("a lease is renewed at a third and over exactly at its end, counted from the request")
  func term() {
    let sent = ContinuousClock.now
    let term = LeaseTerm(sentAt: sent, remaining: .seconds(15))
    #expect(term.renewAt == sent + .seconds(5))
    #expect(!term.isOver(at: sent + .seconds(15) - .nanoseconds(1)))
    #expect(term.isOver(at: sent + .seconds(15)))
    #expect(LeaseTerm(sentAt: sent, remaining: .seconds(-3)).isOver(at: sent))
  }
}
