import EventLog

extension Rule {
  static let reading: [Rule] = [
    Rule("a stream is read in order from any version") { log in
      var writer = try await Writer(log)
      let stream = try Samples.stream()
      for batch in 0..<4 {
        _ = try await writer.append([
          Samples.commit(stream, expecting: UInt64(batch) * 3, events: 3, now: 0),
          Samples.commit(try Samples.stream(), now: 0),
        ])
      }
      let all = try await log.readStream(stream, from: .none, limit: 100)
      try demand(all.map(\.version.index), equals: Array(1...12), "versions")
      try demand(all.allSatisfy { $0.stream == stream }, "an event of another stream")
      let some = try await log.readStream(stream, from: StreamVersion(5), limit: 4)
      try demand(some, equals: Array(all[4..<8]), "part")
      try demand(
        try await log.readStream(stream, from: StreamVersion(13), limit: 4).isEmpty, "past the end"
      )
      try demand(
        try await log.readStream(try Samples.stream(), from: .none, limit: 4).isEmpty,
        "a stream nobody wrote")
    },
    Rule("catching up yields every event once, in whole batches, to the head") { log in
      var writer = try await Writer(log)
      let start = writer.head
      let stream = try Samples.stream()
      var version: UInt64 = 0
      for size in [1, 7, 3, 20, 2] {
        _ = try await writer.append(
          Samples.commit(stream, expecting: version, events: size, now: 0))
        version += UInt64(size)
      }
      for limit in [1, 5, 11, 1000] {
        var head = start
        var events: [RecordedEvent] = []
        while head != writer.head {
          let step = try await log.catchUp(from: head, limit: limit)
          try demand(!step.events.isEmpty, "no progress from \(head.next)")
          events += step.events
          head = step.head
        }
        try demand(events.map(\.version.index), equals: Array(1...33), "versions")
        try demand(
          events, equals: try await log.read(from: start.next, limit: 1000), "the same as a read")
      }
      let end = try await log.catchUp(from: writer.head, limit: 10)
      try demand(end, equals: CatchUp(events: [], head: writer.head), "at the end")
      try demand(try await log.head().head, equals: writer.head, "head")
    },
    Rule("an empty head catches up from the first event") { log in
      var writer = try await Writer(log)
      _ = try await writer.append(Samples.commit(try Samples.stream(), now: 0))
      var head = LogHead.empty
      var count: UInt64 = 0
      while head != writer.head {
        let step = try await log.catchUp(from: head, limit: 10_000)
        try demand(!step.events.isEmpty, "no progress from \(head.next)")
        try demand(step.events[0].position.index, equals: count, "position")
        count += UInt64(step.events.count)
        head = step.head
      }
      try demand(count, equals: writer.head.next.index, "events")
    },
    Rule("large payloads come back as they went in, page after page") { log in
      var writer = try await Writer(log)
      let stream = try Samples.stream()
      let start = writer.head
      for batch in 0..<3 {
        let commit = Commit(
          id: Samples.id(), digest: Samples.digest(),
          slices: [
            Slice(
              stream: stream, expected: StreamVersion(UInt64(batch) * 4),
              events: (0..<4).map {
                NewEvent(
                  type: "large.v1",
                  payload: [UInt8](repeating: UInt8(batch * 4 + $0), count: 256 * 1024))
              })
          ], now: 0)
        _ = try await writer.append(commit)
      }
      let events = try await log.read(from: start.next, limit: 100)
      try demand(events.count, equals: 12, "events")
      for (index, event) in events.enumerated() {
        try demand(
          event.payload.count == 256 * 1024
            && event.payload.allSatisfy { $0 == UInt8(index) }, "payload \(index) differs")
      }
      try demand(
        try await log.readStream(stream, from: .none, limit: 100), equals: events, "the stream")
    },
    Rule("a waiter is woken by an append and by nothing else") { log in
      var writer = try await Writer(log)
      let end = writer.head.next
      try demand(
        await log.waitForChange(past: end, atMost: .milliseconds(20)) == false,
        "a change where there was none")
      async let woken = log.waitForChange(past: end, atMost: .seconds(60))
      _ = try await writer.append(Samples.commit(try Samples.stream(), now: 0))
      try demand(await woken, "the waiter was not woken")
      try demand(
        await log.waitForChange(past: end, atMost: .seconds(60)), "the change is there already")
      let cancelled = Task { [writer] in
        await log.waitForChange(past: writer.head.next, atMost: .seconds(600))
      }
      cancelled.cancel()
      try demand(await cancelled.value == false, "a cancelled waiter saw a change")
    },
  ]
}
