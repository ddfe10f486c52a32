internal import HTTP2
internal import Synchronization

/// Orders from other threads to one connection; many in a burst cost one hop to its loop.
final class LoopInbox: Sendable {
  enum Order: Sendable {
    case reply(ServerCallCore, Result<[UInt8], RPCStatus>, compressed: Bool)
    case metadata(ServerCallCore, [HeaderField], isTrailing: Bool)
    case produce(ServerCallCore, @Sendable () -> StreamStep)
    case wake(ServerCallCore)
    case send(ServerCallCore, [UInt8], compressed: Bool)
    case end(ServerCallCore, RPCStatus)

    var core: ServerCallCore {
      switch self {
      case .reply(let core, _, _), .metadata(let core, _, _),
        .produce(let core, _), .wake(let core), .send(let core, _, _), .end(let core, _):
        core
      }
    }
  }

  let loop: any ConnectionLoop
  private let orders = Mutex<[Order]>([])
  /// Calls whose stream is gone while their handler still holds them: running work nobody waits
  /// for, which a client must not be able to pile up by resetting streams.
  let orphans = Atomic<Int>(0)

  init(loop: any ConnectionLoop) {
    self.loop = loop
  }

  /// Carries the order out now when on the loop, else soon.
  func post(_ order: Order) {
    if loop.isCurrent {
      guard let calls = order.core.calls else { return }
      if !calls.isBusy { calls.now = loop.now() }
      calls.perform(order)
      calls.flush()
      return
    }
    let isFirst = orders.withLock { orders in
      orders.append(order)
      return orders.count == 1
    }
    if isFirst { loop.execute { self.drain() } }
  }

  private func drain() {
    let batch = orders.withLock { orders in
      let batch = orders
      orders = []
      return batch
    }
    var flushed: ServerCalls?
    for order in batch {
      guard let calls = order.core.calls else { continue }
      if flushed == nil { calls.now = loop.now() }
      calls.perform(order)
      flushed = calls
    }
    flushed?.flush()
  }
}
