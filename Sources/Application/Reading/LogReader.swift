public import EventLog
public import RolloutCore
internal import WindlassWire

/// Reads the events that a filter lets through, a bounded piece at a time.
public struct LogReader: Sendable {
  /// A part of what a filter lets through.
  public struct Page: Sendable {
    /// In the direction of the read. Can be empty although there is more.
    public var events: [SeenEvent]
    /// What has not been looked at yet; empty at the end.
    public var rest: Range<GlobalPosition>
  }

  /// How often the log is asked for one page: a filter that matches little makes a page short, not
  /// long to wait for.
  private static let readsMax = 4
  /// Events asked for at once where most may not pass.
  private static let sievedAtOnce = 1_000

  private let log: any EventLog

  public init(_ log: any EventLog) { self.log = log }

  /// - Parameters:
  ///   - selection: of the matcher.
  ///   - limit: 1...1000 events.
  ///   - bytesMax: of payload; one event more can be returned.
  public func page(
    _ matcher: EventMatcher, _ selection: LogSelection, in range: Range<GlobalPosition>,
    _ direction: ReadDirection, limit: Int, bytesMax: Int
  ) async throws(ReadError) -> Page {
    var page = Page(events: [], rest: try await narrowed(range, to: matcher.filter, direction))
    var bytes = 0
    for _ in 0..<Self.readsMax {
      guard !page.rest.isEmpty, page.events.count < limit, bytes < bytesMax else { break }
      let read = try await log.read(
        selection, in: page.rest, direction, limit: Self.sievedAtOnce)
      let whole = page.rest
      page.rest = read.rest
      for recorded in read.events {
        let seen = SeenEvent(recorded)
        guard matcher.passes(seen) else { continue }
        page.events.append(seen)
        bytes += recorded.payload.count
        guard page.events.count >= limit || bytes >= bytesMax else { continue }
        // What follows was read for nothing.
        page.rest =
          switch direction {
          case .forwards: GlobalPosition(recorded.position.index + 1)..<read.rest.upperBound
          case .backwards: whole.lowerBound..<recorded.position
          }
        break
      }
    }
    return page
  }

  /// The range without what is certainly too early or too late.
  private func narrowed(
    _ range: Range<GlobalPosition>, to filter: EventFilter, _ direction: ReadDirection
  ) async throws(ReadError) -> Range<GlobalPosition> {
    var (lower, upper) = (range.lowerBound, range.upperBound)
    guard lower < upper else { return range }
    if let since = filter.since {
      lower = max(lower, try await log.boundary(upTo: since.microseconds - 1))
    }
    if let until = filter.until {
      // The batch that begins here may have some of both sides.
      let boundary = try await log.boundary(upTo: until.microseconds - 1)
      let (end, overflow) = boundary.index.addingReportingOverflow(UInt64(AppendRules.eventsMax))
      upper = min(upper, overflow ? upper : GlobalPosition(end))
    }
    if lower < upper { return lower..<upper }
    let edge = direction == .forwards ? range.upperBound : range.lowerBound
    return edge..<edge
  }

  /// How many of the log's events were decided at `instant` or before.
  ///
  /// - Parameter end: what is not looked beyond.
  public func position(
    asOf instant: Timestamp, before end: GlobalPosition
  ) async throws(ReadError) -> GlobalPosition {
    let boundary = try await log.boundary(upTo: instant.microseconds)
    guard boundary < end else { return end }
    for recorded in try await log.read(from: boundary, limit: AppendRules.eventsMax) {
      guard recorded.position < end else { break }
      guard let event = SeenEvent(recorded).event else { continue }
      if event.now > instant { return recorded.position }
    }
    return min(end, GlobalPosition(boundary.index + UInt64(AppendRules.eventsMax)))
  }

  /// When the event before `position` was decided; `nil` when that cannot be read.
  public func now(before position: GlobalPosition) async throws(ReadError) -> Timestamp? {
    guard position > .zero else { return nil }
    let events = try await log.read(from: GlobalPosition(position.index - 1), limit: 1)
    return events.first.flatMap { SeenEvent($0).event?.now }
  }
}
