public import EventLog
internal import HeapModule
internal import WindlassWire

/// Events of some streams in the order of the log, read page by page: what has to do with one
/// application costs what that application wrote, not what the log holds.
public struct LogMerge {
  /// Events held at once, about; each stream has at least ``pageMin``.
  private static let heldMax = 4_096
  private static let pageMin = 16

  private let log: any EventLog
  private let end: GlobalPosition
  private let page: Int
  private var readers: [Reader]
  private var heads: Heap<Head> = []
  private var isStarted = false

  private struct Reader {
    var stream: StreamName
    var next = StreamVersion(1)
    var buffer: ArraySlice<RecordedEvent> = []
    var isAtEnd = false
  }

  private struct Head: Comparable {
    var position: GlobalPosition
    var reader: Int
    static func < (a: Self, b: Self) -> Bool { a.position < b.position }
  }

  /// - Parameter end: the first position that is not read any more.
  public init(_ streams: [StreamAddress], of log: any EventLog, before end: GlobalPosition) {
    self.log = log
    self.end = end
    page = min(1_000, max(Self.pageMin, Self.heldMax / max(1, streams.count)))
    readers = streams.map { Reader(stream: $0.stream) }
  }

  /// The next event; `nil` at the end.
  public mutating func next() async throws(ReadError) -> RecordedEvent? {
    if !isStarted {
      isStarted = true
      for index in readers.indices { try await advance(index) }
    }
    guard let head = heads.popMin() else { return nil }
    guard let event = readers[head.reader].buffer.popFirst() else { return nil }
    try await advance(head.reader)
    return event
  }

  /// Puts a reader's next event among the heads.
  private mutating func advance(_ index: Int) async throws(ReadError) {
    if readers[index].buffer.isEmpty, !readers[index].isAtEnd {
      let events = try await log.readStream(
        readers[index].stream, from: readers[index].next, limit: page)
      if let last = events.last {
        readers[index].next = StreamVersion(last.version.index + 1)
      }
      readers[index].isAtEnd = events.count < page
      readers[index].buffer = events[...]
    }
    guard let first = readers[index].buffer.first, first.position < end else { return }
    heads.insert(Head(position: first.position, reader: index))
  }
}
