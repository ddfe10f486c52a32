internal import GRPC
internal import HTTP2
internal import NIOCore
internal import NIOPosix

/// The one connection of a client and the calls that wait for it. Confined to its event loop;
/// `start`, `cancel`, `resume` and `shutdown` hop there.
final class ClientCore: @unchecked Sendable {
  private enum State {
    /// No connection; the next call connects.
    case idle
    case connecting
    case ready(ClientChannelHandler)
    /// The last attempt failed; calls wait for the next one.
    case backingOff(lastFailure: String)
    case closed
  }

  let eventLoop: any EventLoop
  private let endpoint: Endpoint
  private let options: GRPCClient.Options
  private var state = State.idle
  private var backoff: Backoff
  private var waiting: [OutgoingCall] = []

  init(endpoint: Endpoint, options: GRPCClient.Options, eventLoop: any EventLoop) {
    self.endpoint = endpoint
    self.options = options
    self.eventLoop = eventLoop
    backoff = Backoff(first: options.backoffMin, longest: options.backoffMax)
  }

  static func now() -> MonotonicTime {
    MonotonicTime(nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds))
  }

  // MARK: From any thread

  func start(_ call: OutgoingCall) { eventLoop.execute { self.submit(call) } }

  func cancel(_ call: OutgoingCall) { eventLoop.execute { call.cancel() } }

  func resume(_ call: OutgoingCall) { eventLoop.execute { call.resume() } }

  func shutdown() async {
    await withCheckedContinuation { continuation in
      eventLoop.execute {
        self.close()
        continuation.resume()
      }
    }
  }

  // MARK: On the loop

  func submit(_ call: OutgoingCall) {
    guard !call.isOver else { return }
    let remaining = call.deadline?.since(Self.now())
    if let remaining, remaining <= .zero {
      call.finish(timedOut(waitingFor: nil))
      return
    }
    switch state {
    case .closed:
      let status = RPCStatus(.cancelled, "the client was shut down")
      call.finish(RPCError(status, wasSent: false))
    case .ready(let handler):
      if handler.isUsable {
        call.connection = handler
        if let id = handler.start(call, timeout: remaining) {
          call.id = id
          return
        }
        call.connection = nil
      }
      state = .idle
      wait(call, remaining)
      connect()
    case .idle:
      wait(call, remaining)
      connect()
    case .connecting, .backingOff: wait(call, remaining)
    }
  }

  func forget(_ call: OutgoingCall) {
    waiting.removeAll { $0 === call }
  }

  private func wait(_ call: OutgoingCall, _ remaining: Duration?) {
    waiting.append(call)
    guard let remaining else { return }
    eventLoop.scheduleTask(in: .nanoseconds(remaining.clampedNanoseconds)) {
      guard call.connection == nil, !call.isOver, self.waiting.contains(where: { $0 === call })
      else { return }
      var failure: String?
      if case .backingOff(let last) = self.state { failure = last }
      call.finish(self.timedOut(waitingFor: failure))
    }
  }

  private func timedOut(waitingFor failure: String?) -> RPCError {
    let text = failure ?? "no connection to \(endpoint.description) within the call's timeout"
    return RPCError(RPCStatus(.unavailable, text), wasSent: false)
  }

  private func connect() {
    state = .connecting
    var limits = HTTP2Limits()
    limits.keepaliveInterval = options.keepaliveInterval
    limits.silenceMax = options.silenceMax
    limits.streamWindowBytes = 256 << 10
    let connection = ClientConnection(
      http2: limits, replyBytesMax: options.replyBytesMax, authority: endpoint.description,
      userAgent: options.userAgent, loop: NIOConnectionLoop(eventLoop: eventLoop))
    let handler = ClientChannelHandler(
      connection: connection, endpoint: endpoint.description, allocator: ByteBufferAllocator()
    ) { [weak self] _ in self?.connectionClosed() }
    let bound = NIOLoopBound(handler, eventLoop: eventLoop)
    ClientBootstrap(group: eventLoop)
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .connectTimeout(.nanoseconds(options.connectTimeout.clampedNanoseconds))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(bound.value)
        }
      }
      .connect(host: endpoint.host, port: endpoint.port)
      .hop(to: eventLoop)
      .whenComplete { result in
        switch result {
        case .success: self.connected(bound.value)
        case .failure(let error): self.connectFailed(error)
        }
      }
  }

  private func connected(_ handler: ClientChannelHandler) {
    guard case .connecting = state else {
      handler.close()
      return
    }
    state = .ready(handler)
    backoff.reset()
    let calls = waiting
    waiting = []
    for call in calls { submit(call) }
  }

  private func connectFailed(_ error: any Error) {
    guard case .connecting = state else { return }
    let reason = "cannot connect to \(endpoint.description): \(Self.describe(error))"
    state = .backingOff(lastFailure: reason)
    let calls = waiting
    waiting = []
    for call in calls { call.finish(RPCError(RPCStatus(.unavailable, reason), wasSent: false)) }
    pause()
  }

  private func pause() {
    let milliseconds = backoff.pause(spread: Double.random(in: 0...1))
    eventLoop.scheduleTask(in: .milliseconds(milliseconds)) {
      guard case .backingOff = self.state else { return }
      self.state = .idle
      if !self.waiting.isEmpty { self.connect() }
    }
  }

  private func connectionClosed() {
    if case .ready(let handler) = state, !handler.isUsable { state = .idle }
    if case .idle = state, !waiting.isEmpty { connect() }
  }

  private func close() {
    if case .ready(let handler) = state { handler.close() }
    state = .closed
    let calls = waiting
    waiting = []
    let status = RPCStatus(.cancelled, "the client was shut down")
    for call in calls { call.finish(RPCError(status, wasSent: false)) }
  }

  /// The first thing a person needs to know, instead of a nested description.
  private static func describe(_ error: any Error) -> String {
    guard let error = error as? NIOConnectionError else {
      if let timeout = error as? ChannelError, case .connectTimeout = timeout {
        return "no answer within the connect timeout"
      }
      return "\(error)"
    }
    if let first = error.connectionErrors.first { return "\(first.error)" }
    if let lookup = error.dnsAError ?? error.dnsAAAAError { return "\(lookup)" }
    return "\(error)"
  }
}
