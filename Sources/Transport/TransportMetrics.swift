internal import GRPC
internal import Synchronization

/// The figures of one server: counted per event loop, merged when asked for.
final class TransportMetrics: Sendable {
  private struct Certificates {
    var reloads: UInt64 = 0
    var refused: UInt64 = 0
  }

  private let paths: [String]
  private let loops: Mutex<[ObjectIdentifier: LoopMetrics]> = Mutex([:])
  private let certificates = Mutex(Certificates())

  init(methods: MethodTable) {
    paths = methods.allPaths
  }

  /// The figures of one loop, made when it first asks. Ask once per connection, not per call.
  func loop(_ id: ObjectIdentifier) -> LoopMetrics {
    loops.withLock { loops in
      if let metrics = loops[id] { return metrics }
      let metrics = LoopMetrics(methodCount: paths.count)
      loops[id] = metrics
      return metrics
    }
  }

  func certificatesReloaded() { certificates.withLock { $0.reloads &+= 1 } }
  func certificatesRefused() { certificates.withLock { $0.refused &+= 1 } }

  func snapshot() -> TransportSnapshot {
    var snapshot = TransportSnapshot()
    let codes = RPCCode.allCases.count
    var rows = [[TransportSnapshot.Series?]](
      repeating: [TransportSnapshot.Series?](repeating: nil, count: codes),
      count: paths.count + 1)
    let loops = loops.withLock { Array($0.values) }
    for loop in loops { loop.add(to: &snapshot, &rows) }
    for (index, row) in rows.enumerated() {
      for var series in row.compactMap({ $0 }) {
        series.method = index < paths.count ? paths[index] : nil
        snapshot.series.append(series)
      }
    }
    let certificates = certificates.withLock { $0 }
    snapshot.certificateReloads = certificates.reloads
    snapshot.certificateReloadsRefused = certificates.refused
    return snapshot
  }
}
