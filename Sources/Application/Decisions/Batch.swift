import EventLog
import RolloutCore
import WindlassWire

/// Decided commands that go to the log together, within its limits.
struct Batch {
  /// Commands decided for one batch.
  static let commitsMax = 500

  /// One commit, and what it is for.
  struct Planned {
    var submission: Submission
    /// It only prepares the submission, which is decided again after it.
    var prepares: Bool
    var slices: [PlannedSlice]
    var commit: Commit
  }

  struct PlannedSlice {
    var address: StreamAddress
    var expected: UInt64
    var events: [LogEvent]
    var encoded: [NewEvent]
  }

  private(set) var planned: [Planned] = []
  /// Full: what follows waits for the next one.
  private(set) var isClosed = false
  private var eventCount = 0
  private var byteCount = 0
  private var referenceCount = 0
  /// Events so far of streams that several commits may extend: the refusals.
  private var written: [StreamAddress: UInt64] = [:]
  private var writes: Set<StreamAddress> = []
  private var reads: Set<StreamAddress> = []
  /// Guards made so far: many commands of a batch rest on the same few streams.
  private var guards: [StreamAddress: Guard] = [:]

  typealias Touches = (writes: [StreamAddress], reads: [StreamAddress])

  /// Whether a command that touches these streams may be decided for this batch.
  func admits(_ touches: Touches) -> Bool {
    !isClosed && touches.writes.allSatisfy { !writes.contains($0) && !reads.contains($0) }
      && touches.reads.allSatisfy { !writes.contains($0) }
  }

  /// Keeps later commands off these streams, whether this one is in the batch or waits.
  mutating func note(_ touches: Touches) {
    writes.formUnion(touches.writes)
    reads.formUnion(touches.reads)
  }

  /// Adds a commit.
  ///
  /// - Returns: whether it fits beside what is there; if not, the batch is closed. A commit that is
  ///   alone always fits: the log says what is wrong with it.
  mutating func add(
    _ plan: Plan, for submission: Submission, touching touches: Touches, id: CommandID,
    prepares: Bool, in world: World, now: Timestamp
  ) -> Bool {
    var slices: [PlannedSlice] = []
    var events = 0
    var bytes = 0
    for (address, planned) in plan.writes where !planned.isEmpty {
      let encoded = planned.map { event in
        let (type, payload) = EventCodec.encode(event)
        bytes += payload.count
        return NewEvent(type: type, payload: payload)
      }
      events += encoded.count
      slices.append(
        PlannedSlice(
          address: address, expected: world.version(address) + written[address, default: 0],
          events: planned, encoded: encoded))
    }
    // A few addresses, which are compared sooner than hashed.
    var guarded: [StreamAddress] = []
    for address in touches.writes + touches.reads
    where !guarded.contains(address) && !slices.contains(where: { $0.address == address }) {
      guarded.append(address)
    }
    let references = slices.count + guarded.count
    guard
      planned.isEmpty
        || (eventCount + events <= AppendRules.eventsMax
          && byteCount + bytes <= AppendRules.payloadBytesMax
          && referenceCount + references <= AppendRules.referencesMax)
    else {
      isClosed = true
      return false
    }
    eventCount += events
    byteCount += bytes
    referenceCount += references
    for slice in slices { written[slice.address, default: 0] += UInt64(slice.events.count) }
    planned.append(
      Planned(
        submission: submission, prepares: prepares, slices: slices,
        commit: Commit(
          id: id, digest: submission.digest,
          slices: slices.map { slice in
            Slice(
              stream: slice.address.stream, expected: StreamVersion(slice.expected),
              events: slice.encoded)
          },
          guards: guarded.map { condition(on: $0, in: world) },
          now: now.microseconds)))
    if planned.count >= Self.commitsMax { isClosed = true }
    return true
  }

  private mutating func condition(on address: StreamAddress, in world: World) -> Guard {
    if let known = guards[address] { return known }
    let made = Guard(stream: address.stream, expected: StreamVersion(world.version(address)))
    guards[address] = made
    return made
  }
}
