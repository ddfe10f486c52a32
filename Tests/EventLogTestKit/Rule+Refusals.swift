import EventLog

extension Rule {
  static let refusals: [Rule] = [
    Rule("a commit with a wrong expected version is refused alone") { log in
      var writer = try await Writer(log)
      let (good, moved, last) = (try Samples.stream(), try Samples.stream(), try Samples.stream())
      _ = try await writer.append(Samples.commit(moved, events: 4, now: 0))
      let reply = try await writer.append([
        Samples.commit(good, now: 0), Samples.commit(moved, expecting: 3, now: 0),
        Samples.commit(last, events: 2, now: 0),
      ])
      let start = reply.base.next.index
      try demand(
        reply.outcomes,
        equals: [
          .appended(first: GlobalPosition(start), count: 1),
          .moved(stream: moved, expected: StreamVersion(3), actual: StreamVersion(4)),
          .appended(first: GlobalPosition(start + 1), count: 2),
        ], "outcomes")
    },
    Rule("a commit that rests on a refused one is refused with it") { log in
      var writer = try await Writer(log)
      let (a, b) = (try Samples.stream(), try Samples.stream())
      _ = try await writer.append(Samples.commit(a, events: 2, now: 0))
      let reply = try await writer.append([
        Commit(
          id: Samples.id(), digest: Samples.digest(),
          slices: [
            Slice(stream: a, expected: StreamVersion(1), events: Samples.events(1)),
            Slice(stream: b, expected: .none, events: Samples.events(1)),
          ], now: 0),
        Samples.commit(b, expecting: 1, now: 0),
        Samples.commit(a, expecting: 2, now: 0),
        Samples.commit(a, expecting: 2, now: 0),
      ])
      try demand(
        reply.outcomes,
        equals: [
          .moved(stream: a, expected: StreamVersion(1), actual: StreamVersion(2)),
          .moved(stream: b, expected: StreamVersion(1), actual: .none),
          .appended(first: reply.base.next, count: 1),
          .moved(stream: a, expected: StreamVersion(2), actual: StreamVersion(3)),
        ], "outcomes")
    },
    Rule("a broken guard refuses its commit, a kept one costs nothing") { log in
      var writer = try await Writer(log)
      let (lease, rollout) = (try Samples.stream("lease"), try Samples.stream("rollout"))
      let absent = try Samples.stream("lease")
      _ = try await writer.append(Samples.commit(lease, events: 2, now: 0))
      let reply = try await writer.append([
        Samples.commit(
          rollout, guards: [Guard(stream: lease, expected: StreamVersion(1))], now: 0),
        Samples.commit(
          rollout,
          guards: [
            Guard(stream: lease, expected: StreamVersion(2)),
            Guard(stream: absent, expected: .none),
          ], now: 0),
      ])
      try demand(
        reply.outcomes,
        equals: [
          .guardBroken(stream: lease, expected: StreamVersion(1), actual: StreamVersion(2)),
          .appended(first: reply.base.next, count: 1),
        ], "outcomes")
      try demand(
        try await log.readStream(absent, from: .none, limit: 1).isEmpty, "a guard wrote a stream")
      try demand(
        try await writer.append(Samples.commit(absent, now: 0)),
        equals: .appended(first: reply.head.next, count: 1), "outcome on a guarded new stream")
    },
    Rule("a writer that is not on a prefix of the log is told so and writes nothing") { log in
      var writer = try await Writer(log)
      let stream = try Samples.stream()
      let old = writer.head
      _ = try await writer.append(Samples.commit(stream, now: 0))
      let commit = Samples.commit(stream, expecting: 1, now: writer.now)
      var other = writer.head
      other.chain = other.chain.map { ~$0 }
      try demand(try await writer.refusal(of: [commit], onto: other), equals: .diverged, "branch")
      var ahead = writer.head
      ahead.next.index += 1
      try demand(try await writer.refusal(of: [commit], onto: ahead), equals: .diverged, "ahead")
      for head in [other, ahead] {
        do {
          _ = try await log.catchUp(from: head, limit: 10)
          throw Broken(description: "caught up from a head that is not on the log")
        } catch let error as ReadError { try demand(error, equals: .diverged, "catch-up") }
      }
      // An older boundary, and nothing at all, are prefixes.
      var late = commit
      late.now = try await log.head().serverNow
      try demand(
        try await log.append([late], onto: old).outcomes,
        equals: [.appended(first: writer.head.next, count: 1)], "outcome on an older head")
      late = Samples.commit(stream, expecting: 2, now: try await log.head().serverNow)
      let reply = try await log.append([late], onto: .empty)
      try demand(
        reply.outcomes, equals: [.appended(first: reply.base.next, count: 1)],
        "outcome on an empty head")
    },
    Rule("a now behind the last one or far from the server's clock is refused") { log in
      var writer = try await Writer(log)
      let stream = try Samples.stream()
      _ = try await writer.append(Samples.commit(stream, now: 0))
      let last = writer.now
      for now in [writer.now - 600_000, writer.now + 5_000_000, 0] {
        let error = try await writer.refusal(of: [
          Samples.commit(stream, expecting: 1, now: now)
        ])
        guard case .clock(let serverNow, let lastNow) = error else {
          throw Broken(description: "now \(now): \(error)")
        }
        try demand(serverNow >= last && lastNow <= serverNow, "the clocks reported are wrong")
      }
      let backwards = [
        Samples.commit(stream, expecting: 1, now: last + 10),
        Samples.commit(stream, expecting: 2, now: last + 9),
      ]
      guard case .clock = try await writer.refusal(of: backwards) else {
        throw Broken(description: "a now running backwards inside a batch was not refused")
      }
      try demand(
        try await log.readStream(stream, from: .none, limit: 10).count, equals: 1, "events")
      // What would not be written anyway is not asked for the time.
      let stale = Samples.commit(stream, expecting: 0, now: 0)
      try demand(
        try await log.append([stale], onto: writer.head).outcomes,
        equals: [.moved(stream: stream, expected: .none, actual: StreamVersion(1))], "outcome")
    },
    Rule("a batch outside the limits is refused with the limit named") { log in
      let writer = try await Writer(log)
      let stream = try Samples.stream()
      let now = writer.now
      func commit(_ events: [NewEvent]) -> Commit {
        Commit(
          id: Samples.id(), digest: Samples.digest(),
          slices: [Slice(stream: stream, expected: .none, events: events)], now: now)
      }
      var short = commit(Samples.events(1))
      short.digest = [1]
      var twice = commit(Samples.events(1))
      twice.guards = [Guard(stream: stream, expected: .none)]
      var far = commit(Samples.events(1))
      far.slices[0].expected = StreamVersion(.max)
      let cases: [(batch: [Commit], word: String)] = [
        ([], "1...1000"), ([commit([])], "no event"), ([commit(Samples.events(1001))], "1000"),
        ([commit(Samples.events(1, bytes: 256 * 1024 + 1))], "262144"),
        ([commit(Samples.events(5, bytes: 256 * 1024))], "1048576"),
        ([commit([NewEvent(type: "", payload: [])])], "type"),
        ([commit([NewEvent(type: "Größe", payload: [])])], "ASCII"),
        ([commit([NewEvent(type: String(repeating: "a", count: 101), payload: [])])], "100"),
        ([short], "32"), ([twice], "twice"), ([far], "range"),
        (
          (0..<1001).map { _ in
            Commit(id: Samples.id(), digest: Samples.digest(), slices: [], now: now)
          }, "1...1000"
        ),
      ]
      for (batch, word) in cases {
        guard case .invalid(let detail) = try await writer.refusal(of: batch) else {
          throw Broken(description: "\(word): not invalid")
        }
        try demand(detail.contains(word), "\"\(detail)\" does not say \(word)")
      }
      for limit in [0, -1, 10_001] {
        do {
          _ = try await log.read(from: .zero, limit: limit)
          throw Broken(description: "a read of \(limit) events was answered")
        } catch let error as ReadError {
          guard case .invalid = error else { throw error }
        }
      }
    },
  ]
}
