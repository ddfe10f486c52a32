import EventLog

extension Rule {
  static let repeats: [Rule] = [
    Rule("the same id and digest again is answered with the first result") { log in
      var writer = try await Writer(log)
      let stream = try Samples.stream()
      let commit = Samples.commit(stream, events: 3, now: 0)
      let start = writer.head.next
      try demand(
        try await writer.append(commit), equals: .appended(first: start, count: 3), "first")
      let head = writer.head
      // A blind resend, old `now` and all, after its own events have moved the stream.
      let reply = try await log.append([commit], onto: .empty)
      try demand(reply.outcomes, equals: [.repeated(first: start, count: 3)], "second")
      try demand(reply.head, equals: head, "head")
      try demand(
        try await log.readStream(stream, from: .none, limit: 10).count, equals: 3, "events")
    },
    Rule("the same id with another digest is a conflict") { log in
      var writer = try await Writer(log)
      let stream = try Samples.stream()
      let commit = Samples.commit(stream, now: 0)
      _ = try await writer.append(commit)
      var other = commit
      other.digest = Samples.digest(8)
      try demand(try await writer.append(other), equals: .keyConflict, "outcome")
    },
    Rule("one id twice in a batch is written once") { log in
      var writer = try await Writer(log)
      let stream = try Samples.stream()
      let commit = Samples.commit(stream, events: 2, now: 0)
      var other = commit
      other.digest = Samples.digest(8)
      let reply = try await writer.append([
        Samples.commit(try Samples.stream(), now: 0), commit, commit, other,
      ])
      let start = reply.base.next.index
      try demand(
        reply.outcomes,
        equals: [
          .appended(first: GlobalPosition(start), count: 1),
          .appended(first: GlobalPosition(start + 1), count: 2),
          .repeated(first: GlobalPosition(start + 1), count: 2), .keyConflict,
        ], "outcomes")
    },
    Rule("repeats and refusals do not stop the rest of their batch") { log in
      var writer = try await Writer(log)
      let (known, fresh) = (try Samples.stream(), try Samples.stream())
      let commit = Samples.commit(known, events: 2, now: 0)
      let start = writer.head.next
      _ = try await writer.append(commit)
      let reply = try await writer.append([
        commit, Samples.commit(known, expecting: 1, now: 0), Samples.commit(fresh, now: 0),
        Samples.commit(known, expecting: 2, now: 0),
      ])
      let base = reply.base.next.index
      try demand(
        reply.outcomes,
        equals: [
          .repeated(first: start, count: 2),
          .moved(stream: known, expected: StreamVersion(1), actual: StreamVersion(2)),
          .appended(first: GlobalPosition(base), count: 1),
          .appended(first: GlobalPosition(base + 1), count: 1),
        ], "outcomes")
    },
    Rule("a commit without events is recorded all the same") { log in
      var writer = try await Writer(log)
      let stream = try Samples.stream()
      _ = try await writer.append(Samples.commit(stream, now: 0))
      let head = writer.head
      let empty = Commit(
        id: Samples.id(), digest: Samples.digest(), slices: [],
        guards: [Guard(stream: stream, expected: StreamVersion(1))], now: 0)
      try demand(
        try await writer.append(empty), equals: .appended(first: head.next, count: 0), "first")
      try demand(writer.head, equals: head, "head")
      _ = try await writer.append(Samples.commit(stream, expecting: 1, now: 0))
      try demand(
        try await writer.append(empty), equals: .repeated(first: head.next, count: 0), "second")
      var other = empty
      other.digest = Samples.digest(8)
      try demand(try await writer.append(other), equals: .keyConflict, "other digest")
      other.id = Samples.id()
      try demand(
        try await writer.append(other),
        equals: .guardBroken(
          stream: stream, expected: StreamVersion(1), actual: StreamVersion(2)), "guard")
    },
  ]
}
