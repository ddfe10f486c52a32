import Application
import EventLog
import GRPC
import RolloutCore
import Synchronization
import WindlassWire

// The whole of a range, one page after the other: each page is a short transaction of its own, and
// the next is read when the last one is on its way, so that a slow reader holds two pages and no
// transaction.
extension LogService {
  private static let exportedAtOnce = 500

  private struct Export {
    var rest: Range<GlobalPosition>
    var waiting: [[UInt8]] = []
    var isReading = false
    var isOver = false
    var hasToldEnd = false
    var failure: RPCStatus?
  }

  func export(_ bytes: Span<UInt8>, _ stream: ServerStream) {
    let request: ExportEventsRequest
    let matcher: EventMatcher
    do {
      request = try ExportEventsRequest(decoding: bytes)
      matcher = try EventMatcher(request.filter)
    } catch let error as WireError {
      let status = RPCStatus(error)
      return stream.produce { .end(status) }
    } catch {
      let status = RPCStatus(.invalidArgument, "filter.stream: \(error)")
      return stream.produce { .end(status) }
    }
    guard exports.enter() else {
      let status = exports.full
      return stream.produce { .end(status) }
    }
    let known = max(request.atLeastPosition, request.from, request.before)
    Task {
      let stale = await decisions.folded(known, remaining: stream.remaining) {
        stream.isCancelled
      }
      if let stale {
        exports.leave()
        return stream.produce { .end(stale) }
      }
      do {
        let end = try await decisions.history.head().head.next
        export(request, matcher, before: end, stream)
      } catch {
        exports.leave()
        let status = RPCStatus(reading: error)
        stream.produce { .end(status) }
      }
    }
  }

  private func export(
    _ request: ExportEventsRequest, _ matcher: EventMatcher, before last: GlobalPosition,
    _ stream: ServerStream
  ) {
    let end = request.before == 0 ? last : min(last, GlobalPosition(request.before))
    let selection = selection(of: matcher, upTo: end)
    let state = Shared(Mutex(Export(rest: min(GlobalPosition(request.from), end)..<end)))
    let left = Shared(Mutex(false))
    @Sendable func leave() {
      let isFirst = left.value.withLock { left in
        defer { left = true }
        return !left
      }
      if isFirst { exports.leave() }
    }
    stream.onCancel {
      state.value.withLock { $0.isOver = true }
      leave()
    }
    stream.produce {
      enum Step {
        case send([UInt8])
        case read(Range<GlobalPosition>)
        case idle
        case end(RPCStatus)
      }
      func next() -> Step {
        state.value.withLock { state in
          if !state.waiting.isEmpty {
            return .send(state.waiting.removeFirst())
          }
          if let failure = state.failure { return .end(failure) }
          if state.isReading { return .idle }
          guard state.rest.isEmpty else {
            state.isReading = true
            return .read(state.rest)
          }
          guard !state.hasToldEnd else { return .end(.ok) }
          state.hasToldEnd = true
          return .send(
            ExportEventsUpdate(events: [], next: end.index, end: end.index, isComplete: true)
              .encoded())
        }
      }
      switch next() {
      case .send(let message): return .message(message)
      case .idle: return .idle
      case .end(let status):
        leave()
        return .end(status)
      case .read(let range):
        Task {
          await read(range, matcher, selection, end) { message, rest, failure in
            let goesOn = state.value.withLock { state in
              if let message { state.waiting.append(message) }
              state.rest = rest
              state.failure = failure
              state.isReading = false
              return !state.isOver
            }
            if goesOn { stream.wake() }
          }
        }
        return .idle
      }
    }
  }

  /// Reads one page and tells it; also how far it came when nothing passed, so that a reader who is
  /// cut off need not begin anew.
  private func read(
    _ range: Range<GlobalPosition>, _ matcher: EventMatcher, _ selection: LogSelection,
    _ end: GlobalPosition,
    _ tell: ([UInt8]?, Range<GlobalPosition>, RPCStatus?) -> Void
  ) async {
    do {
      let page = try await reader.page(
        matcher, selection, in: range, .forwards, limit: Self.exportedAtOnce,
        bytesMax: Self.messageBytesMax)
      let next = page.rest.isEmpty ? end : page.rest.lowerBound
      let update = ExportEventsUpdate(
        events: page.events.map { EventView($0) }, next: next.index, end: end.index)
      tell(update.encoded(), next..<end, nil)
    } catch {
      tell(nil, range, RPCStatus(error))
    }
  }
}
