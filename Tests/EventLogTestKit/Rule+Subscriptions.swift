import EventLog

extension Rule {
  private static func opened(
    _ log: Subject, _ name: String, filter: [UInt8] = [1], from start: UInt64 = 0,
    consumer: String = "a"
  ) async throws -> SubscriptionReading {
    let answer = try await log.openSubscription(
      name, filter: filter, from: GlobalPosition(start), consumer: consumer)
    guard case .opened(let reading) = answer else {
      throw Broken(description: "opening was answered \(answer)")
    }
    return reading
  }

  private static func name() -> String { "test.\(UInt64.random(in: 0 ... .max))" }

  static let subscriptions: [Rule] = [
    Rule("a subscription goes on where it was acknowledged, and never backwards") { log in
      var writer = try await Writer(log)
      _ = try await writer.append(Samples.commit(try Samples.stream(), events: 9, now: 0))
      let end = writer.head.next.index
      let name = name()
      let first = try await opened(log, name, from: end - 9, consumer: "one")
      try demand(first.position.index, equals: end - 9, "start")
      try demand(first.consumer, equals: "one", "consumer")
      func acknowledge(_ position: UInt64) async throws -> Acknowledgement {
        try await log.acknowledge(name, epoch: first.epoch, before: GlobalPosition(position))
      }
      try demand(
        try await acknowledge(end - 4), equals: .recorded(GlobalPosition(end - 4)), "first")
      try demand(
        try await acknowledge(end - 7), equals: .recorded(GlobalPosition(end - 4)), "a late one")
      try demand(
        try await acknowledge(end - 4), equals: .recorded(GlobalPosition(end - 4)), "again")
      try demand(
        try await acknowledge(end + 1), equals: .ahead(next: GlobalPosition(end)), "ahead")
      let second = try await opened(log, name, from: 0, consumer: "two")
      try demand(second.position.index, equals: end - 4, "where it goes on")
      try demand(second.epoch > first.epoch, "the epoch did not rise")
      let listed = try await log.subscriptions().filter { $0.name == name }
      try demand(listed, equals: [second], "list")
      try demand(try await log.deleteSubscription(name), "it was not there to delete")
    },
    Rule("a second consumer fences the first") { log in
      let name = name()
      let first = try await opened(log, name, consumer: "one")
      let second = try await opened(log, name, consumer: "two")
      try demand(
        try await log.acknowledge(name, epoch: first.epoch, before: .zero),
        equals: .fenced(epoch: second.epoch, consumer: "two"), "the first")
      try demand(
        try await log.acknowledge(name, epoch: .max, before: .zero),
        equals: .fenced(epoch: second.epoch, consumer: "two"), "a made-up epoch")
      try demand(
        try await log.acknowledge(name, epoch: second.epoch, before: .zero),
        equals: .recorded(.zero), "the second")
      _ = try await log.deleteSubscription(name)
    },
    Rule("another filter under the same name is refused and changes nothing") { log in
      let name = name()
      let first = try await opened(log, name, filter: [1, 2])
      try demand(
        try await log.openSubscription(name, filter: [1, 3], from: .zero, consumer: "b"),
        equals: .otherFilter(first), "opening")
      try demand(
        try await log.acknowledge(name, epoch: first.epoch, before: .zero),
        equals: .recorded(.zero), "the first")
      _ = try await log.deleteSubscription(name)
    },
    Rule("moving a subscription goes backwards too, and fences its consumer") { log in
      var writer = try await Writer(log)
      _ = try await writer.append(Samples.commit(try Samples.stream(), events: 5, now: 0))
      let end = writer.head.next
      let name = name()
      let first = try await opened(log, name, from: end.index)
      let back = GlobalPosition(end.index - 3)
      try demand(
        try await log.moveSubscription(name, to: back), equals: .recorded(back), "moved")
      let answer = try await log.acknowledge(name, epoch: first.epoch, before: end)
      guard case .fenced = answer else {
        throw Broken(description: "the consumer from before was answered \(answer)")
      }
      try demand(try await opened(log, name).position, equals: back, "where it goes on")
      let beyond = GlobalPosition(end.index + 1_000_000)
      guard case .ahead = try await log.moveSubscription(name, to: beyond) else {
        throw Broken(description: "moved beyond the end")
      }
      _ = try await log.deleteSubscription(name)
    },
    Rule("a deleted subscription begins anew, and its consumer is nobody in the new one") { log in
      let name = name()
      let first = try await opened(log, name)
      try demand(try await log.deleteSubscription(name), "it was not there to delete")
      try demand(try await log.deleteSubscription(name) == false, "deleted twice")
      try demand(
        try await log.acknowledge(name, epoch: first.epoch, before: .zero), equals: .missing,
        "an acknowledgement to nothing")
      try demand(
        try await log.moveSubscription(name, to: .zero), equals: .missing, "a move of nothing")
      let second = try await opened(log, name, filter: [9])
      try demand(second.epoch != first.epoch, "an epoch was given twice")
      _ = try await log.deleteSubscription(name)
    },
    Rule("two that open one name at once get two epochs, and the newer one holds it") { log in
      let name = name()
      let epochs = try await withThrowingTaskGroup(of: UInt64.self) { group in
        for index in 0..<8 {
          group.addTask { try await opened(log, name, consumer: "c\(index)").epoch }
        }
        var epochs: [UInt64] = []
        for try await epoch in group { epochs.append(epoch) }
        return epochs
      }
      try demand(Set(epochs).count, equals: 8, "epochs")
      let holders = try await log.subscriptions().filter { $0.name == name }
      try demand(holders.map(\.epoch), equals: [epochs.max() ?? 0], "holder")
      _ = try await log.deleteSubscription(name)
    },
    Rule("there are only so many subscriptions") { log in
      var made: [String] = []
      let room = SubscriptionRules.countMax - (try await log.subscriptions().count)
      for _ in 0..<room {
        let name = name()
        _ = try await opened(log, name)
        made.append(name)
      }
      try demand(
        try await log.openSubscription(
          "one.too.many", filter: [], from: .zero, consumer: ""), equals: .tooMany, "one more")
      // Those that exist go on.
      if let some = made.first { _ = try await opened(log, some) }
      for name in made { _ = try await log.deleteSubscription(name) }
    },
    Rule("a subscription with arguments out of range is refused") { log in
      let long = String(repeating: "x", count: SubscriptionRules.nameBytesMax + 1)
      for name in ["", "a b", "-a", ".a", "a/b", "ä", "a\n", long] {
        do {
          _ = try await log.openSubscription(name, filter: [], from: .zero, consumer: "")
          throw Broken(description: "opened \(name)")
        } catch let error as ReadError {
          guard case .invalid = error else { throw error }
        }
      }
      let bad: [([UInt8], UInt64, String)] = [
        ([UInt8](repeating: 0, count: SubscriptionRules.filterBytesMax + 1), 0, ""),
        ([], .max, ""), ([], 0, long + long), ([], 0, "a\0b"),
      ]
      for (filter, start, consumer) in bad {
        do {
          _ = try await log.openSubscription(
            "a", filter: filter, from: GlobalPosition(start), consumer: consumer)
          throw Broken(description: "opened with \(filter.count) \(start) \(consumer)")
        } catch let error as ReadError {
          guard case .invalid = error else { throw error }
        }
      }
    },
  ]
}
