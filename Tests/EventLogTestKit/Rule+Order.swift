import EventLog

extension Rule {
  static let order: [Rule] = [
    Rule("events get gapless positions in the order of the batch") { log in
      var writer = try await Writer(log)
      let (first, second) = (try Samples.stream(), try Samples.stream())
      let start = writer.head.next.index
      let commits = [
        Samples.commit(first, events: 2, now: 0), Samples.commit(second, events: 3, now: 0),
      ]
      let reply = try await writer.append(commits)
      try demand(
        reply.outcomes,
        equals: [
          .appended(first: GlobalPosition(start), count: 2),
          .appended(first: GlobalPosition(start + 2), count: 3),
        ], "outcomes")
      try demand(reply.base.next.index, equals: start, "base")
      try demand(reply.head.next.index, equals: start + 5, "head")
      let events = try await log.read(from: GlobalPosition(start), limit: 100)
      try demand(
        events.map(\.position.index), equals: Array(start..<start + 5), "positions")
      try demand(events.map(\.version.index), equals: [1, 2, 1, 2, 3], "versions")
      try demand(events.map(\.stream), equals: [first, first, second, second, second], "streams")
      try demand(
        events.map(\.type),
        equals: (commits[0].slices[0].events + commits[1].slices[0].events).map(\.type), "types")
      try demand(
        events.map(\.payload),
        equals: (commits[0].slices[0].events + commits[1].slices[0].events).map(\.payload),
        "payloads")
      try demand(
        events.map(\.commandID), equals: [0, 0, 1, 1, 1].map { commits[$0].id }, "commands")
      try demand(Set(events.map(\.recordedAt)).count, equals: 1, "times in one batch")
      try demand(events[0].recordedAt, equals: reply.serverNow, "time of the batch")
    },
    Rule("one commit writes all of its slices or none") { log in
      var writer = try await Writer(log)
      let (a, b) = (try Samples.stream(), try Samples.stream())
      func both(_ expectedOfB: UInt64) -> Commit {
        Commit(
          id: Samples.id(), digest: Samples.digest(),
          slices: [
            Slice(stream: a, expected: .none, events: Samples.events(1)),
            Slice(
              stream: b, expected: StreamVersion(expectedOfB), events: Samples.events(2)),
          ], now: 0)
      }
      let before = writer.head
      try demand(
        try await writer.append(both(5)),
        equals: .moved(stream: b, expected: StreamVersion(5), actual: .none), "outcome")
      try demand(writer.head, equals: before, "head")
      try demand(
        try await log.readStream(a, from: .none, limit: 10).isEmpty, "the first slice was written")
      try demand(
        try await writer.append(both(0)), equals: .appended(first: before.next, count: 3),
        "outcome")
    },
    Rule("commits of one batch may build on each other") { log in
      var writer = try await Writer(log)
      let stream = try Samples.stream()
      let reply = try await writer.append([
        Samples.commit(stream, expecting: 0, events: 2, now: 0),
        Samples.commit(stream, expecting: 2, events: 1, now: 0),
        Samples.commit(
          try Samples.stream(), guards: [Guard(stream: stream, expected: StreamVersion(3))],
          now: 0),
      ])
      let start = reply.base.next.index
      try demand(
        reply.outcomes,
        equals: [
          .appended(first: GlobalPosition(start), count: 2),
          .appended(first: GlobalPosition(start + 2), count: 1),
          .appended(first: GlobalPosition(start + 3), count: 1),
        ], "outcomes")
    },
    Rule("a batch of the largest size is written whole") { log in
      var writer = try await Writer(log)
      let streams = try (0..<100).map { _ in try Samples.stream() }
      let commits = streams.flatMap { stream in
        (0..<5).map {
          Commit(
            id: Samples.id(), digest: Samples.digest(),
            slices: [
              Slice(
                stream: stream, expected: StreamVersion(UInt64($0) * 2),
                events: Samples.events(2, bytes: 1000))
            ], now: 0)
        }
      }
      let before = writer.head
      let reply = try await writer.append(commits)
      try demand(reply.head.next.index, equals: before.next.index + 1000, "head")
      let caughtUp = try await log.catchUp(from: before, limit: 10)
      try demand(caughtUp.events.count, equals: 1000, "events of a whole batch")
      try demand(caughtUp.head, equals: reply.head, "boundary")
    },
    Rule("two writers leave no hole and never contradict each other") { log in
      let stream = try Samples.stream("contended")
      let before = try await log.head().head
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            var writer = try await Writer(log)
            var version: UInt64 = 0
            var written = 0
            while written < 15 {
              do {
                let commit = Samples.commit(stream, expecting: version, now: 0)
                switch try await writer.append(commit) {
                case .appended:
                  written += 1
                  version += 1
                case .moved(_, _, let actual): version = actual.index
                case .repeated, .keyConflict, .guardBroken:
                  throw Broken(description: "an outcome nobody asked for")
                }
              } catch let error as AppendError {
                // Another writer was between our look at the clock and our append.
                guard case .clock = error else { throw error }
              }
            }
          }
        }
        try await group.waitForAll()
      }
      let events = try await log.read(from: before.next, limit: 100)
      try demand(
        events.map(\.position.index), equals: Array(before.next.index..<before.next.index + 60),
        "positions")
      try demand(events.map(\.version.index), equals: Array(1...60), "versions")
      let caughtUp = try await log.catchUp(from: before, limit: 1000)
      try demand(caughtUp.events, equals: events, "verified events")
    },
  ]
}
