public import Application
public import EventLog
public import GRPC
internal import RolloutCore
internal import WindlassWire

/// `windlass.v1.Log`: the event log for people, auditors and data tools.
public struct LogService: Sendable {
  /// Payload in one message, about: stock clients take 4 MiB.
  static let messageBytesMax = 1 << 20
  private static let replyBytesMax = 2 << 20

  let decisions: DecisionService
  let feed: LogFeed
  let store: any SubscriptionStore
  let reader: LogReader
  let reads = HistoryReads(of: "reads of the log are being answered")
  let exports = HistoryReads(of: "exports of the log are running")

  public init(
    decisions: DecisionService, feed: LogFeed, store: any SubscriptionStore
  ) {
    self.decisions = decisions
    self.feed = feed
    self.store = store
    reader = LogReader(decisions.history)
  }

  public var methods: [MethodDefinition] {
    [
      decisions.unary(Paths.readLog, requestBytesMax: 16 << 10, read),
      decisions.streaming(Paths.exportLog, requestBytesMax: 16 << 10, export),
      decisions.streaming(Paths.subscribe, requestBytesMax: 16 << 10, subscribe),
      .unary(Paths.acknowledge, requestBytesMax: 4 << 10, acknowledge),
      .unary(Paths.listSubscriptions, requestBytesMax: 4 << 10, list),
      .unary(Paths.deleteSubscription, requestBytesMax: 4 << 10, delete),
    ]
  }

  // MARK: Reading

  private func read(_ bytes: Span<UInt8>, _ call: ServerCall) {
    let request: ReadEventsRequest
    let matcher: EventMatcher
    do {
      request = try ReadEventsRequest(decoding: bytes)
      matcher = try EventMatcher(request.filter)
    } catch let error as WireError {
      return call.reply(RPCStatus(error))
    } catch {
      return call.reply(RPCStatus(.invalidArgument, "filter.stream: \(error)"))
    }
    decisions.whenFolded(request.atLeastPosition, call) { stale in
      if let stale { return call.reply(stale) }
      reads.answer(call) { await read(request, matcher) }
    }
  }

  private func read(
    _ request: ReadEventsRequest, _ matcher: EventMatcher
  ) async -> Result<ReadEventsResponse, RPCStatus> {
    let direction: ReadDirection = request.isBackwards ? .backwards : .forwards
    do {
      // The log's own end, not that of what is folded here: a reader sees what others appended.
      let end = try await decisions.history.head().head.next
      let selection = selection(of: matcher, upTo: end)
      let range: Range<GlobalPosition>
      switch try await begin(of: request, matcher, direction, end) {
      case .success(let begin):
        range = direction == .forwards ? min(begin, end)..<end : .zero..<min(begin, end)
      case .failure(let status): return .failure(status)
      }
      let page = try await reader.page(
        matcher, selection, in: range, direction, limit: request.limit,
        bytesMax: Self.replyBytesMax)
      var response = ReadEventsResponse(
        events: page.events.map { EventView($0) }, position: end.index)
      if !page.rest.isEmpty {
        let position = direction == .forwards ? page.rest.lowerBound : page.rest.upperBound
        response.next = LogCursor(position: position, direction: direction)
          .text(for: request.filter)
      }
      return .success(response)
    } catch {
      return .failure(RPCStatus(error))
    }
  }

  /// What to ask the log for. Streams are picked by what is folded here only as far as that goes.
  func selection(of matcher: EventMatcher, upTo end: GlobalPosition) -> LogSelection {
    decisions.read { world in
      matcher.selection(knowing: world.head.next >= end ? world : nil)
    }
  }

  /// The first position of a forward read; the first that is not read of a backward one.
  private func begin(
    of request: ReadEventsRequest, _ matcher: EventMatcher, _ direction: ReadDirection,
    _ end: GlobalPosition
  ) async throws(ReadError) -> Result<GlobalPosition, RPCStatus> {
    if !request.cursor.isEmpty {
      guard let cursor = LogCursor(request.cursor, for: request.filter, direction) else {
        return .failure(
          RPCStatus(
            .invalidArgument,
            "cursor: is not one of this question; it goes with the filter and direction it was "
              + "given for"))
      }
      return .success(cursor.position)
    }
    var from = request.from
    if request.fromVersion > 0, let stream = matcher.stream {
      let first = try await decisions.history.readStream(
        stream, from: StreamVersion(request.fromVersion), limit: 1)
      guard let first = first.first else { return .success(end) }
      from = first.position.index
    } else if from == 0 {
      return .success(direction == .forwards ? .zero : end)
    }
    return .success(GlobalPosition(direction == .forwards ? from : from + 1))
  }

