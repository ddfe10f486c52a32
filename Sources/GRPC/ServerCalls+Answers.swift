internal import HTTP2

/// Answers: from what handlers say to header blocks and payload.
extension ServerCalls {
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

  func submitHeaders(_ core: ServerCallCore) {
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

  func resume(_ core: ServerCallCore) {
    wantsOutput(core)
    session.resume(core.stream)
  }

  /// From here on the client has to take something within a time.
  func wantsOutput(_ core: ServerCallCore) {
    guard core.stalledSince == .distantFuture else { return }
    core.stalledSince = now
    guard earliestStall == .distantFuture else { return }
    earliestStall = now.advanced(byNanoseconds: sendStallTimeout)
  }

  func outgoing(
    _ core: ServerCallCore, _ message: [UInt8], _ isAsked: Bool
  ) -> ReplyMessage {
    guard let compression = core.replyCompression,
      message.count <= limits.compressedReplyBytesMax,
      compression.applies(to: message.count, isAsked: isAsked),
      let compressed = Gzip.compress(message, mustShrink: !isAsked)
    else { return ReplyMessage(bytes: message) }
    return ReplyMessage(bytes: compressed, isCompressed: true)
  }

  func hold(_ core: ServerCallCore, _ bytes: Int) {
    core.queuedBytes += bytes
    queuedReplyBytes += bytes
  }

  func release(_ core: ServerCallCore, _ bytes: Int) {
    core.queuedBytes -= bytes
    queuedReplyBytes -= bytes
  }

  func refuse(
    _ core: ServerCallCore, _ code: RPCCode, _ message: String, extra: [HeaderField] = []
  ) {
    core.cancel()
    refuse(core, RPCStatus(code, message), extra: extra)
  }

  func refuseTooLarge(_ core: ServerCallCore, _ length: Int) {
    refuse(
      core, .resourceExhausted,
      "request message of \(length) bytes; at most \(core.requestBytesMax)")
  }

  /// Ends a call that has sent no headers with headers alone (Trailers-Only), else with trailers.
  func refuse(_ core: ServerCallCore, _ status: RPCStatus, extra: [HeaderField] = []) {
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
  func prepare(_ core: ServerCallCore, _ answer: PlainAnswer) {
    core.plain = answer
    setDeadline(core, requestTimeout)
  }

  func answerPlain(_ core: ServerCallCore) {
    guard let plain = core.plain else { return }
    core.isAnswered = true
    core.offset = 0
    if !plain.isHead { wantsOutput(core) }
    session.submitResponse(
      core.stream, slot: core.slot, headers: plain.headers, hasBody: !plain.isHead)
  }

  /// Ends a running stream with a status; resets it when flow control would hold the status back.
  func finish(_ core: ServerCallCore, with status: RPCStatus) {
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

  func dropInput(_ core: ServerCallCore) {
    core.ignoresInput = true
    unbuffer(core.reader.pending)
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

  func produce(_ core: ServerCallCore, into writer: inout OutputWriter) -> ProduceStep {
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

  func begin(_ core: ServerCallCore, _ message: ReplyMessage) {
    core.message = message
    core.offset = -5
  }

  /// Writes what fits of the current message; true when it is complete.
  func writeMessage(_ core: ServerCallCore, into writer: inout OutputWriter) -> Bool {
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

  func trailers(_ core: ServerCallCore, _ status: RPCStatus) -> ProduceStep {
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
}
