import EventLog

extension Rule {
  /// Every page of a read until its rest is empty.
  private static func everything(
    _ log: Subject, _ selection: LogSelection, in range: Range<GlobalPosition>,
    _ direction: ReadDirection, limit: Int
  ) async throws -> [RecordedEvent] {
    var events: [RecordedEvent] = []
    var rest = range
    while !rest.isEmpty {
      let page = try await log.read(selection, in: rest, direction, limit: limit)
      try demand(page.events.count <= limit, "a page has \(page.events.count) of \(limit) events")
      try demand(
        page.rest.lowerBound >= rest.lowerBound && page.rest.upperBound <= rest.upperBound
          && page.rest != rest, "the rest \(page.rest) is no part of \(rest)")
      events += page.events
      rest = page.rest
    }
    return events
  }

  /// A few streams, written in turns, and where they begin.
  private static func written(
    _ log: Subject
  ) async throws -> (streams: [StreamName], start: GlobalPosition, all: [RecordedEvent]) {
    var writer = try await Writer(log)
    let start = writer.head.next
    let streams = try (0..<4).map { _ in try Samples.stream() }
    var versions = [UInt64](repeating: 0, count: streams.count)
    for turn in 0..<24 {
      let index = turn % 7 % streams.count
      let count = turn % 5 + 1
      _ = try await writer.append(
        Samples.commit(streams[index], expecting: versions[index], events: count, now: 0))
      versions[index] += UInt64(count)
    }
    let all = try await log.read(from: start, limit: 1_000)
    return (streams, start, all)
  }

