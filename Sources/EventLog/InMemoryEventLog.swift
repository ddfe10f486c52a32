import Synchronization

/// A log that lives and dies with the process. The same rules as the durable one, for tests and for
/// trying things out.
public final class InMemoryEventLog: EventLog, LeaseStore, SubscriptionStore {
  /// A fault for the next append, so that callers can be tested against a bad network.
  public enum Fault: Sendable {
    /// The batch is not written, and the writer learns that.
    case unavailable
    /// The batch is not written, and the writer cannot know.
    case loseRequest
    /// The batch is written, and the writer does not learn it.
    case loseReply
  }

  private struct Recorded {
    var digest: [UInt8]
    var first: GlobalPosition
    var count: Int
  }

  private struct Lease {
    var epoch: UInt64
    var holder: String
    var expires: Int64
  }

  private struct State {
    var events: [RecordedEvent] = []
    /// Batch boundaries, oldest first; the first is the genesis at 0.
    var boundaries: [LogHead]
    /// The last recorded `now` before each boundary.
    var nows: [Int64] = [0]
    /// The indices into `events` of every stream: its version is their count.
    var streams: [StreamName: [Int]] = [:]
    var commands: [CommandID: Recorded] = [:]
    var leases: [String: Lease] = [:]
    var subscriptions: [String: SubscriptionReading] = [:]
    var lastEpoch: UInt64 = 0
    var lastNow: Int64 = 0
    var faults: [Fault] = []
    var rewinds: UInt64 = 0
  }

  private let clock: @Sendable () -> Int64
  private let state: Mutex<State>
  private let signal = ChangeSignal()

  /// - Parameter clock: the server's clock, microseconds since 1970.
  public init(clock: @escaping @Sendable () -> Int64) {
    self.clock = clock
    state = Mutex(State(boundaries: [LogHead(next: .zero, chain: Self.mix(seed: 0, [0]))]))
  }

  /// Adds a fault for one append, after those already waiting.
  public func inject(_ fault: Fault) { state.withLock { $0.faults.append(fault) } }

  /// Faults that are still to come.
  public var faultCount: Int { state.withLock { $0.faults.count } }

  /// Takes back every event from the last batch boundary at or before `next`, as a failover to a
  /// standby that lagged behind does. What is appended afterwards has another chain.
  public func rewind(to next: GlobalPosition) {
    let end = state.withLock { state in
      while let last = state.boundaries.last, last.next > next, state.boundaries.count > 1 {
        state.boundaries.removeLast()
        state.nows.removeLast()
      }
      let end = state.boundaries[state.boundaries.count - 1].next
      state.events.removeLast(state.events.count - Int(end.index))
      state.streams = state.streams.mapValues { $0.filter { $0 < Int(end.index) } }
      state.commands = state.commands.filter { $0.value.first.index < end.index }
      // What was acknowledged of what is lost was lost with it.
      state.subscriptions = state.subscriptions.mapValues { subscription in
        var subscription = subscription
        subscription.position = min(subscription.position, end)
        return subscription
      }
      state.rewinds += 1
      return end
    }
    signal.reset(to: end)
  }

  /// As true as an append: takes the next fault instead of one.
  public func checkWritable() async throws(AppendError) {
    let fault = state.withLock { $0.faults.isEmpty ? nil : $0.faults.removeFirst() }
    switch fault {
    case nil: return
    case .unavailable: throw .unavailable("an injected fault")
    case .loseRequest, .loseReply: throw .unknown("an injected fault")
    }
  }

  public func append(
    _ batch: [Commit], onto head: LogHead
  ) async throws(AppendError) -> AppendReply {
    try AppendRules.validate(batch)
    let result = state.withLock { state -> Result<AppendReply, AppendError> in
      let fault = state.faults.isEmpty ? nil : state.faults.removeFirst()
      switch fault {
      case .unavailable: return .failure(.unavailable("an injected fault"))
      case .loseRequest: return .failure(.unknown("an injected fault"))
      case .loseReply, nil: break
      }
      let result = Result { () throws(AppendError) in
        try Self.append(batch, onto: head, clock(), &state)
      }
      guard case .loseReply = fault else { return result }
      return .failure(.unknown("an injected fault"))
    }
    signal.announce(state.withLock { GlobalPosition(UInt64($0.events.count)) })
    return try result.get()
  }

