internal import HTTP2
internal import Synchronization

/// The calls of one server connection: what the HTTP/2 streams mean in gRPC.
final class ServerCalls: HTTP2SessionDelegate {
  private static let okHeaders = StaticHeaders([
    (":status", "200"), ("content-type", "application/grpc"),
  ])
  private static let okTrailers = StaticHeaders([("grpc-status", "0")])
  private static let okFields = [
    HeaderField(":status", "200"), HeaderField("content-type", "application/grpc"),
  ]

  let session: HTTP2Session
  private let methods: MethodTable
  private let limits: GRPCLimits
  private let streamsMax: Int
  private let headerListBytesMax: Int
  private let inbox: LoopInbox
  private let peer: String
  private let peerCertificates: [[UInt8]]
  private let observer: (any CallObserver)?
  private let unaryDeadlineMax: Int64
  private let requestTimeout: Int64
  private let sendStallTimeout: Int64

  private var slots: [ServerCallCore?] = []
  private var freeSlots: [Int] = []
  private var pool: [ServerCallCore] = []
  private var bufferedBytes = 0
  /// Bytes of replies that are finished and not sent.
  private var queuedReplyBytes = 0
  /// Calls that go on when the client has read some of those, in order.
  private var waiting: [ServerCallCore] = []
  private var earliestDeadline = MonotonicTime.distantFuture
  private var earliestStall = MonotonicTime.distantFuture
  var now: MonotonicTime
  /// Inside a call into the session: what is submitted goes out when it returns.
  var isBusy = false
  var outputReady: (() -> Void)?

  init(
    methods: MethodTable, http2: HTTP2Limits, limits: GRPCLimits, peer: String,
    peerCertificates: [[UInt8]], loop: any ConnectionLoop, ageSpread: Double,
    observer: (any CallObserver)?
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
    unaryDeadlineMax = limits.unaryDeadlineMax.clampedNanoseconds
    requestTimeout = limits.requestTimeout.clampedNanoseconds
    sendStallTimeout = limits.sendStallTimeout.clampedNanoseconds
  }

  func flush() {
    if !isBusy { outputReady?() }
  }

  // MARK: Requests

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

  func headers(_ slot: Int, _ block: HeaderBlock, isTrailers: Bool, overLimit: Bool) {
    guard let core = slots[slot], !isTrailers, !core.isAnswered else { return }
    var head = RequestHead()
    var metadata = RequestMetadata()
    swap(&metadata, &core.metadata)  // Its memory is used again.
    let methods = methods
    block.visit { name, value in
      head.read(name: name, value: value, methods: methods, metadata: &metadata)
    }
    swap(&metadata, &core.metadata)
    core.head = head
    guard head.isPost || overLimit else {
      prepare(core, .methodNotAllowed(isHead: head.isHead))
      return
    }
    guard head.contentType == .grpc else {
      prepare(
        core,
        overLimit ? .headerListTooLarge(bytesMax: headerListBytesMax) : .unsupportedMediaType)
      return
    }
    guard !overLimit else {
      refuse(core, .resourceExhausted, "header list over \(headerListBytesMax) bytes")
      return
    }
    guard head.hasTrailersToken || !limits.requiresTrailers else {
      refuse(core, .internal, "te: trailers is missing; a proxy on the way may have dropped it")
      return
    }
    guard let method = head.method else {
      refuse(core, .unimplemented, "unknown method")
      return
    }
    guard !head.hasBadTimeout else {
      refuse(core, .internal, "grpc-timeout: not one to eight digits and a unit")
      return
    }
    guard head.encoding != .unknown else {
      refuse(
        core, .unimplemented, "grpc-encoding: only identity and gzip are supported",
        extra: [HeaderField("grpc-accept-encoding", "identity,gzip")])
      return
    }
    core.methodIndex = method
    core.isAccepted = true
    let definition = methods[method]
    core.path = definition.path
    core.requestBytesMax = definition.requestBytesMax
    if head.acceptsGzip { core.replyCompression = definition.replyCompression }
    switch definition.handler {
    case .unary:
      setDeadline(core, min(head.timeout ?? unaryDeadlineMax, unaryDeadlineMax))
    case .serverStreaming:
      // Until the request is complete; then the client's alone.
      setDeadline(core, min(head.timeout ?? requestTimeout, requestTimeout))
    case .bidirectional(let open):
      if let timeout = head.timeout { setDeadline(core, timeout) }
      guard acceptsStreaming(core) else { return }
      core.source = .queue
      core.handlers = open(ServerDialogue(core: core))
    }
  }

