internal import HTTP2

/// Requests: from header blocks and payload to handlers.
extension ServerCalls {
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
    core.requestBytes += bytes.count
    core.reader.append(bytes)
    core.unconsumed += bytes.count
    if let excess = buffer(bytes.count) {
      refuse(core, .resourceExhausted, excess)
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
  func checkSingle(_ core: ServerCallCore) {
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

  func run(
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
    unbuffer(reader.pending)
    reader.removeAll()
    swap(&reader, &core.reader)
  }

  func call(_ method: MethodDefinition, _ core: ServerCallCore, _ request: Span<UInt8>) {
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
  func decompressed(
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
  func deliver(_ core: ServerCallCore) {
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
        unbuffer(range.count + 5)
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
  func wait(_ core: ServerCallCore) {
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

  func consume(_ core: ServerCallCore) {
    session.consume(core.stream, bytes: core.unconsumed)
    core.unconsumed = 0
  }

  func acceptsStreaming(_ core: ServerCallCore) -> Bool {
    guard session.isDraining else { return true }
    refuse(core, .unavailable, "server is going away; call again")
    return false
  }
}
