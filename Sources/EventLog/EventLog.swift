/// An append-only log of events in one total order.
///
/// Positions are gapless and become visible in order; the versions of a stream are 1, 2, 3 ... Every
/// expectation of a commit is checked in the transaction that writes it.
public protocol EventLog: Sendable {
  /// Appends a batch of commits in one transaction. Each succeeds or fails alone, in order: a later
  /// commit sees the versions that earlier ones of the batch have written, so one that rests on a
  /// refused commit is `moved` as well.
  ///
  /// - Parameters:
  ///   - batch: 1...1000 commits with at most 1000 events and 1 MiB of payload together.
  ///   - head: the batch boundary the writer has applied; a log that does not contain it refuses. The
  ///     log may have grown since.
  /// - Throws: ``AppendError``; each case says whether something may have been written.
  func append(_ batch: [Commit], onto head: LogHead) async throws(AppendError) -> AppendReply

  /// Events in log order, without holes. Fewer than `limit` when the log ends before.
  ///
  /// - Parameter limit: 1...10000.
  func read(from position: GlobalPosition, limit: Int) async throws(ReadError) -> [RecordedEvent]

  /// Events of one stream in order, starting with the event numbered `version`.
  ///
  /// - Parameter limit: 1...10000.
  func readStream(
    _ stream: StreamName, from version: StreamVersion, limit: Int
  ) async throws(ReadError) -> [RecordedEvent]

  /// A part of the events of a range that a selection picks, in either direction. The work of one
  /// call is bounded by ``LogSelection/positionsMax`` positions and a few MiB of payload, whatever
  /// the selection: a page may be short, or empty, and still not be the last.
  ///
  /// - Parameters:
  ///   - range: positions; beyond the log's end there is nothing, and the page's rest does not reach
  ///     there.
  ///   - limit: 1...10000 events.
  func read(
    _ selection: LogSelection, in range: Range<GlobalPosition>, _ direction: ReadDirection,
    limit: Int
  ) async throws(ReadError) -> LogPage

  /// The last batch boundary such that every commit before it has a recorded `now` of at most `now`.
  /// The first event with a later one stands within the batch after it, at most
  /// ``AppendRules/eventsMax`` events on.
  ///
  /// - Parameter now: microseconds since 1970, of the same clock as ``Commit/now``.
  func boundary(upTo now: Int64) async throws(ReadError) -> GlobalPosition

  /// Where the log ends now.
  func head() async throws(ReadError) -> HeadReading

  /// The events after a reader's head, verified against the chain, up to a batch boundary.
  ///
  /// - Parameters:
  ///   - head: a boundary the reader has applied, or ``LogHead/empty``.
  ///   - limit: 1...10000 events. At least one whole batch is returned if there is one, so the answer
  ///     can be longer by up to a batch.
  /// - Throws: ``ReadError/diverged`` when the log does not contain `head`.
  func catchUp(from head: LogHead, limit: Int) async throws(ReadError) -> CatchUp

  /// Whether a commit would be taken now: does everything an append does, for nothing. What is read
  /// does not tell, where a disk is full, a lock is held or nobody may write.
  ///
  /// - Throws: ``AppendError`` saying why not.
  func checkWritable() async throws(AppendError)

  /// Waits until the log has an event at or after `position`.
  ///
  /// - Returns: whether it has. `false` after the time is over or when the task was cancelled; an
  ///   unreachable log is waited for like a quiet one.
  func waitForChange(past position: GlobalPosition, atMost duration: Duration) async -> Bool
}

extension EventLog {
  /// A log without a disk is always writable.
  public func checkWritable() async throws(AppendError) {}
}
