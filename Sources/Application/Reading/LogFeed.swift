internal import DequeModule
public import EventLog
public import Logging
internal import Synchronization

/// Hands new events to everybody who follows the log: read once, kept for a while in memory, taken
/// from there by all. Whoever is further behind reads the log itself.
public final class LogFeed: Sendable {
  /// Followers at once.
  public static let followersMax = 512
  /// Events kept, and their payload.
  private static let eventsMax = 8_192
  private static let bytesMax = 16 << 20
  /// How often followers are looked after, and how often a list of all subscriptions is fetched
  /// while nobody follows.
  private static let tick = Duration.seconds(1)
  private static let ticksBetweenLists = 5

  /// Why a follower has to stop.
  public enum End: Equatable, Sendable {
    /// Somebody else opened the same subscription.
    case takenOver(by: String)
    case moved
    case deleted
    /// The log has lost events that were read already.
    case diverged
  }

  /// What there is for a follower at a position.
  public enum Recent: Equatable, Sendable {
    /// From that position on, in order; not more than was asked for.
    case events([RecordedEvent])
    case atEnd
    /// They are not in memory any more: read the log up to this position.
    case older(until: GlobalPosition)
    /// The end of the log is not known yet.
    case starting
  }

  private struct Follower {
    var name: String
    var epoch: UInt64
    var end: End?
    /// Lists of all subscriptions without it, one after the other.
    var missed = 0
    var wake: @Sendable () -> Void
  }

  private struct State {
    /// Everything read so far; `nil` while nobody follows.
    var head: LogHead?
    /// The last events before ``head``.
    var events = Deque<RecordedEvent>()
    var bytes = 0
    var followers: [UInt64: Follower] = [:]
    var lastID: UInt64 = 0
    var subscriptions: [SubscriptionReading] = []
  }

  private let log: any EventLog
  private let store: any SubscriptionStore
  private let logger: Logger
  private let state = Mutex(State())
  private let signal: AsyncStream<Void>
  private let ring: AsyncStream<Void>.Continuation

