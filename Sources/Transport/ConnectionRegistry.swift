internal import NIOCore
internal import Synchronization

/// The open connections of a server: counts them, and reaches them all when it drains.
final class ConnectionRegistry: Sendable {
  private struct State {
    var open: [ObjectIdentifier: Entry] = [:]
    var drainGrace: Duration?
  }

  private struct Entry {
    var channel: any Channel
    var handler: NIOLoopBound<ServerChannelHandler>
  }

  private let connectionsMax: Int
  private let state = Mutex(State())

  init(connectionsMax: Int) {
    self.connectionsMax = connectionsMax
  }

  var count: Int { state.withLock { $0.open.count } }

  /// False when there are too many connections. On the channel's event loop.
  func add(_ channel: any Channel, _ handler: ServerChannelHandler) -> Bool {
    let entry = Entry(
      channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
    let (isAdded, grace) = state.withLock { state -> (Bool, Duration?) in
      guard state.open.count < connectionsMax else { return (false, nil) }
      state.open[ObjectIdentifier(channel)] = entry
      return (true, state.drainGrace)
    }
    guard isAdded else { return false }
    channel.closeFuture.whenComplete { _ in
      self.state.withLock { _ = $0.open.removeValue(forKey: ObjectIdentifier(channel)) }
    }
    // Accepted in the moment the server began to drain.
    if let grace { handler.drain(grace: grace) }
    return true
  }

  /// Drains every connection, present and future; returns once all are closed.
  func drain(grace: Duration, on eventLoop: any EventLoop) async {
    let entries = state.withLock { state in
      state.drainGrace = grace
      return Array(state.open.values)
    }
    for entry in entries {
      entry.channel.eventLoop.execute { entry.handler.value.drain(grace: grace) }
    }
    let closed = entries.map(\.channel.closeFuture)
    // A close future only fails for a channel that was never open; there is nothing to wait for.
    await withCheckedContinuation { continuation in
      EventLoopFuture.andAllComplete(closed, on: eventLoop).whenComplete { _ in
        continuation.resume()
      }
    }
  }
}