  private static func append(
    _ batch: [Commit], onto head: LogHead, _ clock: Int64, _ state: inout State
  ) throws(AppendError) -> AppendReply {
    guard contains(head, state) else { throw .diverged }
    let serverNow = max(clock, state.lastNow)
    let base = state.boundaries[state.boundaries.count - 1]
    let mark = state.events.count

    // Checked against a copy of the few versions in play, so that a refusal leaves no trace.
    var versions: [StreamName: StreamVersion] = [:]
    var recorded: [CommandID: Recorded] = [:]
    var outcomes: [CommitOutcome] = []
    var accepted: [Commit] = []
    var next = base.next
    for commit in batch {
      if let earlier = recorded[commit.id] ?? state.commands[commit.id] {
        outcomes.append(
          earlier.digest == commit.digest
            ? .repeated(first: earlier.first, count: earlier.count) : .keyConflict)
        continue
      }
      if let refusal = refusal(of: commit, { versions[$0] ?? version(of: $0, state) }) {
        outcomes.append(refusal)
        continue
      }
      for slice in commit.slices {
        versions[slice.stream] = StreamVersion(slice.expected.index + UInt64(slice.events.count))
      }
      let count = commit.eventCount
      recorded[commit.id] = Recorded(digest: commit.digest, first: next, count: count)
      outcomes.append(.appended(first: next, count: count))
      next.index += UInt64(count)
      accepted.append(commit)
    }

    var lastNow = state.lastNow
    for commit in accepted {
      guard commit.now >= lastNow,
        abs(commit.now - serverNow) <= AppendRules.clockSkewMaxMicroseconds
      else { throw .clock(serverNow: serverNow, lastNow: state.lastNow) }
      lastNow = commit.now
    }

    for commit in accepted {
      for slice in commit.slices {
        for (offset, event) in slice.events.enumerated() {
          state.streams[slice.stream, default: []].append(state.events.count)
          state.events.append(
            RecordedEvent(
              position: GlobalPosition(UInt64(state.events.count)), stream: slice.stream,
              version: StreamVersion(slice.expected.index + UInt64(offset) + 1), type: event.type,
              payload: event.payload, commandID: commit.id, recordedAt: serverNow))
        }
      }
    }
    state.commands.merge(recorded) { earlier, _ in earlier }
    state.lastNow = lastNow
    if state.events.count > mark {
      let chain = chain(after: base, state.events[mark...], salt: state.rewinds)
      state.boundaries.append(LogHead(next: next, chain: chain))
      state.nows.append(lastNow)
    }
    return AppendReply(
      outcomes: outcomes, base: base, head: state.boundaries[state.boundaries.count - 1],
      serverNow: serverNow)
  }

  private static func refusal(
    of commit: Commit, _ version: (StreamName) -> StreamVersion
  ) -> CommitOutcome? {
    for slice in commit.slices {
      let actual = version(slice.stream)
      guard actual == slice.expected else {
        return .moved(stream: slice.stream, expected: slice.expected, actual: actual)
      }
    }
    for condition in commit.guards {
      let actual = version(condition.stream)
      guard actual == condition.expected else {
        return .guardBroken(
          stream: condition.stream, expected: condition.expected, actual: actual)
      }
    }
    return nil
  }

  private static func version(of stream: StreamName, _ state: State) -> StreamVersion {
    StreamVersion(UInt64(state.streams[stream]?.count ?? 0))
  }

  private static func contains(_ head: LogHead, _ state: State) -> Bool {
    head == .empty || boundary(at: head.next, state)?.chain == head.chain
  }

  /// The index of the boundary is found by halving: boundaries ascend.
  private static func boundary(at next: GlobalPosition, _ state: State) -> LogHead? {
    let index = firstBoundary(after: next, state) - 1
    guard index >= 0, state.boundaries[index].next == next else { return nil }
    return state.boundaries[index]
  }

  private static func firstBoundary(after next: GlobalPosition, _ state: State) -> Int {
    var low = 0
    var high = state.boundaries.count
    while low < high {
      let middle = (low + high) / 2
      if state.boundaries[middle].next > next { high = middle } else { low = middle + 1 }
    }
    return low
  }

  // MARK: Reading

  public func read(
    from position: GlobalPosition, limit: Int
  ) async throws(ReadError) -> [RecordedEvent] {
    try AppendRules.validate(readLimit: limit)
    return state.withLock { state in
      guard position.index < UInt64(state.events.count) else { return [] }
      return Array(state.events[Int(position.index)...].prefix(limit))
    }
  }

