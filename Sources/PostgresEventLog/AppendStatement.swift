import EventLog
import Postgres

/// One call of `windlass_log.append_v2`: encodes a plan, decodes the report.
struct AppendStatement {
  struct Report: Sendable {
    enum Status: Int32, Sendable {
      case written = 0
      case moved = 1
      case recorded = 2
      case clock = 3
      case diverged = 4
    }

    var status: Status
    var base: LogHead
    var head: LogHead
    var serverNow: Int64
    var lastNow: Int64
    /// Indices from 0 into the plan's streams or commits.
    var bad: [Int]
    var detail: [Int64]
    var extra: [Int64]
  }

  /// Both are kept between appends for their memory.
  private var hash = BatchHash()
  private(set) var parameters = ParameterList()

  /// A batch of no commits, which any log takes that can be written to.
  mutating func encodeNothing(now: Int64) {
    parameters.removeAll()
    parameters.append(int4: 0)
    parameters.append(int8: 0)
    parameters.append(bytes: [])
    parameters.append(bytes: [])
    parameters.append(int4: 0)
    parameters.append(int8: now)
    parameters.append(int8: now)
    let types: [ParameterList.ElementType] = [
      .text, .int8, .int8, .uuid, .bytes, .int4, .int4, .text, .int4, .int8, .int4, .int4, .bytes,
    ]
    for type in types { parameters.appendArray(of: type, count: 0) }
  }

  mutating func encode(_ plan: AppendPlan, of batch: [Commit], onto head: LogHead) {
    let commits = plan.included.map { batch[$0] }
    let count = commits.reduce(0) { $0 + $1.eventCount }
    parameters.removeAll()
    hash.removeAll()

    var bytes = 0
    var types: [String] = []
    var typeIndex: [String: Int32] = [:]
    // The type of each event. Neighbours mostly are of one type, which is seen without hashing.
    var eventTypes: [Int32] = []
    eventTypes.reserveCapacity(count)
    var last = (name: "", index: Int32(0))
    for commit in commits {
      for slice in commit.slices {
        for (offset, event) in slice.events.enumerated() {
          let version = slice.expected.index + UInt64(offset) + 1
          hash.add(slice.stream, version, event.type, commit.id, event.payload)
          bytes += event.payload.count
          if event.type != last.name {
            if let known = typeIndex[event.type] {
              last = (event.type, known)
            } else {
              types.append(event.type)
              last = (event.type, Int32(truncatingIfNeeded: types.count))
              typeIndex[event.type] = last.index
            }
          }
          eventTypes.append(last.index)
        }
      }
    }

    let nows = commits.map(\.now)
    let first = nows.first ?? 0
    // Out of order within the batch is reported like any other clock that runs backwards.
    let ascend = zip(nows, nows.dropFirst()).allSatisfy { $0 <= $1 }
    parameters.append(int4: 0)
    parameters.append(int8: Int64(bitPattern: head.next.index))
    parameters.append(bytes: head.chain)
    parameters.append(bytes: hash.digest)
    parameters.append(int4: Int32(truncatingIfNeeded: bytes))
    parameters.append(int8: first)
    parameters.append(int8: ascend ? nows.last ?? 0 : first - 1)

    parameters.appendArray(of: .text, count: plan.streams.count)
    for stream in plan.streams { parameters.element(text: stream.name.text) }
    parameters.appendArray(of: .int8, count: plan.streams.count)
    for stream in plan.streams { parameters.element(int8: Int64(bitPattern: stream.expected)) }
    parameters.appendArray(of: .int8, count: plan.streams.count)
    for stream in plan.streams { parameters.element(int8: Int64(bitPattern: stream.next)) }

    parameters.appendArray(of: .uuid, count: commits.count)
    for commit in commits { parameters.element(uuid: commit.id.high, commit.id.low) }
    parameters.appendArray(of: .bytes, count: commits.count)
    for commit in commits { parameters.element(bytes: commit.digest) }
    parameters.appendArray(of: .int4, count: commits.count)
    var offset = 0
    for commit in commits {
      parameters.element(int4: Int32(truncatingIfNeeded: offset))
      offset += commit.eventCount
    }
    parameters.appendArray(of: .int4, count: commits.count)
    for commit in commits {
      parameters.element(int4: Int32(truncatingIfNeeded: commit.eventCount))
    }

    parameters.appendArray(of: .text, count: types.count)
    for type in types { parameters.element(text: type) }
    encodeEvents(of: commits, count, plan, eventTypes)
  }

  private mutating func encodeEvents(
    of commits: [Commit], _ count: Int, _ plan: AppendPlan, _ eventTypes: [Int32]
  ) {
    parameters.appendArray(of: .int4, count: count)
    var place = 0
    for commit in commits {
      for slice in commit.slices {
        let index = Int32(truncatingIfNeeded: plan.sliceStreams[place] + 1)
        for _ in slice.events { parameters.element(int4: index) }
        place += 1
      }
    }
    parameters.appendArray(of: .int8, count: count)
    for commit in commits {
      for slice in commit.slices {
        for offset in 1...slice.events.count {
          parameters.element(int8: Int64(bitPattern: slice.expected.index) + Int64(offset))
        }
      }
    }
    parameters.appendArray(of: .int4, count: count)
    for (index, commit) in commits.enumerated() {
      for _ in 0..<commit.eventCount {
        parameters.element(int4: Int32(truncatingIfNeeded: index + 1))
      }
    }
    parameters.appendArray(of: .int4, count: count)
    for type in eventTypes { parameters.element(int4: type) }
    parameters.appendArray(of: .bytes, count: count)
    for commit in commits {
      for slice in commit.slices {
        for event in slice.events { parameters.element(bytes: event.payload) }
      }
    }
  }

  static func decode(_ result: borrowing QueryResult) throws(PostgresError) -> Report {
    guard result.rowCount == 1,
      let status = Report.Status(rawValue: try result.int4(row: 0, column: 0)),
      let baseChain = result.bytes(row: 0, column: 2), let chain = result.bytes(row: 0, column: 4)
    else { throw .malformed("append answered something else than one report") }
    return Report(
      status: status,
      base: LogHead(
        next: GlobalPosition(UInt64(bitPattern: try result.int8(row: 0, column: 1))),
        chain: baseChain),
      head: LogHead(
        next: GlobalPosition(UInt64(bitPattern: try result.int8(row: 0, column: 3))),
        chain: chain),
      serverNow: try result.int8(row: 0, column: 5), lastNow: try result.int8(row: 0, column: 6),
      bad: try result.int8Array(row: 0, column: 7).map { Int(truncatingIfNeeded: $0) - 1 },
      detail: try result.int8Array(row: 0, column: 8),
      extra: try result.int8Array(row: 0, column: 9))
  }

  static let statement = Statement(
    "append",
    """
    select status, base_position, base_chain, next_position, chain, server_now, last_now, bad,
      detail, extra
    from windlass_log.append_v2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
      $16, $17, $18, $19, $20)
    """)
}