  func data(_ slot: Int, _ bytes: Span<UInt8>) {
    guard let core = slots[slot] else { return }
    guard !core.isAnswered else {
      // The stream's window stays shut: there is no use in sending more.
      session.consumeConnection(bytes: bytes.count)
      return
    }
    guard core.isAccepted, !core.ignoresInput else {
      session.consume(core.stream, bytes: bytes.count)
      return
    }
    bufferedBytes += bytes.count
    core.requestBytes += bytes.count
    core.reader.append(bytes)
    core.unconsumed += bytes.count
    guard bufferedBytes <= limits.bufferedRequestBytesMax else {
      refuse(core, .resourceExhausted, "too many request bytes waiting on this connection")
      return
    }
    if core.handlers != nil {
      deliver(core)
      return
    }
    consume(core)
    checkSingle(core)
  }

  func inboundEnded(_ slot: Int) {
    guard let core = slots[slot] else { return }
    core.inboundEnded = true
    if core.plain != nil, !core.isAnswered { answerPlain(core) }
    guard core.isAccepted, !core.ignoresInput, !core.isAnswered else { return }
    guard core.handlers == nil else {
      deliver(core)
      return
    }
    switch core.reader.peek(bytesMax: core.requestBytesMax) {
    case .message(let range, let compressed):
      core.ignoresInput = true
      guard queuedReplyBytes <= limits.queuedReplyBytesMax else {
        wait(core)
        return
      }
      run(methods[core.methodIndex], core, range, compressed)
    case .incomplete where core.reader.pending == 0:
      refuse(core, .unimplemented, "no request message; the method takes one")
    case .incomplete: refuse(core, .internal, "request message is cut off")
    case .tooLarge, .badFlag: checkSingle(core)
    }
  }

  /// Refuses what a method with one request cannot take, as early as the bytes show it.
  private func checkSingle(_ core: ServerCallCore) {
    switch core.reader.peek(bytesMax: core.requestBytesMax) {
    case .incomplete: break
    case .message(let range, _):
      if range.upperBound < core.reader.bytes.count {
        refuse(core, .unimplemented, "more than one request message; the method takes one")
      }
    case .tooLarge(let length): refuseTooLarge(core, length)
    case .badFlag(let flag): refuse(core, .internal, "message flag byte is \(flag), not 0 or 1")
    }
  }

  private func run(
    _ method: MethodDefinition, _ core: ServerCallCore, _ range: Range<Int>, _ compressed: Bool
  ) {
    // Taken out of the call while the handler looks at it: the handler may answer inside.
    var reader = MessageReader()
    swap(&reader, &core.reader)
    core.requestIsCompressed = compressed
    if !compressed {
      call(method, core, reader.bytes.span.extracting(range))
    } else if let message = decompressed(core, reader, range) {
      call(method, core, message.span)
    }
    bufferedBytes -= reader.pending
    reader.removeAll()
    swap(&reader, &core.reader)
  }

  private func call(_ method: MethodDefinition, _ core: ServerCallCore, _ request: Span<UInt8>) {
    switch method.handler {
    case .unary(let handler): handler(request, ServerCall(core: core))
    case .serverStreaming(let handler):
      guard acceptsStreaming(core) else { return }
      core.deadline =
        core.head.timeout.map { core.startedAt.advanced(byNanoseconds: $0) } ?? .distantFuture
      earliestDeadline = min(earliestDeadline, core.deadline)
      handler(request, ServerStream(core: core))
    case .bidirectional: core.handlers?.message(request, core.requestIsCompressed)
    }
  }

  /// The message's content, or `nil` after refusing the call.
  private func decompressed(
    _ core: ServerCallCore, _ reader: MessageReader, _ range: Range<Int>
  ) -> [UInt8]? {
    guard core.head.encoding == .gzip else {
      refuse(core, .internal, "message is flagged as compressed, but grpc-encoding is not given")
      return nil
    }
    let bytesMax = core.requestBytesMax
    do {
      return try Gzip.decompress(reader.bytes.span.extracting(range), bytesMax: bytesMax)
    } catch {
      switch error {
      case .malformed: refuse(core, .internal, "request message is not valid gzip")
      case .overBudget:
        refuse(core, .resourceExhausted, "request message decompresses to over \(bytesMax) bytes")
      }
      return nil
    }
  }

