internal import HTTP2
internal import Synchronization

/// The calls of one server connection: what the HTTP/2 streams mean in gRPC.
final class ServerCalls: HTTP2SessionDelegate {
  static let okHeaders = StaticHeaders([
    (":status", "200"), ("content-type", "application/grpc"),
  ])
  static let okTrailers = StaticHeaders([("grpc-status", "0")])
  static let okFields = [
    HeaderField(":status", "200"), HeaderField("content-type", "application/grpc"),
  ]

  let session: HTTP2Session
  let methods: MethodTable
  let limits: GRPCLimits
  let streamsMax: Int
  let headerListBytesMax: Int
  let inbox: LoopInbox
  let peer: String
  let peerCertificates: [[UInt8]]
  let observer: (any CallObserver)?
  let unaryDeadlineMax: Int64
  let requestTimeout: Int64
  let sendStallTimeout: Int64

  var slots: [ServerCallCore?] = []
  var freeSlots: [Int] = []
  var pool: [ServerCallCore] = []
  private(set) var bufferedBytes = 0
  private let budget: RequestBudget
  /// Bytes of replies that are finished and not sent.
  var queuedReplyBytes = 0
  /// Calls that go on when the client has read some of those, in order.
  var waiting: [ServerCallCore] = []
  var earliestDeadline = MonotonicTime.distantFuture
  var earliestStall = MonotonicTime.distantFuture
  var now: MonotonicTime
  /// Inside a call into the session: what is submitted goes out when it returns.
  var isBusy = false
  var outputReady: (() -> Void)?

  init(
    methods: MethodTable, http2: HTTP2Limits, limits: GRPCLimits, peer: String,
    peerCertificates: [[UInt8]], loop: any ConnectionLoop, ageSpread: Double,
    budget: RequestBudget?, observer: (any CallObserver)?
  ) {
    now = loop.now()
    session = HTTP2Session(role: .server, limits: http2, at: now, ageSpread: ageSpread)
    self.methods = methods
    self.limits = limits
    streamsMax = http2.concurrentStreamsMax
    headerListBytesMax = http2.headerListBytesMax
    inbox = LoopInbox(loop: loop)
    self.peer = peer
    self.peerCertificates = peerCertificates
    self.observer = observer
    self.budget = budget ?? RequestBudget(bytesMax: limits.serverBufferedRequestBytesMax)
    unaryDeadlineMax = limits.unaryDeadlineMax.clampedNanoseconds
    requestTimeout = limits.requestTimeout.clampedNanoseconds
    sendStallTimeout = limits.sendStallTimeout.clampedNanoseconds
  }

  deinit { budget.give(bufferedBytes) }

  func flush() {
    if !isBusy { outputReady?() }
  }

  /// Counts request bytes that wait, and says whose limit they are over.
  func buffer(_ bytes: Int) -> String? {
    bufferedBytes += bytes
    guard budget.take(bytes) else { return "too many request bytes waiting on this server" }
    guard bufferedBytes <= limits.bufferedRequestBytesMax else {
      return "too many request bytes waiting on this connection"
    }
    return nil
  }

  /// Counts request bytes that wait no longer.
  func unbuffer(_ bytes: Int) {
    bufferedBytes -= bytes
    budget.give(bytes)
  }

  // MARK: The life of calls

  func streamOpened(_ stream: Int32) -> Int? {
    let orphans = inbox.orphans.load(ordering: .relaxed)
    guard session.openStreams + orphans <= streamsMax * 2 else { return nil }
    let core =
      pool.popLast()
      ?? ServerCallCore(
        inbox: inbox, peer: peer, peerCertificates: peerCertificates)
    core.calls = self
    core.stream = stream
    core.startedAt = now
    if let slot = freeSlots.popLast() {
      core.slot = slot
      slots[slot] = core
    } else {
      core.slot = slots.count
      slots.append(core)
    }
    return core.slot
  }

  func streamClosed(_ slot: Int, _ code: HTTP2ErrorCode) {
    var core = slots[slot]
    slots[slot] = nil
    freeSlots.append(slot)
    if let core { closed(core) }
    if isKnownUniquelyReferenced(&core) {
      guard pool.count < streamsMax else { return }
      core?.reset()
      if let core { pool.append(core) }
    } else if let core, !core.isAnswered {
      core.becomeOrphan()
    }
  }

  func closed(_ core: ServerCallCore) {
    if !core.isAnswered || core.statusSent == nil { core.cancel() }
    session.consumeConnection(bytes: core.unconsumed)
    core.unconsumed = 0
    unbuffer(core.reader.pending)
    core.reader.removeAll()
    release(core, core.queuedBytes)
    if core.isWaiting { waiting.removeAll { $0 === core } }
    core.calls = nil
    core.source = .none
    core.handlers = nil
    guard let observer else { return }
    observer.callEnded(
      FinishedCall(
        method: core.isAccepted ? core.methodIndex : nil, code: core.statusSent ?? .cancelled,
        nanoseconds: now.nanosecondsSince(core.startedAt), requestBytes: core.requestBytes,
        replyBytes: core.replyBytes, metadata: core.metadata))
  }

  func goAwayReceived(_ code: HTTP2ErrorCode, debug: Span<UInt8>) {}

  /// The connection is gone: every call is cancelled.
  func connectionLost() {
    outputReady = nil
    for slot in slots.indices where slots[slot] != nil { streamClosed(slot, .cancel) }
    pool = []
  }

  /// Ends every streaming call: in a drain nothing else would.
  func endStreams() {
    for core in slots {
      guard let core, core.isAccepted, !core.isAnswered else { continue }
      switch methods[core.methodIndex].handler {
      case .unary: continue
      case .serverStreaming, .bidirectional: break
      }
      // Its request has not all arrived: it is refused when the handler would start.
      if case .none = core.source, !core.ignoresInput { continue }
      core.cancel()
      refuse(core, RPCStatus(.unavailable, "server is going away; call again"))
    }
  }

  // MARK: Deadlines

  var nextTimer: MonotonicTime { min(session.nextTimer, earliestDeadline, earliestStall) }

  func setDeadline(_ core: ServerCallCore, _ nanoseconds: Int64) {
    core.deadline = now.advanced(byNanoseconds: nanoseconds)
    if core.deadline < earliestDeadline { earliestDeadline = core.deadline }
  }

  /// Most calls end long before their deadline, so nothing is kept in order: when the earliest one
  /// ever set comes, the open calls are looked through.
  func expireCalls(at now: MonotonicTime) {
    if earliestDeadline <= now {
      earliestDeadline = .distantFuture
      for core in slots {
        guard let core, !core.isAnswered else { continue }
        if core.deadline <= now {
          expire(core)
        } else if core.deadline < earliestDeadline {
          earliestDeadline = core.deadline
        }
      }
    }
    if earliestStall <= now {
      earliestStall = .distantFuture
      for core in slots {
        guard let core, core.stalledSince < .distantFuture else { continue }
        let end = core.stalledSince.advanced(byNanoseconds: sendStallTimeout)
        if end <= now { abandon(core) } else { earliestStall = min(earliestStall, end) }
      }
    }
  }

  func expire(_ core: ServerCallCore) {
    guard core.plain == nil else {
      answerPlain(core)
      return
    }
    core.cancel()
    refuse(core, RPCStatus(.deadlineExceeded, "deadline exceeded"))
  }

  /// The client takes nothing: no status would reach it either.
  func abandon(_ core: ServerCallCore) {
    core.cancel()
    core.stalledSince = .distantFuture
    core.isAnswered = true
    core.statusSent = .cancelled
    session.reset(core.stream, .cancel)
  }
}
