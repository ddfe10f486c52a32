internal import HTTP2

/// The calls of one client connection: what the HTTP/2 streams mean in gRPC.
final class ClientCalls: HTTP2SessionDelegate {
  private final class Call {
    let observer: any ClientCallObserver
    var stream: Int32 = 0
    var request: [UInt8]
    /// −5...−1 inside the prefix, then the offset.
    var offset = -5
    var reader = MessageReader()
    var deadline = MonotonicTime.distantFuture
    var wasSent = false
    var hasHeaders = false
    var httpStatus = 0
    var contentTypeIsGRPC = false
    var isGzip = false
    var statusText: [UInt8]?
    var messageText: [UInt8] = []
    var details: [UInt8] = []
    var isHeld = false
    var inboundEnded = false
    /// The stream is closed and the answer complete, but the reader has not taken it all.
    var isStreamGone = false
    var unconsumed = 0

    init(_ request: [UInt8], _ observer: any ClientCallObserver) {
      self.request = request
      self.observer = observer
    }
  }

  let session: HTTP2Session
  private let replyBytesMax: Int
  private var slots: [Call?] = []
  private var freeSlots: [Int] = []
  private var earliestDeadline = MonotonicTime.distantFuture
  private(set) var isGoingAway = false
  var now: MonotonicTime

  init(http2: HTTP2Limits, replyBytesMax: Int, at now: MonotonicTime) {
    self.now = now
    self.replyBytesMax = replyBytesMax
    session = HTTP2Session(role: .client, limits: http2, at: now)
  }

  func start(
    headers: [HeaderField], message: [UInt8], timeout: Int64?, observer: any ClientCallObserver
  ) -> ClientCallID? {
    guard !isGoingAway else { return nil }
    let call = Call(message, observer)
    let slot = freeSlots.popLast() ?? slots.count
    guard
      let stream = session.submitRequest(slot: slot, headers: headers, hasBody: true, at: now)
    else {
      if slot < slots.count { freeSlots.append(slot) }
      return nil
    }
    if slot == slots.count { slots.append(call) } else { slots[slot] = call }
    call.stream = stream
    if let timeout {
      call.deadline = now.advanced(byNanoseconds: timeout)
      earliestDeadline = min(earliestDeadline, call.deadline)
    }
    return ClientCallID(slot: slot, stream: stream)
  }

  func cancel(_ id: ClientCallID) {
    guard let call = call(id) else { return }
    end(call, id.slot, RPCStatus(.cancelled, "cancelled by the caller"), isAnswer: false)
    session.reset(call.stream, .cancel)
  }

  func resume(_ id: ClientCallID) {
    guard let call = call(id), call.isHeld else { return }
    call.isHeld = false
    deliver(call, id.slot)
  }

  private func call(_ id: ClientCallID) -> Call? {
    guard slots.indices.contains(id.slot), let call = slots[id.slot], call.stream == id.stream
    else { return nil }
    return call
  }

  private func call(at slot: Int) -> Call? {
    slots.indices.contains(slot) ? slots[slot] : nil
  }

  // MARK: Replies

  func streamOpened(_ stream: Int32) -> Int? { nil }

  private func read(_ call: Call, _ name: Span<UInt8>, _ value: Span<UInt8>) {
    switch name.count {
    case 7 where name.equals(":status"):
      var status = 0
      for index in 0..<min(value.count, 3) { status = status * 10 + Int(value[index] & 15) }
      call.httpStatus = status
    case 12 where name.equals("content-type"):
      call.contentTypeIsGRPC = value.hasPrefix("application/grpc")
    case 13 where name.equals("grpc-encoding"): call.isGzip = value.equals("gzip")
    case 12 where name.equals("grpc-message"): call.messageText = [UInt8](copying: value)
    case 11 where name.equals("grpc-status"): call.statusText = [UInt8](copying: value)
    case 23 where name.equals("grpc-status-details-bin"):
      call.details = Base64.decode([UInt8](copying: value)[...]) ?? []
    default: break
    }
  }

  func headers(_ slot: Int, _ block: HeaderBlock, isTrailers: Bool, overLimit: Bool) {
    guard let call = call(at: slot) else { return }
    block.visit { read(call, $0, $1) }
    guard !overLimit else {
      fail(call, slot, RPCStatus(.resourceExhausted, "header list of the answer is too large"))
      return
    }
    // An interim response (1xx) is followed by the real one.
    guard !(100...199).contains(call.httpStatus) else { return }
    call.hasHeaders = true
  }

  func data(_ slot: Int, _ bytes: Span<UInt8>) {
    guard let call = call(at: slot) else {
      session.consumeConnection(bytes: bytes.count)
      return
    }
    call.unconsumed += bytes.count
    guard call.httpStatus == 200, call.contentTypeIsGRPC else {
      consume(call)
      return
    }
    call.reader.append(bytes)
    if !call.isHeld { deliver(call, slot) }
  }

  private func deliver(_ call: Call, _ slot: Int) {
    while !call.isHeld {
      switch call.reader.peek(bytesMax: replyBytesMax) {
      case .message(let range, let compressed):
        let message: [UInt8]
        do throws(RPCStatus) {
          message = try content(call, range, compressed)
        } catch {
          fail(call, slot, error)
          return
        }
        call.reader.take(through: range.upperBound)
        call.isHeld = !call.observer.received(message)
      case .incomplete:
        consume(call)
        if call.inboundEnded { conclude(call, slot) }
        return
      case .tooLarge(let length):
        fail(
          call, slot,
          RPCStatus(
            .resourceExhausted, "reply message of \(length) bytes; at most \(replyBytesMax)"))
        return
      case .badFlag(let flag):
        fail(call, slot, RPCStatus(.internal, "reply's flag byte is \(flag), not 0 or 1"))
        return
      }
    }
  }