  public init(log: any EventLog, store: any SubscriptionStore, logger: Logger) {
    self.log = log
    self.store = store
    self.logger = logger
    (signal, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  // MARK: For followers

  /// Begins to wake `wake` for new events, and every second besides. It must not block.
  ///
  /// - Parameters:
  ///   - name: of the subscription; empty for none.
  ///   - epoch: of its opening. An older one of the same name ends.
  /// - Returns: `nil` when there are too many.
  public func follow(
    _ name: String, epoch: UInt64, _ wake: @escaping @Sendable () -> Void
  ) -> UInt64? {
    let (id, ended) = state.withLock { state -> (UInt64?, [@Sendable () -> Void]) in
      guard state.followers.count < Self.followersMax else { return (nil, []) }
      state.lastID += 1
      var follower = Follower(name: name, epoch: epoch, wake: wake)
      var ended: [@Sendable () -> Void] = []
      for (id, other) in state.followers where !name.isEmpty && other.name == name {
        if other.epoch > epoch {
          follower.end = .takenOver(by: "another consumer")
        } else if other.end == nil {
          state.followers[id]?.end = .takenOver(by: "another consumer")
          ended.append(other.wake)
        }
      }
      state.followers[state.lastID] = follower
      return (state.lastID, ended)
    }
    for wake in ended { wake() }
    if id != nil { ring.yield() }
    return id
  }

  public func unfollow(_ id: UInt64) { state.withLock { $0.followers[id] = nil } }

  /// Why this follower has to stop; `nil` while it may go on.
  public func end(of id: UInt64) -> End? { state.withLock { $0.followers[id]?.end } }

  /// Tells whoever has the subscription open that it was moved or deleted, without waiting until
  /// that is found out.
  public func stop(_ name: String, _ end: End) {
    let wakes = state.withLock { state in
      var wakes: [@Sendable () -> Void] = []
      for (id, follower) in state.followers where follower.name == name && follower.end == nil {
        state.followers[id]?.end = end
        wakes.append(follower.wake)
      }
      return wakes
    }
    for wake in wakes { wake() }
  }

  /// What there is from a position on: at most `limit` events and about `bytesMax` of payload.
  public func recent(from position: GlobalPosition, limit: Int, bytesMax: Int) -> Recent {
    state.withLock { state in
      guard let head = state.head else { return .starting }
      guard position < head.next else { return .atEnd }
      let first = head.next.index - UInt64(state.events.count)
      guard position.index >= first else { return .older(until: GlobalPosition(first)) }
      var bytes = 0
      var events: [RecordedEvent] = []
      for index in Int(position.index - first)..<state.events.count {
        guard events.count < limit, bytes < bytesMax else { break }
        bytes += state.events[index].payload.count
        events.append(state.events[index])
      }
      return .events(events)
    }
  }

  /// The end of what was read; `nil` while nobody follows.
  public var next: GlobalPosition? { state.withLock { $0.head?.next } }
  public var followerCount: Int { state.withLock { $0.followers.count } }
  /// All subscriptions as they were a few seconds ago.
  public var subscriptions: [SubscriptionReading] { state.withLock { $0.subscriptions } }
  /// Whether somebody here has this subscription open.
  public func isOpen(_ name: String) -> Bool {
    state.withLock { $0.followers.values.contains { $0.name == name && $0.end == nil } }
  }

  // MARK: The loops

  /// Follows the log for all until cancelled.
  public func run() async {
    await withTaskGroup { group in
      group.addTask { await self.followLog() }
      group.addTask { await self.watchSubscriptions() }
      await group.waitForAll()
    }
  }

  private func followLog() async {
    var signals = signal.makeAsyncIterator()
    while !Task.isCancelled {
      let head = state.withLock { state -> LogHead? in
        if state.followers.isEmpty {
          state.head = nil
          state.events = []
          state.bytes = 0
        }
        return state.head
      }
      do {
        if let head {
          guard await log.waitForChange(past: head.next, atMost: Self.tick) else { continue }
          try await read(from: head)
        } else if state.withLock({ $0.followers.isEmpty }) {
          await signals.next()
        } else {
          let reading = try await log.head()
          state.withLock { $0.head = reading.head }
          wakeAll()
        }
      } catch {
        if Task.isCancelled { return }
        logger.warning("the log cannot be followed now", metadata: ["error": "\(error)"])
        do { try await Task.sleep(for: .milliseconds(100)) } catch { return }
      }
    }
  }

  private func read(from head: LogHead) async throws(ReadError) {
    let caught: CatchUp
    do {
      caught = try await log.catchUp(from: head, limit: 1_000)
    } catch {
      guard case .diverged = error else { throw error }
      logger.error("the log lost events that were handed on")
      let wakes = state.withLock { state in
        for id in state.followers.keys { state.followers[id]?.end = .diverged }
        state.head = nil
        state.events = []
        state.bytes = 0
        return state.followers.values.map(\.wake)
      }
      for wake in wakes { wake() }
      return
    }
    state.withLock { state in
      state.head = caught.head
      state.events.append(contentsOf: caught.events)
      state.bytes += caught.events.reduce(0) { $0 + $1.payload.count }
      while state.events.count > Self.eventsMax || state.bytes > Self.bytesMax,
        let first = state.events.popFirst()
      {
        state.bytes -= first.payload.count
      }
    }
    wakeAll()
  }

  private func wakeAll() {
    let wakes = state.withLock { $0.followers.values.map(\.wake) }
    for wake in wakes { wake() }
  }

  /// Finds out whose subscription was taken over, moved or deleted by way of another replica, and
  /// gives everybody a chance to send a heartbeat.
  private func watchSubscriptions() async {
    var ticks = 0
    while !Task.isCancelled {
      if ticks % Self.ticksBetweenLists == 0
        || state.withLock({ $0.followers.values.contains { !$0.name.isEmpty } })
      {
        do {
          let subscriptions = try await store.subscriptions()
          settle(subscriptions)
        } catch {
          logger.debug("subscriptions cannot be read", metadata: ["error": "\(error)"])
        }
      }
      ticks += 1
      wakeAll()
      do { try await Task.sleep(for: Self.tick) } catch { return }
    }
  }

  private func settle(_ subscriptions: [SubscriptionReading]) {
    let byName = Dictionary(subscriptions.map { ($0.name, $0) }) { first, _ in first }
    state.withLock { state in
      state.subscriptions = subscriptions
      for (id, follower) in state.followers where !follower.name.isEmpty && follower.end == nil {
        guard let reading = byName[follower.name] else {
          // Opened while the list was read, perhaps; then it is in the next one.
          state.followers[id]?.missed += 1
          if follower.missed >= 1 { state.followers[id]?.end = .deleted }
          continue
        }
        state.followers[id]?.missed = 0
        if reading.epoch > follower.epoch {
          state.followers[id]?.end = .takenOver(by: reading.consumer)
        }
      }
    }
  }
}