  public func readStream(
    _ stream: StreamName, from version: StreamVersion, limit: Int
  ) async throws(ReadError) -> [RecordedEvent] {
    try AppendRules.validate(readLimit: limit)
    return state.withLock { state in
      let indices = state.streams[stream] ?? []
      let start = max(version.index, 1) - 1
      guard start < UInt64(indices.count) else { return [] }
      return indices[Int(start)...].prefix(limit).map { state.events[$0] }
    }
  }

  public func read(
    _ selection: LogSelection, in range: Range<GlobalPosition>, _ direction: ReadDirection,
    limit: Int
  ) async throws(ReadError) -> LogPage {
    try selection.validate()
    try AppendRules.validate(readLimit: limit)
    return state.withLock { state in
      let count = UInt64(state.events.count)
      let (lower, upper) = (min(range.lowerBound.index, count), min(range.upperBound.index, count))
      let looked = min(upper - lower, UInt64(LogSelection.positionsMax))
      let part =
        direction == .forwards ? lower..<lower + looked : upper - looked..<upper
      let streams = selection.streams.map { Set($0) }
      let types = selection.types.map { Set($0) }
      func picks(_ event: RecordedEvent) -> Bool {
        streams?.contains(event.stream) != false && types?.contains(event.type) != false
      }
      let slice = state.events[Int(part.lowerBound)..<Int(part.upperBound)]
      let events =
        direction == .forwards
        ? Array(slice.lazy.filter(picks).prefix(limit))
        : Array(slice.reversed().lazy.filter(picks).prefix(limit))
      let isCut = events.count == limit
      let rest =
        switch direction {
        case .forwards: (isCut ? events[limit - 1].position.index + 1 : part.upperBound)..<upper
        case .backwards: lower..<(isCut ? events[limit - 1].position.index : part.lowerBound)
        }
      return LogPage(
        events: events, rest: GlobalPosition(rest.lowerBound)..<GlobalPosition(rest.upperBound))
    }
  }

  public func boundary(upTo now: Int64) async throws(ReadError) -> GlobalPosition {
    state.withLock { state in
      // They ascend, as recorded nows do.
      let later = state.nows.lastIndex { $0 <= now }
      return later.map { state.boundaries[$0].next } ?? .zero
    }
  }

  public func head() async throws(ReadError) -> HeadReading {
    state.withLock { state in
      HeadReading(
        head: state.boundaries[state.boundaries.count - 1], serverNow: max(clock(), state.lastNow))
    }
  }

  public func catchUp(from head: LogHead, limit: Int) async throws(ReadError) -> CatchUp {
    try AppendRules.validate(readLimit: limit)
    let answer = state.withLock { state -> CatchUp? in
      guard Self.contains(head, state) else { return nil }
      let start = head.next.index
      var index = Self.firstBoundary(after: head.next, state)
      guard index < state.boundaries.count else {
        return CatchUp(events: [], head: state.boundaries[state.boundaries.count - 1])
      }
      while index + 1 < state.boundaries.count,
        state.boundaries[index + 1].next.index - start <= UInt64(limit)
      { index += 1 }
      let end = state.boundaries[index]
      return CatchUp(events: Array(state.events[Int(start)..<Int(end.next.index)]), head: end)
    }
    guard let answer else { throw .diverged }
    return answer
  }

  public func waitForChange(
    past position: GlobalPosition, atMost duration: Duration
  ) async -> Bool {
    await signal.wait(past: position, atMost: duration)
  }

  // MARK: Leases

  public func renewLease(
    _ name: String, epoch: UInt64, holder: String, ttl: Duration
  ) async throws(ReadError) -> LeaseRenewal {
    try LeaseRules.validate(name: name, epoch: epoch, holder: holder, ttl: ttl)
    return state.withLock { state in
      if let lease = state.leases[name],
        lease.epoch > epoch || (lease.epoch == epoch && lease.holder != holder)
      {
        return .superseded(epoch: lease.epoch, holder: lease.holder)
      }
      let (seconds, attoseconds) = ttl.components
      let expires = clock() + seconds * 1_000_000 + attoseconds / 1_000_000_000_000
      state.leases[name] = Lease(epoch: epoch, holder: holder, expires: expires)
      return .renewed
    }
  }