  /// Hands a dialogue its requests while the client takes the answers.
  private func deliver(_ core: ServerCallCore) {
    while !core.isAnswered, core.finalStatus == nil {
      guard core.queue.count - core.queueStart < limits.dialogueQueueMax else { return }
      guard queuedReplyBytes <= limits.queuedReplyBytesMax else {
        wait(core)
        return
      }
      switch core.reader.peek(bytesMax: core.requestBytesMax) {
      case .message(let range, let compressed):
        let reader = core.reader
        core.reader.take(through: range.upperBound)
        bufferedBytes -= range.count + 5
        core.requestIsCompressed = compressed
        if compressed {
          guard let message = decompressed(core, reader, range) else { return }
          core.handlers?.message(message.span, true)
        } else {
          core.handlers?.message(reader.bytes.span.extracting(range), false)
        }
      case .incomplete:
        consume(core)
        guard core.inboundEnded, !core.halfCloseDelivered else { return }
        guard core.reader.pending == 0 else {
          refuse(core, .internal, "request message is cut off")
          return
        }
        core.halfCloseDelivered = true
        core.handlers?.halfClose()
        return
      case .tooLarge(let length):
        refuseTooLarge(core, length)
        return
      case .badFlag(let flag):
        refuse(core, .internal, "message flag byte is \(flag), not 0 or 1")
        return
      }
    }
  }

  /// Puts a call in line until the client has read some of what is finished.
  private func wait(_ core: ServerCallCore) {
    guard !core.isWaiting else { return }
    core.isWaiting = true
    waiting.append(core)
  }

  /// Lets calls go on that waited for the client to read. True when one did.
  func runWaiting() -> Bool {
    guard !waiting.isEmpty, queuedReplyBytes <= limits.queuedReplyBytesMax else { return false }
    let calls = waiting
    waiting = []
    for core in calls {
      core.isWaiting = false
      guard core.handlers == nil else {
        deliver(core)
        continue
      }
      guard !core.isAnswered else { continue }
      guard queuedReplyBytes <= limits.queuedReplyBytesMax else {
        wait(core)
        continue
      }
      if case .message(let range, let compressed) = core.reader.peek(bytesMax: core.requestBytesMax)
      {
        run(methods[core.methodIndex], core, range, compressed)
      }
    }
    return true
  }

  private func consume(_ core: ServerCallCore) {
    session.consume(core.stream, bytes: core.unconsumed)
    core.unconsumed = 0
  }

  private func acceptsStreaming(_ core: ServerCallCore) -> Bool {
    guard session.isDraining else { return true }
    refuse(core, .unavailable, "server is going away; call again")
    return false
  }

  // MARK: Answers

  func perform(_ order: LoopInbox.Order) {
    switch order {
    case .reply(let core, .success(let message), let compressed):
      guard !core.isAnswered, case .none = core.source else { return }
      core.source = .single
      core.message = outgoing(core, message, compressed)
      core.offset = -5
      core.isAnswered = true
      core.over()
      hold(core, core.message.bytes.count)
      submitHeaders(core)
    case .metadata(let core, let fields, let isTrailing):
      if isTrailing { core.trailers = fields } else { core.headers = fields }
    case .reply(let core, .failure(let status), _):
      guard !core.isAnswered, case .none = core.source else { return }
      core.over()
      refuse(
        core,
        status.code == .ok ? RPCStatus(.unknown, "the method ended without a reply") : status)
    case .produce(let core, let next):
      guard !core.isAnswered, case .none = core.source else { return }
      core.source = .pull(next)
      submitHeaders(core)
    case .wake(let core):
      core.wakeSeen()
      core.wasWoken = true
      resume(core)
    case .send(let core, let message, let compressed):
      guard !core.isAnswered, core.finalStatus == nil, case .queue = core.source else { return }
      let message = outgoing(core, message, compressed)
      core.queue.append(message)
      hold(core, message.bytes.count)
      if core.hasHeaders { resume(core) } else { submitHeaders(core) }
    case .end(let core, let status):
      guard !core.isAnswered, core.finalStatus == nil, case .queue = core.source else { return }
      core.over()
      core.ignoresInput = true
      guard core.hasHeaders || status.code == .ok else {
        refuse(core, status)
        return
      }
      core.finalStatus = status
      if core.hasHeaders { resume(core) } else { submitHeaders(core) }
    }
  }