  // MARK: Subscriptions

  private func acknowledge(_ bytes: Span<UInt8>, _ call: ServerCall) {
    let request: AcknowledgeRequest
    do {
      request = try AcknowledgeRequest(decoding: bytes)
    } catch {
      return call.reply(RPCStatus(error))
    }
    Task {
      do {
        let position = GlobalPosition(request.position)
        let answer: Acknowledgement
        if let epoch = request.epoch {
          answer = try await store.acknowledge(request.name, epoch: epoch, before: position)
        } else {
          answer = try await store.moveSubscription(request.name, to: position)
          if case .recorded = answer { feed.stop(request.name, .moved) }
        }
        switch answer {
        case .recorded(let position):
          call.reply(AcknowledgeResponse(position: position.index).encoded())
        case .fenced(_, let consumer):
          call.reply(RPCStatus.takenOver(request.name, by: consumer))
        case .ahead(let next):
          call.reply(
            RPCStatus(
              .outOfRange,
              "position: the log ends at \(next), before \(request.position)"))
        case .missing: call.reply(RPCStatus.noSubscription(request.name))
        }
      } catch {
        call.reply(RPCStatus(reading: error))
      }
    }
  }

  private func list(_ bytes: Span<UInt8>, _ call: ServerCall) {
    do {
      _ = try ListSubscriptionsRequest(decoding: bytes)
    } catch {
      return call.reply(RPCStatus(error))
    }
    Task {
      do {
        let readings = try await store.subscriptions()
        let end = try await decisions.history.head().head.next.index
        let views = readings.map { reading in
          SubscriptionView(
            name: reading.name, filter: EventFilter(stored: reading.filter),
            position: reading.position.index,
            lag: end > reading.position.index ? end - reading.position.index : 0,
            epoch: reading.epoch, consumer: reading.consumer,
            isOpenHere: feed.isOpen(reading.name),
            createdAt: Timestamp(microseconds: reading.createdAt),
            openedAt: Timestamp(microseconds: reading.openedAt),
            acknowledgedAt: Timestamp(microseconds: reading.acknowledgedAt))
        }
        call.reply(ListSubscriptionsResponse(subscriptions: views, position: end).encoded())
      } catch {
        call.reply(RPCStatus(reading: error))
      }
    }
  }

  private func delete(_ bytes: Span<UInt8>, _ call: ServerCall) {
    let request: DeleteSubscriptionRequest
    do {
      request = try DeleteSubscriptionRequest(decoding: bytes)
    } catch {
      return call.reply(RPCStatus(error))
    }
    Task {
      do {
        guard try await store.deleteSubscription(request.name) else {
          return call.reply(RPCStatus.noSubscription(request.name))
        }
        feed.stop(request.name, .deleted)
        call.reply(DeleteSubscriptionResponse().encoded())
      } catch {
        call.reply(RPCStatus(reading: error))
      }
    }
  }
}

extension EventFilter {
  /// A filter as a subscription keeps it. One that this version cannot read any more shows as none;
  /// the subscription goes on all the same.
  init(stored bytes: [UInt8]) {
    do {
      self = try EventFilter(decoding: bytes.span)
    } catch {
      self = EventFilter()
    }
  }
}

extension RPCStatus {
  static func takenOver(_ name: String, by consumer: String) -> RPCStatus {
    let who = consumer.isEmpty ? "another consumer" : consumer
    return RPCStatus(
      .aborted, "subscription \(name) was taken over by \(who)",
      details: StatusDetails(reason: .init("TAKEN_OVER", domain: "windlass")))
  }

  static func noSubscription(_ name: String) -> RPCStatus {
    RPCStatus(.notFound, "there is no subscription \(name)")
  }
}
