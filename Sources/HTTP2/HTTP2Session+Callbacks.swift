internal import CNGHTTP2

/// What the library tells while it reads and writes; see ``SessionCallbacks``.
extension HTTP2Session {
  /// Lends the session to a callback, without counting references: it lives as long as the call
  /// into it that the library calls back from.
  @inline(__always)
  static func with<Result>(
    _ context: UnsafeMutableRawPointer?, else none: Result, _ body: (HTTP2Session) -> Result
  ) -> Result {
    guard let context = unsafe context else { return none }
    return unsafe Unmanaged<HTTP2Session>.fromOpaque(context)._withUnsafeGuaranteedRef {
      body($0)
    }
  }

  func violated(_ code: HTTP2ErrorCode) {
    guard failure == nil else { return }
    failure = .streamViolation(code)
    terminate(code)
  }

  func headersBegan(_ frame: borrowing nghttp2_frame_hd, isRequest: Bool) {
    headerBytes = 0
    headerFields = 0
    headersOverLimit = false
    continuations = 0
    block.removeAll()
    timers.headerBlockBegan(at: now)
    guard isRequest, role == .server else {
      blockIsWanted = slot(frame.stream_id) != nil
      return
    }
    blockIsWanted = false
    closedStreams.opened(frame.stream_id)
    totalStreams += 1
    if openStreams == 0 { timers.firstStreamOpened(at: now) }
    openStreams += 1
    guard let slot = delegate?.streamOpened(frame.stream_id) else {
      reset(frame.stream_id, .refusedStream)
      return
    }
    blockIsWanted = true
    unsafe nghttp2_session_set_stream_user_data(raw, frame.stream_id, Self.pointer(slot))
  }

  /// False when the block is so far past the limits that reading on serves nobody.
  func header(name: Span<UInt8>, value: Span<UInt8>) -> Bool {
    headerBytes += name.count + value.count + 32
    headerFields += 1
    if headerBytes > limits.headerListBytesMax || headerFields > limits.headerFieldsMax {
      headersOverLimit = true
      guard headerBytes / 8 <= limits.headerListBytesMax,
        headerFields / 8 <= limits.headerFieldsMax
      else {
        fail("headerListBytesMax")
        return false
      }
      return true
    }
    if blockIsWanted { block.append(name, value) }
    return true
  }

  func received(headers frame: borrowing nghttp2_frame_hd, isTrailers: Bool) {
    timers.headerBlockEnded()
    uselessFrames.give(4)
    guard let slot = slot(frame.stream_id) else { return }
    delegate?.headers(slot, block, isTrailers: isTrailers, overLimit: headersOverLimit)
    endInboundIfLast(frame)
  }

  func received(data frame: borrowing nghttp2_frame_hd) {
    if frameBytes == 0, frame.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) == 0 {
      chargeUseless()
    } else {
      uselessFrames.give(1)
    }
    frameBytes = 0
    endInboundIfLast(frame)
  }

  func received(chunk: Span<UInt8>, on stream: Int32) {
    frameBytes += chunk.count
    guard let slot = slot(stream) else {
      unsafe nghttp2_session_consume(raw, stream, chunk.count)
      return
    }
    delegate?.data(slot, chunk)
  }

  func received(ping opaque: UInt8, _ frame: borrowing nghttp2_frame_hd) {
    guard frame.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 else {
      timers.pingAnswered()
      if opaque == Ping.drain.rawValue, timers.isDraining { finishDrain() }
      return
    }
    guard role == .server else { return }
    defer { lastPingAt = now }
    guard let last = lastPingAt,
      now.since(last) < limits.pingIntervalMin
    else { return }
    pingStrikes += 1
    guard pingStrikes > limits.pingStrikesMax else { return }
    let reason: [UInt8] = Array("too_many_pings".utf8)
    unsafe nghttp2_submit_goaway(
      raw, 0, nghttp2_session_get_last_proc_stream_id(raw),
      HTTP2ErrorCode.enhanceYourCalm.rawValue, reason, reason.count)
    fail("pingStrikesMax")
  }

  func received(settings frame: borrowing nghttp2_frame_hd) {
    if frame.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 {
      timers.settingsAcknowledged()
    } else {
      hasPeerSettings = true
      timers.prefaceDone()
    }
  }

  func received(goAway code: UInt32, debug: Span<UInt8>) {
    delegate?.goAwayReceived(HTTP2ErrorCode(rawValue: code), debug: debug)
  }

  func sent(_ frame: borrowing nghttp2_frame_hd, errorCode: UInt32) {
    switch UInt32(frame.type) {
    case NGHTTP2_HEADERS.rawValue, NGHTTP2_DATA.rawValue:
      // Data earns pings (gRPC proposal A8) and pays for the window updates it will cause.
      pingStrikes = 0
      lastPingAt = nil
      // Some proxies give the window back in pieces of a few KiB, for stream and connection.
      uselessFrames.give(2 + frame.length / 1_024)
      guard role == .server, frame.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0,
        unsafe nghttp2_session_get_stream_remote_close(raw, frame.stream_id) == 0
      else { return }
      linger(frame.stream_id)
    case NGHTTP2_RST_STREAM.rawValue:
      resetByUs = frame.stream_id
      let code = HTTP2ErrorCode(rawValue: errorCode)
      guard role == .server, code != .noError, code != .cancel, code != .refusedStream else {
        return
      }
      if !ownResets.take(1, at: now) {
        failure = .limitExceeded("ownResetBurst")
        terminate(.enhanceYourCalm)
      }
    case NGHTTP2_PING.rawValue:
      if frame.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 { timers.pingSent(at: now) }
    default: break
    }
  }

  func closed(_ stream: Int32, code: UInt32) {
    closedStreams.closed(stream, byUs: stream == resetByUs)
    if openStreams > 0 { openStreams -= 1 }
    timers.streamClosed(at: now)
    guard let slot = slot(stream) else { return }
    delegate?.streamClosed(slot, HTTP2ErrorCode(rawValue: code))
  }

  func produce(
    _ slot: Int, into buffer: UnsafeMutablePointer<UInt8>, capacity: Int,
    flags: UnsafeMutablePointer<UInt32>
  ) -> Int {
    guard let delegate else { return Int(NGHTTP2_ERR_DEFERRED.rawValue) }
    var writer = unsafe OutputWriter(base: buffer, capacity: capacity)
    switch delegate.produce(slot, into: &writer) {
    case .more where writer.count > 0: break
    case .more, .later:
      if writer.count == 0 { return Int(NGHTTP2_ERR_DEFERRED.rawValue) }
    case .end: unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
    case .endBeforeTrailers:
      unsafe flags.pointee |=
        NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
    case .reset: return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
    }
    return writer.count
  }

  func endInboundIfLast(_ frame: borrowing nghttp2_frame_hd) {
    guard frame.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0,
      let slot = slot(frame.stream_id)
    else { return }
    delegate?.inboundEnded(slot)
  }

  func chargeUseless() {
    guard !uselessFrames.take(1, at: now) else { return }
    fail("uselessFrameBurst")
  }

  func fail(_ limit: String) {
    guard failure == nil else { return }
    failure = .limitExceeded(limit)
    terminate(.enhanceYourCalm)
  }
}