  private func submitHeaders(_ core: ServerCallCore) {
    core.hasHeaders = true
    wantsOutput(core)
    var compresses = core.replyCompression != nil
    if case .single = core.source { compresses = core.message.isCompressed }
    guard compresses || !core.headers.isEmpty else {
      session.submitResponse(
        core.stream, slot: core.slot, headers: Self.okHeaders, hasBody: true)
      return
    }
    var fields = Self.okFields
    if compresses { fields.append(HeaderField("grpc-encoding", "gzip")) }
    session.submitResponse(
      core.stream, slot: core.slot, headers: fields + core.headers, hasBody: true)
  }

  private func resume(_ core: ServerCallCore) {
    wantsOutput(core)
    session.resume(core.stream)
  }

  /// From here on the client has to take something within a time.
  private func wantsOutput(_ core: ServerCallCore) {
    guard core.stalledSince == .distantFuture else { return }
    core.stalledSince = now
    guard earliestStall == .distantFuture else { return }
    earliestStall = now.advanced(byNanoseconds: sendStallTimeout)
  }

  private func outgoing(
    _ core: ServerCallCore, _ message: [UInt8], _ isAsked: Bool
  ) -> ReplyMessage {
    guard let compression = core.replyCompression,
      message.count <= limits.compressedReplyBytesMax,
      compression.applies(to: message.count, isAsked: isAsked),
      let compressed = Gzip.compress(message, mustShrink: !isAsked)
    else { return ReplyMessage(bytes: message) }
    return ReplyMessage(bytes: compressed, isCompressed: true)
  }

  private func hold(_ core: ServerCallCore, _ bytes: Int) {
    core.queuedBytes += bytes
    queuedReplyBytes += bytes
  }

  private func release(_ core: ServerCallCore, _ bytes: Int) {
    core.queuedBytes -= bytes
    queuedReplyBytes -= bytes
  }

  private func refuse(
    _ core: ServerCallCore, _ code: RPCCode, _ message: String, extra: [HeaderField] = []
  ) {
    core.cancel()
    refuse(core, RPCStatus(code, message), extra: extra)
  }

  private func refuseTooLarge(_ core: ServerCallCore, _ length: Int) {
    refuse(
      core, .resourceExhausted,
      "request message of \(length) bytes; at most \(core.requestBytesMax)")
  }

  /// Ends a call that has sent no headers with headers alone (Trailers-Only), else with trailers.
  private func refuse(_ core: ServerCallCore, _ status: RPCStatus, extra: [HeaderField] = []) {
    guard !core.isAnswered else { return }
    dropInput(core)
    guard !core.hasHeaders else {
      finish(core, with: status)
      return
    }
    guard core.headers.isEmpty else {
      core.source = .statusOnly
      core.finalStatus = status
      submitHeaders(core)
      return
    }
    core.isAnswered = true
    core.statusSent = status.code
    session.submitResponse(
      core.stream, slot: core.slot,
      headers: Self.okFields + Self.fields(status) + extra + core.trailers, hasBody: false)
  }

  /// The answer waits for the end of the request: some clients only then look for one.
  private func prepare(_ core: ServerCallCore, _ answer: PlainAnswer) {
    core.plain = answer
    setDeadline(core, requestTimeout)
  }

  private func answerPlain(_ core: ServerCallCore) {
    guard let plain = core.plain else { return }
    core.isAnswered = true
    core.offset = 0
    if !plain.isHead { wantsOutput(core) }
    session.submitResponse(
      core.stream, slot: core.slot, headers: plain.headers, hasBody: !plain.isHead)
  }

  /// Ends a running stream with a status; resets it when flow control would hold the status back.
  private func finish(_ core: ServerCallCore, with status: RPCStatus) {
    core.finalStatus = status
    core.queue = []
    core.queueStart = 0
    release(core, core.queuedBytes)
    if core.offset != nil || !session.canSend(core.stream) {
      core.isAnswered = true
      core.statusSent = status.code
      session.reset(core.stream, .cancel)
    } else {
      resume(core)
    }
  }

  private func dropInput(_ core: ServerCallCore) {
    core.ignoresInput = true
    bufferedBytes -= core.reader.pending
    core.reader.removeAll()
    consume(core)
  }

  static func fields(_ status: RPCStatus) -> [HeaderField] {
    var fields = [HeaderField("grpc-status", "\(status.code.rawValue)")]
    if !status.message.isEmpty {
      fields.append(
        HeaderField("grpc-message", bytes: PercentEncoding.encode(status.message)))
    }
    // Trailers that a client must refuse would take the status with them.
    if !status.details.isEmpty, status.details.count <= StatusDetails.bytesMax {
      fields.append(
        HeaderField("grpc-status-details-bin", bytes: Base64.encode(status.details)))
    }
    return fields
  }

