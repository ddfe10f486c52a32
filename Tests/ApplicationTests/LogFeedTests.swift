import Application
import EventLog
import Logging
import Synchronization
import Testing

@Suite("Following the log", .timeLimit(.minutes(5)))
struct LogFeedTests {
  private let log = InMemoryEventLog { 1_800_000_000_000_000 }
  private let feed: LogFeed

  init() {
    feed = LogFeed(
      log: log, store: log, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private func append(_ count: Int, to stream: String, from version: UInt64 = 0) async throws {
    let head = try await log.head()
    let commit = Commit(
      id: CommandID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)),
      digest: Array(repeating: 1, count: 32),
      slices: [
        Slice(
          stream: try StreamName(validating: stream), expected: StreamVersion(version),
          events: (0..<count).map { NewEvent(type: "t.v1", payload: [UInt8($0 % 256)]) })
      ], now: head.serverNow)
    _ = try await log.append([commit], onto: head.head)
  }

  private func running(_ body: () async throws -> Void) async throws {
    let loop = Task { await feed.run() }
    defer { loop.cancel() }
    try await body()
    loop.cancel()
    await loop.value
  }

  /// Everything there is from a position on, once there are `count` events.
  private func take(_ count: Int, from start: GlobalPosition) async throws -> [RecordedEvent] {
    var events: [RecordedEvent] = []
    var next = start
    while events.count < count {
      switch feed.recent(from: next, limit: 3, bytesMax: 1_000) {
      case .events(let recent):
        events += recent
        next.index += UInt64(recent.count)
      case .atEnd, .starting: await Task.yield()
      case .older(let until):
        events += try await log.read(
          from: next, limit: Int(until.index - next.index))
        next = until
      }
    }
    return events
  }

  @Test("a follower is given every event in order, old ones from the log and new ones as they come")
  func follow() async throws {
    try await append(5, to: "a-1")
    try await running {
      let wakes = Atomic(0)
      let id = try #require(feed.follow("", epoch: 0) { wakes.add(1, ordering: .relaxed) })
      for batch in 0..<20 { try await append(7, to: "b-\(batch)") }
      let events = try await take(145, from: .zero)
      #expect(events.map(\.position.index) == Array(0..<145))
      #expect(wakes.load(ordering: .relaxed) > 0)
      feed.unfollow(id)
      #expect(feed.followerCount == 0)
    }
  }

  @Test("the newest opening of a subscription ends the older ones, and no other name's")
  func takeOver() async throws {
    let old = try #require(feed.follow("audit", epoch: 3) {})
    let other = try #require(feed.follow("billing", epoch: 2) {})
    let new = try #require(feed.follow("audit", epoch: 5) {})
    // Overtaken on its way here by a newer one.
    let late = try #require(feed.follow("audit", epoch: 4) {})
    #expect(feed.end(of: old) == .takenOver(by: "another consumer"))
    #expect(feed.end(of: late) == .takenOver(by: "another consumer"))
    #expect(feed.end(of: new) == nil)
    #expect(feed.end(of: other) == nil)
    feed.stop("billing", .deleted)
    #expect(feed.end(of: other) == .deleted)
    #expect(feed.isOpen("audit") && !feed.isOpen("billing"))
  }

  @Test("who opens a subscription by way of another replica is noticed, and so is who deletes it")
  func elsewhere() async throws {
    guard
      case .opened(let first) = try await log.openSubscription(
        "audit", filter: [], from: .zero, consumer: "here"),
      case .opened(let gone) = try await log.openSubscription(
        "gone", filter: [], from: .zero, consumer: "here")
    else {
      Issue.record("not opened")
      return
    }
    try await running {
      let id = try #require(feed.follow("audit", epoch: first.epoch) {})
      let other = try #require(feed.follow("gone", epoch: gone.epoch) {})
      _ = try await log.openSubscription("audit", filter: [], from: .zero, consumer: "there")
      _ = try await log.deleteSubscription("gone")
      while feed.end(of: id) == nil || feed.end(of: other) == nil {
        try await Task.sleep(for: .milliseconds(5))
      }
      #expect(feed.end(of: id) == .takenOver(by: "there"))
      #expect(feed.end(of: other) == .deleted)
    }
  }

  @Test("followers of a log that lost events are told so")
  func diverged() async throws {
    try await append(5, to: "a-1")
    try await running {
      let id = try #require(feed.follow("", epoch: 0) {})
      try await append(2, to: "a-2")
      _ = try await take(7, from: .zero)
      log.rewind(to: GlobalPosition(5))
      try await append(4, to: "a-3")
      while feed.end(of: id) == nil { try await Task.sleep(for: .milliseconds(5)) }
      #expect(feed.end(of: id) == .diverged)
    }
  }

  @Test("there are only so many followers, and one that left makes room")
  func bounded() throws {
    var ids: [UInt64] = []
    for _ in 0..<LogFeed.followersMax { ids.append(try #require(feed.follow("", epoch: 0) {})) }
    #expect(feed.follow("", epoch: 0) {} == nil)
    feed.unfollow(ids[0])
    #expect(feed.follow("", epoch: 0) {} != nil)
  }
}
