import EventLog

/// Which commits of a batch to try in one statement, and what to answer for the others.
///
/// The statement writes all or nothing. So a plan leaves out what cannot succeed, the statement reports
/// what it found instead, and the next plan knows that. What a plan assumes about a stream (that the
/// first commit to name it is right) is checked by the statement that writes the rest.
struct AppendPlan {
  /// Facts learnt from refused statements of the same append.
  struct Knowledge {
    var versions: [StreamName: StreamVersion] = [:]
    var recorded: [CommandID: CommitOutcome] = [:]
  }

  struct Stream {
    var name: StreamName
    var expected: UInt64
    var next: UInt64
  }

  private enum Answer {
    case final(CommitOutcome)
    /// Written by this plan, with the first of its events at an offset in the batch.
    case written(offset: Int, count: Int)
    /// The same command as one written by this plan.
    case repeats(offset: Int, count: Int)
  }

  /// Indices into the batch, in order.
  private(set) var included: [Int] = []
  private(set) var streams: [Stream] = []
  /// For each slice of the included commits in turn, which stream it is of.
  private(set) var sliceStreams: [Int] = []
  private var streamIndex: [StreamName: Int] = [:]
  private var answers: [Answer] = []

  init(_ batch: [Commit], _ knowledge: Knowledge) {
    var offsets: [CommandID: (digest: [UInt8], offset: Int, count: Int)] = [:]
    var offset = 0
    answers.reserveCapacity(batch.count)
    offsets.reserveCapacity(batch.count)
    streamIndex.reserveCapacity(2 * batch.count)
    for (index, commit) in batch.enumerated() {
      if !knowledge.recorded.isEmpty, let outcome = knowledge.recorded[commit.id] {
        answers.append(.final(outcome))
      } else if let earlier = offsets[commit.id] {
        answers.append(
          earlier.digest == commit.digest
            ? .repeats(offset: earlier.offset, count: earlier.count) : .final(.keyConflict))
      } else if let refusal = refusal(of: commit, knowledge) {
        answers.append(.final(refusal))
      } else {
        include(commit)
        let count = commit.eventCount
        included.append(index)
        answers.append(.written(offset: offset, count: count))
        offsets[commit.id] = (commit.digest, offset, count)
        offset += count
      }
    }
  }

  /// What to answer once the statement has written the included commits from `first` on.
  func outcomes(first: GlobalPosition) -> [CommitOutcome] {
    answers.map { answer in
      switch answer {
      case .final(let outcome): outcome
      case .written(let offset, let count):
        .appended(first: GlobalPosition(first.index + UInt64(offset)), count: count)
      case .repeats(let offset, let count):
        .repeated(first: GlobalPosition(first.index + UInt64(offset)), count: count)
      }
    }
  }

  private func refusal(of commit: Commit, _ knowledge: Knowledge) -> CommitOutcome? {
    for slice in commit.slices {
      if let actual = version(of: slice.stream, knowledge), actual != slice.expected {
        return .moved(stream: slice.stream, expected: slice.expected, actual: actual)
      }
    }
    for condition in commit.guards {
      if let actual = version(of: condition.stream, knowledge), actual != condition.expected {
        return .guardBroken(
          stream: condition.stream, expected: condition.expected, actual: actual)
      }
    }
    return nil
  }

  /// The version after the commits included so far; `nil` where only the database knows.
  private func version(of stream: StreamName, _ knowledge: Knowledge) -> StreamVersion? {
    if let index = streamIndex[stream] { return StreamVersion(streams[index].next) }
    return knowledge.versions.isEmpty ? nil : knowledge.versions[stream]
  }

  private mutating func include(_ commit: Commit) {
    for slice in commit.slices {
      let index = index(of: slice.stream, slice.expected)
      streams[index].next += UInt64(slice.events.count)
      sliceStreams.append(index)
    }
    for condition in commit.guards { _ = index(of: condition.stream, condition.expected) }
  }

  private mutating func index(of stream: StreamName, _ expected: StreamVersion) -> Int {
    if let index = streamIndex[stream] { return index }
    streamIndex[stream] = streams.count
    streams.append(Stream(name: stream, expected: expected.index, next: expected.index))
    return streams.count - 1
  }
}