  static let selections: [Rule] = [
    Rule("a selection is what remains when everything else is taken away, in both directions") {
      log in
      let (streams, start, all) = try await written(log)
      let stranger = try Samples.stream()
      let end = GlobalPosition(start.index + UInt64(all.count))
      let selections: [LogSelection] = [
        .all, LogSelection(streams: [streams[1]]), LogSelection(streams: streams + [stranger]),
        LogSelection(types: ["tested.v2"]), LogSelection(types: ["tested.v1", "tested.v3"]),
        LogSelection(streams: [streams[0], streams[2]], types: ["tested.v1"]),
        LogSelection(streams: [stranger]), LogSelection(types: ["unheard-of.v1"]),
        LogSelection(streams: []), LogSelection(types: []),
      ]
      let ranges = [
        start..<end, GlobalPosition(start.index + 7)..<GlobalPosition(end.index - 9),
        GlobalPosition(start.index + 3)..<GlobalPosition(start.index + 4), end..<end,
      ]
      for selection in selections {
        for range in ranges {
          let expected = all.filter { event in
            range.contains(event.position)
              && selection.streams?.contains(event.stream) != false
              && selection.types?.contains(event.type) != false
          }
          for limit in [1, 3, 1_000] {
            for direction in ReadDirection.allCases {
              let events = try await everything(
                log, selection, in: range, direction, limit: limit)
              try demand(
                events, equals: direction == .forwards ? expected : expected.reversed(),
                "\(selection) in \(range) \(direction) by \(limit)")
            }
          }
        }
      }
    },
    Rule("few streams of a long log are found wherever they begin and end") { log in
      var writer = try await Writer(log)
      let (rare, other) = (try Samples.stream(), try Samples.stream())
      let start = writer.head.next
      var version: UInt64 = 0
      for turn in 0..<6 {
        _ = try await writer.append([
          Samples.commit(rare, expecting: UInt64(turn), events: 1, now: 0),
          Samples.commit(other, expecting: version, events: 90, now: 0),
        ])
        version += 90
      }
      let all = try await log.read(from: start, limit: 1_000)
      let expected = all.filter { $0.stream == rare }
      try demand(expected.count, equals: 6, "events")
      for first in [0, 1, 90, 91, 92, 300] as [UInt64] {
        for last in [0, 1, 91, 182, 400, 546] as [UInt64] where first <= last {
          let range = GlobalPosition(start.index + first)..<GlobalPosition(start.index + last)
          let within = expected.filter { range.contains($0.position) }
          for direction in ReadDirection.allCases {
            let events = try await everything(
              log, LogSelection(streams: [rare]), in: range, direction, limit: 2)
            try demand(
              events, equals: direction == .forwards ? within : within.reversed(),
              "\(first)..<\(last) \(direction)")
            let typed = try await everything(
              log, LogSelection(streams: [rare], types: ["tested.v2"]), in: range, direction,
              limit: 2)
            try demand(typed.isEmpty, "events of a type that the stream does not have")
          }
        }
      }
    },
    Rule("a range ends with the log, and what is appended later is in the next read") { log in
      var writer = try await Writer(log)
      let stream = try Samples.stream()
      let start = writer.head.next
      _ = try await writer.append(Samples.commit(stream, events: 2, now: 0))
      let range = start..<GlobalPosition(UInt64(Int64.max))
      for selection in [LogSelection.all, LogSelection(streams: [stream])] {
        let page = try await log.read(selection, in: range, .forwards, limit: 100)
        try demand(page.events.count, equals: 2, "events")
        try demand(page.rest, equals: writer.head.next..<writer.head.next, "rest")
      }
      let behind = try await log.read(
        .all, in: GlobalPosition(writer.head.next.index + 5)..<range.upperBound, .forwards,
        limit: 10)
      try demand(behind.events.isEmpty && behind.rest.isEmpty, "something beyond the end")
      let end = writer.head.next
      _ = try await writer.append(Samples.commit(stream, expecting: 2, now: 0))
      let page = try await log.read(.all, in: end..<range.upperBound, .forwards, limit: 100)
      try demand(page.events.map(\.version.index), equals: [3], "versions")
    },
    Rule("pages with large payloads are short and lose nothing") { log in
      var writer = try await Writer(log)
      let stream = try Samples.stream()
      let start = writer.head.next
      for batch in 0..<6 {
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
      let range = start..<writer.head.next
      for selection in [LogSelection.all, LogSelection(streams: [stream])] {
        for direction in ReadDirection.allCases {
          let events = try await everything(log, selection, in: range, direction, limit: 1_000)
          let expected = (0..<24).map { UInt8($0) }
          try demand(
            events.compactMap(\.payload.first),
            equals: direction == .forwards ? expected : expected.reversed(), "payloads")
        }
      }
    },
    Rule("an instant finds the last boundary with nothing later before it") { log in
      var writer = try await Writer(log)
      let stream = try Samples.stream()
      var boundaries: [(now: Int64, next: GlobalPosition)] = []
      for turn in 0..<9 {
        _ = try await writer.append(
          Samples.commit(stream, expecting: UInt64(turn) * 2, events: 2, now: 0))
        // The writer's `now` is the server's, and no two appends are recorded at one moment here:
        // where they are, the later boundary counts.
        let recorded = try await log.read(
          from: GlobalPosition(writer.head.next.index - 1), limit: 1)
        try demand(recorded.count, equals: 1, "the last event")
        boundaries.append((writer.now, writer.head.next))
      }
      try demand(
        try await log.boundary(upTo: .max), equals: writer.head.next, "the end of time")
      try demand(try await log.boundary(upTo: -1), equals: .zero, "before time")
      // The recorded `now` of a batch is at most the server's time when it was answered, and at
      // least that of the answer before.
      for (earlier, later) in zip(boundaries, boundaries.dropFirst()) {
        let found = try await log.boundary(upTo: earlier.now)
        try demand(
          found >= earlier.next && found <= later.next || earlier.now == later.now,
          "boundary \(found) at \(earlier.now), between \(earlier.next) and \(later.next)")
      }
    },
    Rule("a selection out of bounds is refused") { log in
      let streams = try (0...LogSelection.streamsMax).map { _ in try Samples.stream() }
      let types = (0...LogSelection.typesMax).map { "t\($0).v1" }
      let range = GlobalPosition.zero..<GlobalPosition(1)
      let reads: [(LogSelection, Int)] = [
        (LogSelection(streams: streams), 1), (LogSelection(types: types), 1), (.all, 0),
        (.all, AppendRules.readLimitMax + 1),
      ]
      for (selection, limit) in reads {
        do {
          _ = try await log.read(selection, in: range, .forwards, limit: limit)
          throw Broken(description: "a read out of bounds was answered")
        } catch let error as ReadError {
          guard case .invalid = error else { throw error }
        }
      }
      _ = try await log.read(
        LogSelection(streams: Array(streams.dropLast()), types: Array(types.dropLast())),
        in: range, .forwards, limit: 1)
    },
  ]
}
