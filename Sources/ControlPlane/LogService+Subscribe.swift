import Application
import EventLog
import GRPC
import RolloutCore
import Synchronization
import WindlassWire

// Events as they are appended, to one consumer at a time for each subscription.
extension LogService {
  private static let sentAtOnce = 250
  /// Events looked at for one message before others get their turn on the connection.
  private static let lookedAtOnce = 2_000

  /// How far one consumer was served.
  private struct Serving {
    var epoch: UInt64
    /// Everything before it has been sent or did not pass.
    var next: GlobalPosition
    var isOpened = false
    var isReading = false
    var waiting: [SeenEvent] = []
    var failure: RPCStatus?
    var lastSent = ContinuousClock.now
    var id: UInt64 = 0
  }

  private enum Step {
    case send(SubscribeUpdate)
    case readOn(from: GlobalPosition, until: GlobalPosition)
    case idle
    case later
    case end(RPCStatus)
  }

  func subscribe(_ bytes: Span<UInt8>, _ stream: ServerStream) {
    let request: SubscribeRequest
    let matcher: EventMatcher
    do {
      request = try SubscribeRequest(decoding: bytes)
      matcher = try EventMatcher(request.filter)
    } catch let error as WireError {
      let status = RPCStatus(error)
      return stream.produce { .end(status) }
    } catch {
      let status = RPCStatus(.invalidArgument, "filter.stream: \(error)")
      return stream.produce { .end(status) }
    }
    Task {
      switch await open(request) {
      case .failure(let status): stream.produce { .end(status) }
      case .success(let (epoch, position)):
        serve(request, matcher, Serving(epoch: epoch, next: position), stream)
      }
    }
  }

  /// Opens the subscription; one without a name is opened by asking.
  private func open(
    _ request: SubscribeRequest
  ) async -> Result<(epoch: UInt64, position: GlobalPosition), RPCStatus> {
    do {
      let end = try await decisions.history.head().head.next
      let start = request.isFromEnd ? end : GlobalPosition(request.from)
      guard start <= end else {
        return .failure(
          RPCStatus(.outOfRange, "from_position: the log ends at \(end), before \(start)"))
      }
      if request.name.isEmpty { return .success((0, start)) }
      let opening = try await store.openSubscription(
        request.name, filter: request.filter.encoded(), from: start, consumer: request.consumer)
      switch opening {
      case .opened(let reading): return .success((reading.epoch, reading.position))
      case .otherFilter:
        return .failure(
          RPCStatus(
            .failedPrecondition,
            "subscription \(request.name) has another filter; delete it, or use another name"))
      case .tooMany:
        return .failure(
          RPCStatus(
            .resourceExhausted,
            "there are \(SubscriptionRules.countMax) subscriptions; delete one"))
      }
    } catch {
      return .failure(RPCStatus(error))
    }
  }

  private func serve(
    _ request: SubscribeRequest, _ matcher: EventMatcher, _ serving: Serving,
    _ stream: ServerStream
  ) {
    let state = Shared(Mutex(serving))
    guard
      let id = feed.follow(request.name, epoch: serving.epoch, { stream.wake() })
    else {
      let status = RPCStatus(
        .resourceExhausted, "\(LogFeed.followersMax) consumers follow the log here already")
      return stream.produce { .end(status) }
    }
    state.value.withLock { $0.id = id }
    stream.onCancel { feed.unfollow(id) }
    let heartbeat = Duration.seconds(request.heartbeatSeconds)
    stream.produce {
      switch state.value.withLock({ step(&$0, matcher, request.name, heartbeat) }) {
      case .send(let update): return .message(update.encoded())
      case .idle: return .idle
      case .later:
        stream.wake()
        return .idle
      case .end(let status):
        feed.unfollow(id)
        return .end(status)
      case .readOn(let from, let until):
        Task {
          await readOn(state.value, from..<until, matcher)
          stream.wake()
        }
        return .idle
      }
    }
  }

  private func step(
    _ state: inout Serving, _ matcher: EventMatcher, _ name: String, _ heartbeat: Duration
  ) -> Step {
    if let end = feed.end(of: state.id) { return .end(RPCStatus(end, name)) }
    if let failure = state.failure { return .end(failure) }
    if !state.isOpened {
      state.isOpened = true
      return send([], &state)
    }
    if !state.waiting.isEmpty {
      let events = state.waiting
      state.waiting = []
      return send(events, &state)
    }
    if state.isReading { return beat(&state, heartbeat) }
    var looked = 0
    while looked < Self.lookedAtOnce {
      switch feed.recent(
        from: state.next, limit: Self.sentAtOnce, bytesMax: Self.messageBytesMax)
      {
      case .events(let recent):
        guard let last = recent.last else { return beat(&state, heartbeat) }
        looked += recent.count
        state.next = GlobalPosition(last.position.index + 1)
        let passed = recent.lazy.map { SeenEvent($0) }.filter { matcher.passes($0) }
        let events = Array(passed)
        if !events.isEmpty { return send(events, &state) }
      case .older(let until):
        state.isReading = true
        return .readOn(from: state.next, until: until)
      case .atEnd, .starting: return beat(&state, heartbeat)
      }
    }
    return .later
  }

  private func send(_ events: [SeenEvent], _ state: inout Serving) -> Step {
    state.lastSent = .now
    return .send(
      SubscribeUpdate(
        epoch: state.epoch, position: state.next.index, events: events.map { EventView($0) },
        logPosition: max(state.next, feed.next ?? .zero).index))
  }

  /// Says how far it is when nothing passed for a while, so that the consumer can acknowledge that
  /// and knows that it is heard.
  private func beat(_ state: inout Serving, _ heartbeat: Duration) -> Step {
    guard state.lastSent.duration(to: .now) >= heartbeat else { return .idle }
    return send([], &state)
  }

  /// Reads what is not in memory any more.
  private func readOn(
    _ state: borrowing Mutex<Serving>, _ range: Range<GlobalPosition>, _ matcher: EventMatcher
  ) async {
    do {
      let selection = selection(of: matcher, upTo: range.upperBound)
      let page = try await reader.page(
        matcher, selection, in: range, .forwards, limit: Self.sentAtOnce,
        bytesMax: Self.messageBytesMax)
      state.withLock { state in
        state.waiting = page.events
        state.next = page.rest.isEmpty ? range.upperBound : page.rest.lowerBound
        state.isReading = false
      }
    } catch {
      state.withLock { $0.failure = RPCStatus(error) }
    }
  }
}

extension RPCStatus {
  fileprivate init(_ end: LogFeed.End, _ name: String) {
    switch end {
    case .takenOver(let consumer): self = .takenOver(name, by: consumer)
    case .moved:
      self.init(
        .aborted, "subscription \(name) was moved; open it again to go on from there",
        details: StatusDetails(reason: .init("MOVED", domain: "windlass")))
    case .deleted: self = .noSubscription(name)
    case .diverged:
      self.init(
        .dataLoss,
        "the log lost events that were sent: go on from what you have acknowledged, by asking again"
      )
    }
  }
}