  private func content(
    _ call: Call, _ range: Range<Int>, _ isCompressed: Bool
  ) throws(RPCStatus) -> [UInt8] {
    guard isCompressed else { return Array(call.reader.bytes[range]) }
    guard call.isGzip else {
      throw RPCStatus(.internal, "reply is flagged as compressed, but grpc-encoding is not gzip")
    }
    let bytes = call.reader.bytes
    do throws(Gzip.Failure) {
      return try Gzip.decompress(bytes.span.extracting(range), bytesMax: replyBytesMax)
    } catch {
      switch error {
      case .malformed: throw RPCStatus(.internal, "reply message is not valid gzip")
      case .overBudget:
        throw RPCStatus(
          .resourceExhausted, "reply message decompresses to over \(replyBytesMax) bytes")
      }
    }
  }

  private func consume(_ call: Call) {
    session.consume(call.stream, bytes: call.unconsumed)
    call.unconsumed = 0
  }

  func inboundEnded(_ slot: Int) {
    guard let call = call(at: slot) else { return }
    call.inboundEnded = true
    if !call.isHeld { deliver(call, slot) }
  }

  /// The answer is complete and everything in it was delivered.
  private func conclude(_ call: Call, _ slot: Int) {
    guard let text = call.statusText else {
      let status =
        if call.httpStatus != 200 {
          RPCStatus(RPCCode(httpStatus: call.httpStatus), "HTTP status \(call.httpStatus)")
        } else if call.contentTypeIsGRPC {
          RPCStatus(.internal, "the answer ended without a grpc-status")
        } else {
          RPCStatus(.unknown, "the answer is not gRPC, by its content-type")
        }
      end(call, slot, status, isAnswer: true)
      return
    }
    let number = Int(String(decoding: text, as: UTF8.self))
    let code = number.flatMap { UInt8(exactly: $0) }.flatMap { RPCCode(rawValue: $0) } ?? .unknown
    let message = PercentEncoding.decode(call.messageText)
    guard call.reader.pending == 0 || code != .ok else {
      end(call, slot, RPCStatus(.internal, "reply message is cut off"), isAnswer: true)
      return
    }
    end(call, slot, RPCStatus(code, message, details: call.details), isAnswer: true)
  }

  private func fail(_ call: Call, _ slot: Int, _ status: RPCStatus) {
    end(call, slot, status, isAnswer: false)
    session.reset(call.stream, .cancel)
  }

  private func end(_ call: Call, _ slot: Int, _ status: RPCStatus, isAnswer: Bool) {
    guard slots[slot] === call else { return }
    slots[slot] = nil
    if call.isStreamGone { freeSlots.append(slot) }
    consume(call)
    call.observer.ended(RPCError(status, wasSent: call.wasSent, isAnswer: isAnswer))
  }

  func streamClosed(_ slot: Int, _ code: HTTP2ErrorCode) {
    guard slots.indices.contains(slot) else { return }
    if let call = slots[slot] {
      if call.inboundEnded, call.isHeld {
        // All is received; the reader is slow. The slot is freed when it has taken the rest.
        session.consumeConnection(bytes: call.unconsumed)
        call.unconsumed = 0
        call.isStreamGone = true
        return
      }
      let status: RPCStatus
      switch code {
      case .refusedStream:
        call.wasSent = false
        status = RPCStatus(.unavailable, "the server refused the stream")
      case .cancel: status = RPCStatus(.cancelled, "the server reset the stream (CANCEL)")
      case .enhanceYourCalm:
        status = RPCStatus(.resourceExhausted, "the server reset the stream (\(code))")
      case .inadequateSecurity:
        status = RPCStatus(.permissionDenied, "the server reset the stream (\(code))")
      default: status = RPCStatus(.internal, "the server reset the stream (\(code))")
      }
      end(call, slot, status, isAnswer: code != .refusedStream)
    }
    freeSlots.append(slot)
  }

  func goAwayReceived(_ code: HTTP2ErrorCode, debug: Span<UInt8>) { isGoingAway = true }

  /// The connection is gone: every call ends with UNAVAILABLE.
  func connectionLost(_ reason: String) {
    isGoingAway = true
    for slot in slots.indices {
      // A complete answer is still the reader's.
      guard let call = slots[slot], !call.isStreamGone else { continue }
      call.unconsumed = 0
      end(call, slot, RPCStatus(.unavailable, reason), isAnswer: false)
    }
  }

  // MARK: The request

  func produce(_ slot: Int, into writer: inout OutputWriter) -> ProduceStep {
    guard let call = call(at: slot) else { return .reset }
    call.wasSent = true
    let length = UInt32(clamping: call.request.count)
    while call.offset < 0 {
      let byte =
        call.offset == -5
        ? 0 : UInt8(truncatingIfNeeded: length >> UInt32((-1 - call.offset) * 8))
      guard writer.write(byte) else { return .more }
      call.offset += 1
    }
    call.offset += writer.write(call.request, from: call.offset)
    guard call.offset == call.request.count else { return .more }
    call.request = []
    call.offset = 0
    return .end
  }

  // MARK: Deadlines

  var nextTimer: MonotonicTime { min(session.nextTimer, earliestDeadline) }

  func expireCalls() {
    guard earliestDeadline <= now else { return }
    earliestDeadline = .distantFuture
    for slot in slots.indices {
      guard let call = slots[slot] else { continue }
      if call.deadline <= now {
        fail(call, slot, RPCStatus(.deadlineExceeded, "no answer within the call's timeout"))
      } else {
        earliestDeadline = min(earliestDeadline, call.deadline)
      }
    }
  }
}
