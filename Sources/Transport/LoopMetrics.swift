internal import GRPC
internal import Synchronization

/// The figures of one event loop. Only its loop writes, so the lock is free but for the moment of a
/// scrape; nothing is allocated but when a method first ends with some status.
final class LoopMetrics: Sendable {
  /// Powers of about two from 50 µs to 16 s.
  static let bucketNanoseconds: [Int64] = [
    50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000,
    50_000_000, 100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000,
    5_000_000_000, 16_000_000_000,
  ]

  /// One method with one status: calls, nanoseconds, request bytes, reply bytes, then the buckets.
  private static let cellsBefore = 4
  private static let stride = cellsBefore + bucketNanoseconds.count + 1
  private static let codes = RPCCode.allCases.count

  private struct State {
    /// By method (unknown last) and code: where its cells begin, −1 for nowhere yet.
    var places: [Int32]
    var cells: [UInt64] = []
    var connectionsOpen = 0
    var connectionsAccepted: UInt64 = 0
    var connectionsRefused: UInt64 = 0
    var handshakesFailed: UInt64 = 0
    var streamsOpen = 0
  }

  private let methodCount: Int
  private let state: Mutex<State>

  init(methodCount: Int) {
    self.methodCount = methodCount
    state = Mutex(
      State(places: [Int32](repeating: -1, count: (methodCount + 1) * Self.codes)))
  }

  func callEnded(
    method: Int?, code: RPCCode, nanoseconds: Int64, requestBytes: Int, replyBytes: Int
  ) {
    let row = min(method ?? methodCount, methodCount)
    let bounds = Self.bucketNanoseconds
    var bucket = 0
    while bucket < bounds.count, nanoseconds > bounds[bucket] { bucket += 1 }
    state.withLock { state in
      let place = row * Self.codes + Int(code.rawValue)
      if state.places[place] < 0 {
        state.places[place] = Int32(clamping: state.cells.count)
        state.cells.append(contentsOf: [UInt64](repeating: 0, count: Self.stride))
      }
      let start = Int(state.places[place])
      state.cells[start] &+= 1
      state.cells[start + 1] &+= UInt64(clamping: nanoseconds)
      state.cells[start + 2] &+= UInt64(clamping: requestBytes)
      state.cells[start + 3] &+= UInt64(clamping: replyBytes)
      state.cells[start + Self.cellsBefore + bucket] &+= 1
    }
  }

  func connectionOpened() {
    state.withLock { state in
      state.connectionsOpen += 1
      state.connectionsAccepted &+= 1
    }
  }

  func connectionClosed() { state.withLock { $0.connectionsOpen -= 1 } }
  func connectionRefused() { state.withLock { $0.connectionsRefused &+= 1 } }
  func handshakeFailed() { state.withLock { $0.handshakesFailed &+= 1 } }
  func streams(changedBy change: Int) { state.withLock { $0.streamsOpen += change } }

  /// Adds the figures of this loop to a snapshot whose series are by row and code.
  func add(to snapshot: inout TransportSnapshot, _ rows: inout [[TransportSnapshot.Series?]]) {
    let state = state.withLock { $0 }
    snapshot.connectionsOpen += state.connectionsOpen
    snapshot.connectionsAccepted &+= state.connectionsAccepted
    snapshot.connectionsRefused &+= state.connectionsRefused
    snapshot.handshakesFailed &+= state.handshakesFailed
    snapshot.streamsOpen += state.streamsOpen
    for row in 0...methodCount {
      for code in RPCCode.allCases {
        let start = Int(state.places[row * Self.codes + Int(code.rawValue)])
        guard start >= 0 else { continue }
        let cells = state.cells[start..<start + Self.stride]
        let buckets = cells.dropFirst(Self.cellsBefore)
        var series =
          rows[row][Int(code.rawValue)]
          ?? .init(
            method: nil, code: code, calls: 0,
            buckets: [UInt64](repeating: 0, count: buckets.count), totalSeconds: 0,
            requestBytes: 0, replyBytes: 0)
        series.calls &+= cells[start]
        series.totalSeconds += Double(cells[start + 1]) / 1_000_000_000
        series.requestBytes &+= cells[start + 2]
        series.replyBytes &+= cells[start + 3]
        for (index, count) in buckets.enumerated() { series.buckets[index] &+= count }
        rows[row][Int(code.rawValue)] = series
      }
    }
  }
}
