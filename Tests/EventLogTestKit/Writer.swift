public import EventLog

/// A caller of the log as the application is one: it quotes the head it has applied.
public struct Writer: Sendable {
  public let log: any EventLog
  public private(set) var head: LogHead
  /// The server's clock at the last look.
  public private(set) var now: Int64

  public init(_ log: any EventLog) async throws {
    self.log = log
    let reading = try await log.head()
    head = reading.head
    now = reading.serverNow
  }

  /// Looks at the head again.
  public mutating func refresh() async throws {
    let reading = try await log.head()
    head = reading.head
    now = reading.serverNow
  }

  /// Appends onto the newest head, with the newest `now` in every commit. Too late by the server's
  /// clock, on a busy machine, it looks at the clock again.
  public mutating func append(_ batch: [Commit]) async throws -> AppendReply {
    while true {
      do {
        let dated = try await dated(batch)
        let reply = try await log.append(dated, onto: head)
        head = reply.head
        now = reply.serverNow
        return reply
      } catch let error as AppendError {
        guard case .clock = error else { throw error }
      }
    }
  }

  /// The error of an append that must fail for another reason than the clock.
  public mutating func failure(of commit: Commit) async throws -> AppendError {
    while true {
      let error = try await refusal(of: try await dated([commit]))
      guard case .clock = error else { return error }
    }
  }

  private mutating func dated(_ batch: [Commit]) async throws -> [Commit] {
    try await refresh()
    var batch = batch
    for index in batch.indices { batch[index].now = now }
    return batch
  }

  /// Appends and gives the only outcome.
  public mutating func append(_ commit: Commit) async throws -> CommitOutcome {
    let reply = try await append([commit])
    try demand(reply.outcomes.count, equals: 1, "number of outcomes")
    return reply.outcomes[0]
  }

  /// The error of an append that must fail, with commits as they are.
  public func refusal(of batch: [Commit], onto head: LogHead? = nil) async throws -> AppendError {
    do {
      let reply = try await log.append(batch, onto: head ?? self.head)
      throw Broken(description: "the append was answered: \(reply.outcomes)")
    } catch let error as AppendError { return error }
  }
}