  public func endLease(
    _ name: String, epoch: UInt64, holder: String
  ) async throws(ReadError) {
    state.withLock { state in
      guard var lease = state.leases[name], lease.epoch == epoch, lease.holder == holder else {
        return
      }
      lease.expires = clock()
      state.leases[name] = lease
    }
  }

  public func lease(_ name: String) async throws(ReadError) -> LeaseReading? {
    state.withLock { state in
      state.leases[name].map {
        LeaseReading(
          epoch: $0.epoch, holder: $0.holder,
          remaining: .microseconds(max(0, $0.expires - clock())))
      }
    }
  }

  // MARK: Subscriptions

  public func openSubscription(
    _ name: String, filter: [UInt8], from start: GlobalPosition, consumer: String
  ) async throws(ReadError) -> SubscriptionOpening {
    try SubscriptionRules.validate(name: name, filter: filter, start: start, consumer: consumer)
    return state.withLock { state in
      let now = clock()
      if let existing = state.subscriptions[name], existing.filter != filter {
        return .otherFilter(existing)
      }
      guard
        state.subscriptions[name] != nil || state.subscriptions.count < SubscriptionRules.countMax
      else { return .tooMany }
      state.lastEpoch += 1
      var subscription =
        state.subscriptions[name]
        ?? SubscriptionReading(
          name: name, filter: filter,
          position: min(start, GlobalPosition(UInt64(state.events.count))), epoch: 0,
          consumer: consumer, createdAt: now, openedAt: now, acknowledgedAt: now)
      subscription.epoch = state.lastEpoch
      subscription.consumer = consumer
      subscription.openedAt = now
      state.subscriptions[name] = subscription
      return .opened(subscription)
    }
  }

  public func acknowledge(
    _ name: String, epoch: UInt64, before position: GlobalPosition
  ) async throws(ReadError) -> Acknowledgement {
    try SubscriptionRules.validate(name: name)
    try SubscriptionRules.validate(position)
    return state.withLock { state in
      guard var subscription = state.subscriptions[name] else { return .missing }
      guard subscription.epoch == epoch else {
        return .fenced(epoch: subscription.epoch, consumer: subscription.consumer)
      }
      let end = GlobalPosition(UInt64(state.events.count))
      guard position <= end else { return .ahead(next: end) }
      guard position > subscription.position else { return .recorded(subscription.position) }
      subscription.position = position
      subscription.acknowledgedAt = clock()
      state.subscriptions[name] = subscription
      return .recorded(position)
    }
  }

  public func moveSubscription(
    _ name: String, to position: GlobalPosition
  ) async throws(ReadError) -> Acknowledgement {
    try SubscriptionRules.validate(name: name)
    try SubscriptionRules.validate(position)
    return state.withLock { state in
      guard var subscription = state.subscriptions[name] else { return .missing }
      let end = GlobalPosition(UInt64(state.events.count))
      guard position <= end else { return .ahead(next: end) }
      state.lastEpoch += 1
      subscription.epoch = state.lastEpoch
      subscription.position = position
      subscription.acknowledgedAt = clock()
      state.subscriptions[name] = subscription
      return .recorded(position)
    }
  }

  public func subscriptions() async throws(ReadError) -> [SubscriptionReading] {
    state.withLock { $0.subscriptions.values.sorted { $0.name < $1.name } }
  }

  public func deleteSubscription(_ name: String) async throws(ReadError) -> Bool {
    try SubscriptionRules.validate(name: name)
    return state.withLock { $0.subscriptions.removeValue(forKey: name) != nil }
  }

  // MARK: Chain

  /// Tells logs apart in one process; it is no defence against anybody, unlike the durable log's
  /// SHA-256.
  private static func chain(
    after base: LogHead, _ events: ArraySlice<RecordedEvent>, salt: UInt64
  ) -> [UInt8] {
    var seed = base.chain.reduce(salt) { $0 << 8 ^ $0 >> 56 ^ UInt64($1) }
    for event in events {
      let text = Array(event.stream.text.utf8) + Array(event.type.utf8)
      for part in [text, event.commandID.bytes, event.payload] {
        seed = mix(seed: seed, part).reduce(0) { $0 << 8 | UInt64($1) }
      }
    }
    return mix(seed: seed, [])
  }

  /// FNV-1a over the bytes, with a final avalanche; 8 bytes.
  private static func mix(seed: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ seed
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash ^= hash >> 33
    hash = hash &* 0xff51_afd7_ed55_8ccd
    hash ^= hash >> 33
    return stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: hash >> $0) }
  }
}