  func produce(_ slot: Int, into writer: inout OutputWriter) -> ProduceStep {
    guard let core = slots[slot] else { return .reset }
    let step = produce(core, into: &writer)
    switch step {
    case .more: core.stalledSince = now
    case .later, .end, .endBeforeTrailers, .reset: core.stalledSince = .distantFuture
    }
    return step
  }

  private func produce(_ core: ServerCallCore, into writer: inout OutputWriter) -> ProduceStep {
    if let plain = core.plain {
      let start = core.offset ?? 0
      core.offset = start + writer.write(plain.text, from: start)
      return core.offset == plain.text.count ? .end : .more
    }
    while true {
      if core.offset != nil {
        guard writeMessage(core, into: &writer) else { return .more }
        if case .single = core.source {
          guard core.trailers.isEmpty else { return trailers(core, .ok) }
          core.statusSent = .ok
          session.submitTrailers(core.stream, Self.okTrailers)
          return .endBeforeTrailers
        }
      }
      if core.queueStart < core.queue.count {
        begin(core, core.queue[core.queueStart])
        core.queue[core.queueStart].bytes = []
        core.queueStart += 1
        continue
      }
      if core.queueStart > 0 {
        core.queue.removeAll(keepingCapacity: true)
        core.queueStart = 0
      }
      if let status = core.finalStatus { return trailers(core, status) }
      guard case .pull(let next) = core.source else {
        // A dialogue whose answers were all taken may have requests waiting.
        guard core.handlers != nil, core.unconsumed > 0 || core.inboundEnded else { return .later }
        deliver(core)
        guard core.queue.isEmpty, core.finalStatus == nil else { continue }
        return .later
      }
      guard writer.free > 5 else { return .more }
      core.wasWoken = false
      switch next() {
      case .message(let message): begin(core, outgoing(core, message, false))
      case .compressed(let message): begin(core, outgoing(core, message, true))
      case .idle:
        if let status = core.finalStatus { return trailers(core, status) }
        guard core.wasWoken else { return .later }
      case .end(let status): return trailers(core, status)
      }
    }
  }

  private func begin(_ core: ServerCallCore, _ message: ReplyMessage) {
    core.message = message
    core.offset = -5
  }

  /// Writes what fits of the current message; true when it is complete.
  private func writeMessage(_ core: ServerCallCore, into writer: inout OutputWriter) -> Bool {
    var offset = core.offset ?? 0
    let length = UInt32(clamping: core.message.bytes.count)
    let flag: UInt8 = core.message.isCompressed ? 1 : 0
    while offset < 0 {
      let byte =
        offset == -5 ? flag : UInt8(truncatingIfNeeded: length >> UInt32((-1 - offset) * 8))
      guard writer.write(byte) else {
        core.offset = offset
        return false
      }
      offset += 1
    }
    offset += writer.write(core.message.bytes, from: offset)
    guard offset == core.message.bytes.count else {
      core.offset = offset
      return false
    }
    core.replyBytes += offset + 5
    // Pulled messages are not counted; of the others, no more than is.
    release(core, min(core.message.bytes.count, core.queuedBytes))
    core.offset = nil
    core.message.bytes = []
    return true
  }

  private func trailers(_ core: ServerCallCore, _ status: RPCStatus) -> ProduceStep {
    core.isAnswered = true
    core.statusSent = status.code
    core.over()
    if status == .ok, core.trailers.isEmpty {
      session.submitTrailers(core.stream, Self.okTrailers)
    } else {
      session.submitTrailers(core.stream, Self.fields(status) + core.trailers)
    }
    return .endBeforeTrailers
  }

  // MARK: The end of calls

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

  private func closed(_ core: ServerCallCore) {
    if !core.isAnswered || core.statusSent == nil { core.cancel() }
    session.consumeConnection(bytes: core.unconsumed)
    core.unconsumed = 0
    bufferedBytes -= core.reader.pending
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

  private func setDeadline(_ core: ServerCallCore, _ nanoseconds: Int64) {
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

  private func expire(_ core: ServerCallCore) {
    guard core.plain == nil else {
      answerPlain(core)
      return
    }
    core.cancel()
    refuse(core, RPCStatus(.deadlineExceeded, "deadline exceeded"))
  }

  /// The client takes nothing: no status would reach it either.
  private func abandon(_ core: ServerCallCore) {
    core.cancel()
    core.stalledSince = .distantFuture
    core.isAnswered = true
    core.statusSent = .cancelled
    session.reset(core.stream, .cancel)
  }
}
