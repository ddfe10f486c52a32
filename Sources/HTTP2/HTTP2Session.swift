internal import CNGHTTP2

/// One HTTP/2 connection as a state machine: bytes in, callbacks out, bytes out.
///
/// Owns an nghttp2 session. Knows no socket and reads no clock. Confined to one thread; the
/// library calls back only while one of `receive`, `send` or `timePassed` runs, and these take the
/// delegate, so that session and owner do not keep each other alive.
@safe
public final class HTTP2Session {
  private static let lingeringMax = 1_024

  private let raw: OpaquePointer
  private let limits: HTTP2Limits
  private let role: HTTP2Role
  private var delegate: (any HTTP2SessionDelegate)?
  private var now: MonotonicTime
  private var timers: ConnectionTimers
  private var failure: HTTP2Error?

  // The header block being read; blocks are never interleaved (RFC 9113 §4.3).
  private var headerBytes = 0
  private var headerFields = 0
  private var headersOverLimit = false
  private var block = HeaderBlock()
  private var blockIsWanted = false

  private var uselessFrames: TokenBucket
  private var ownResets: TokenBucket
  private var pingStrikes = 0
  private var lastPingAt: MonotonicTime?
  private var scanner = FrameScanner(prefaceBytes: 24)
  /// Highest stream id of any HEADERS, whether the library has seen it yet or not.
  private var highestSeen: Int32 = 0
  /// CONTINUATION frames of the header block being read.
  private var continuations = 0
  /// Payload of the DATA frame being read; padding is none.
  private var frameBytes = 0
  private var closedStreams = ClosedStreams()
  /// Streams whose answer is complete and whose request is not, by age.
  private var lingering: [(stream: Int32, until: MonotonicTime)] = []
  /// The stream whose RST_STREAM was sent last, and which is closed by that.
  private var resetByUs: Int32 = 0
  private var goAwaySent = false

  /// Streams that are open now.
  public private(set) var openStreams = 0
  /// Streams the peer has opened so far (server) or we have (client).
  public private(set) var totalStreams = 0

  /// - Parameter ageSpread: 0 to 1, random per connection; spreads `ageMax` by `ageJitter`.
  public init(
    role: HTTP2Role, limits: HTTP2Limits, at now: MonotonicTime, ageSpread: Double = 0.5
  ) {
    self.role = role
    self.limits = limits
    self.now = now
    timers = ConnectionTimers(role: role, limits: limits, at: now, ageSpread: ageSpread)
    uselessFrames = TokenBucket(
      burst: limits.uselessFrameBurst, perSecond: limits.uselessFramesPerSecond, at: now)
    ownResets = TokenBucket(
      burst: limits.ownResetBurst, perSecond: limits.ownResetsPerSecond, at: now)

    var created: OpaquePointer?
    var options: OpaquePointer?
    unsafe nghttp2_option_new(&options)
    defer { unsafe nghttp2_option_del(options) }
    unsafe nghttp2_option_set_no_auto_window_update(options, 1)
    unsafe nghttp2_option_set_no_closed_streams(options, 1)
    unsafe nghttp2_option_set_max_settings(options, limits.settingsEntriesMax)
    unsafe nghttp2_option_set_max_outbound_ack(options, limits.outboundAcksMax)
    // The library counts reads, up to ten for a frame that trickles in; frames are counted by us.
    let continuations = min(max(limits.continuationsMax, 0), 1 << 20)
    unsafe nghttp2_option_set_max_continuations(options, continuations * 10 + 10)
    unsafe nghttp2_option_set_stream_reset_rate_limit(
      options, UInt64(clamping: limits.resetBurst), UInt64(clamping: limits.resetsPerSecond))
    let result =
      switch role {
      case .server:
        unsafe nghttp2_session_server_new2(&created, SessionCallbacks.shared.raw, nil, options)
      case .client:
        unsafe nghttp2_session_client_new2(&created, SessionCallbacks.shared.raw, nil, options)
      }
    guard result == 0, let created = unsafe created else {
      preconditionFailure("nghttp2: no memory for a session")
    }
    unsafe raw = unsafe created
    unsafe nghttp2_session_set_user_data(raw, Unmanaged.passUnretained(self).toOpaque())
    submitSettings()
  }

  deinit { unsafe nghttp2_session_del(raw) }

  private func submitSettings() {
    func entry(_ id: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
      nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(clamping: value))
    }
    var entries = [
      entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.streamWindowBytes),
      entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.headerListBytesMax),
      entry(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1),
    ]
    switch role {
    case .server:
      entries.append(
        entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.concurrentStreamsMax))
    case .client:
      entries.append(entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
    }
    unsafe nghttp2_submit_settings(raw, UInt8(0), &entries, entries.count)
    unsafe nghttp2_session_set_local_window_size(
      raw, 0, 0, Int32(clamping: limits.connectionWindowBytes))
  }

  // MARK: Bytes

  /// Consumes bytes from the peer. After an error, send what is queued and close.
  public func receive(
    _ bytes: Span<UInt8>, at now: MonotonicTime, _ delegate: some HTTP2SessionDelegate
  ) throws(HTTP2Error) {
    self.now = now
    self.delegate = delegate
    defer { self.delegate = nil }
    timers.received(at: now)
    let consumed = role == .server ? scanAndFeed(bytes) : feed(bytes)
    if unsafe nghttp2_session_get_outbound_queue_size(raw) > limits.queuedFramesMax {
      fail("queuedFramesMax")
    }
    if let failure { throw failure }
    guard consumed >= 0 else { throw Self.error(for: consumed) }
  }

  /// The library's word on the bytes: negative for an error.
  private func feed(_ bytes: Span<UInt8>) -> Int {
    unsafe bytes.withUnsafeBufferPointer {
      unsafe nghttp2_session_mem_recv(raw, $0.baseAddress, $0.count)
    }
  }

  /// Looks at each frame's head before the library does. Stops when one breaks a rule.
  private func scanAndFeed(_ bytes: Span<UInt8>) -> Int {
    var index = 0
    var fed = 0
    var sawReset = false
    while let frame = scanner.next(bytes, &index) {
      switch frame.type {
      case FrameType.data, FrameType.headers:
        let isHeaders = frame.type == FrameType.headers
        if isHeaders, frame.stream > highestSeen {
          highestSeen = frame.stream
          continue
        }
        // The library forgets closed streams and ignores what still comes on them. What is true of
        // the stream shows only when it has seen all that was before this frame.
        guard sawReset || isGone(frame.stream) || isHeaders && !isOpen(frame.stream) else {
          continue
        }
        if frame.start > fed {
          let consumed = feed(bytes.extracting(fed..<frame.start))
          guard consumed >= 0, failure == nil else { return consumed }
          fed = frame.start
        }
        sawReset = false
        if isGone(frame.stream) { judgeGone(frame) }
      case FrameType.continuation:
        continuations += 1
        if continuations > limits.continuationsMax { fail("continuationsMax") }
      case FrameType.priority:
        chargeUseless()
        if frame.stream == 0 || frame.stream == frame.parent { violated(.protocolError) }
      default:
        sawReset = sawReset || frame.type == FrameType.reset
        chargeUseless()
      }
      guard failure == nil else { return fed }
    }
    return feed(bytes.extracting(fed..<bytes.count))
  }

  private func isGone(_ stream: Int32) -> Bool {
    closedStreams.mayBeClosed(stream) && !isOpen(stream)
  }

  private func isOpen(_ stream: Int32) -> Bool {
    unsafe nghttp2_session_find_stream(raw, stream) != nil
  }

  /// To ignore a frame is right on streams that we have reset; on those that the peer has ended
  /// itself it is an error (RFC 9113 §5.1).
  private func judgeGone(_ frame: FrameScanner.Frame) {
    switch closedStreams.reason(frame.stream) {
    case .byPeer: violated(.streamClosed)
    case .byUs: chargeUseless()
    case .unknown:
      // A stream id below one used before (RFC 9113 §5.1.1); payload may be a late arrival.
      if frame.type == FrameType.headers { violated(.protocolError) } else { chargeUseless() }
    }
  }

  /// Takes output chunk by chunk until about `bytesMax` bytes are taken; at least one chunk.
  /// Returns false when there is nothing more to send now.
  ///
  /// Nothing is produced before it is asked for: stop calling while the socket is full.
  public func send(
    _ delegate: some HTTP2SessionDelegate, upTo bytesMax: Int = 1, _ body: (Span<UInt8>) -> Void
  ) throws(HTTP2Error) -> Bool {
    self.delegate = delegate
    defer { self.delegate = nil }
    var sent = 0
    repeat {
      var chunk: UnsafePointer<UInt8>?
      let length = unsafe nghttp2_session_mem_send(raw, &chunk)
      guard length >= 0 else { throw Self.error(for: length) }
      guard length > 0, let chunk = unsafe chunk else { return false }
      body(unsafe Span(_unsafeStart: chunk, count: length))
      sent += length
    } while sent < bytesMax
    return true
  }

  /// Whether the connection has nothing more to say or hear, and should be closed.
  public var isFinished: Bool {
    unsafe nghttp2_session_want_read(raw) == 0 && nghttp2_session_want_write(raw) == 0
  }

  private static func error(for code: Int) -> HTTP2Error {
    switch Int32(truncatingIfNeeded: code) {
    case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue: .notHTTP2
    case NGHTTP2_ERR_FLOODED.rawValue: .limitExceeded("outboundAcksMax")
    case NGHTTP2_ERR_TOO_MANY_CONTINUATIONS.rawValue: .limitExceeded("continuationsMax")
    default: .protocolViolation(code: Int32(truncatingIfNeeded: code))
    }
  }

  // MARK: Streams

  /// Opens a stream (client). `slot` names it in the callbacks. Returns the stream's id, or `nil`
  /// when the connection takes no more streams (GOAWAY, ids used up).
  public func submitRequest(
    slot: Int, headers: [HeaderField], hasBody: Bool, at now: MonotonicTime
  ) -> Int32? {
    self.now = now
    let stream = unsafe withFields(headers) { fields in
      guard hasBody else {
        return unsafe nghttp2_submit_request(
          raw, nil, fields.baseAddress, fields.count, nil, Self.pointer(slot))
      }
      var provider = unsafe Self.provider(slot)
      return unsafe nghttp2_submit_request(
        raw, nil, fields.baseAddress, fields.count, &provider, Self.pointer(slot))
    }
    guard stream > 0 else { return nil }
    if openStreams == 0 { timers.firstStreamOpened(at: now) }
    openStreams += 1
    totalStreams += 1
    return stream
  }

  /// Answers with headers; with a body, the payload is asked for through `produce`.
  public func submitResponse(
    _ stream: Int32, slot: Int, headers: StaticHeaders, hasBody: Bool
  ) {
    guard hasBody else {
      unsafe nghttp2_submit_response(
        raw, stream, headers.fields.baseAddress, headers.fields.count, nil)
      return
    }
    var provider = unsafe Self.provider(slot)
    unsafe nghttp2_submit_response(
      raw, stream, headers.fields.baseAddress, headers.fields.count, &provider)
  }

  /// As above with a block made for this answer, which is copied.
  public func submitResponse(
    _ stream: Int32, slot: Int, headers: [HeaderField], hasBody: Bool
  ) {
    _ = unsafe withFields(headers) { fields in
      guard hasBody else {
        return unsafe nghttp2_submit_response(
          raw, stream, fields.baseAddress, fields.count, nil)
      }
      var provider = unsafe Self.provider(slot)
      return unsafe nghttp2_submit_response(
        raw, stream, fields.baseAddress, fields.count, &provider)
    }
  }

  /// Ends a stream with trailers. Call it from `produce`, which then returns `endBeforeTrailers`.
  public func submitTrailers(_ stream: Int32, _ trailers: StaticHeaders) {
    unsafe nghttp2_submit_trailer(
      raw, stream, trailers.fields.baseAddress, trailers.fields.count)
  }

  /// As above with trailers made for this stream, which are copied.
  public func submitTrailers(_ stream: Int32, _ trailers: [HeaderField]) {
    _ = unsafe withFields(trailers) { fields in
      unsafe nghttp2_submit_trailer(raw, stream, fields.baseAddress, fields.count)
    }
  }

  /// Asks `produce` again for a stream that said `later`.
  public func resume(_ stream: Int32) {
    // Not deferred, or gone already: nothing to resume, and no error for us.
    _ = unsafe nghttp2_session_resume_data(raw, stream)
  }

  /// Ends a stream in both directions.
  public func reset(_ stream: Int32, _ code: HTTP2ErrorCode) {
    unsafe nghttp2_submit_rst_stream(raw, 0, stream, code.rawValue)
  }

  /// Gives received payload back to the windows of its stream and of the connection.
  public func consume(_ stream: Int32, bytes: Int) {
    guard bytes > 0 else { return }
    unsafe nghttp2_session_consume(raw, stream, bytes)
  }

  /// Gives payload of a stream that is gone back to the connection's window.
  public func consumeConnection(bytes: Int) {
    guard bytes > 0 else { return }
    unsafe nghttp2_session_consume_connection(raw, bytes)
  }

  /// Whether flow control lets the stream send payload now.
  public func canSend(_ stream: Int32) -> Bool {
    unsafe nghttp2_session_get_stream_remote_window_size(raw, stream) > 0
      && nghttp2_session_get_remote_window_size(raw) > 0
  }

  // MARK: The end

  /// Starts the two-step drain (RFC 9113 §6.8): a notice now, the final GOAWAY once the peer has
  /// answered a PING or a second has passed, the end when no stream is open or `grace` is over.
  public func drain(grace: Duration, at now: MonotonicTime) {
    self.now = now
    guard timers.beginDrain(grace: grace, at: now) else { return }
    switch role {
    case .server:
      unsafe nghttp2_submit_shutdown_notice(raw)
      ping(.drain)
    case .client: finishDrain()
    }
  }

  public var isDraining: Bool { timers.isDraining }

  /// Ends the connection: a GOAWAY with the code is queued, nothing more is read.
  public func terminate(_ code: HTTP2ErrorCode) {
    unsafe nghttp2_session_terminate_session(raw, code.rawValue)
  }

  private func finishDrain() {
    guard !goAwaySent else { return }
    goAwaySent = true
    timers.noticeOver()
    unsafe nghttp2_submit_goaway(
      raw, 0, nghttp2_session_get_last_proc_stream_id(raw), HTTP2ErrorCode.noError.rawValue,
      nil, 0)
  }

  // MARK: Time

  /// When `timePassed` wants to be called next. May move to earlier with every call to the session.
  public var nextTimer: MonotonicTime {
    let next = timers.next(openStreams: openStreams)
    return lingering.first.map { min($0.until, next) } ?? next
  }

  /// Whether output is waiting for a socket that takes none.
  public func outputStalled(_ stalled: Bool, at now: MonotonicTime) {
    timers.outputStalled(stalled, at: now)
  }

  /// Acts on timers that have run out. Returns why the connection must be closed, or `nil`.
  public func timePassed(_ now: MonotonicTime) -> String? {
    self.now = now
    endLingering()
    while let due = timers.due(at: now, openStreams: openStreams) {
      switch due {
      case .close(let reason, let code):
        terminate(code)
        return reason
      case .drain: drain(grace: limits.drainGrace, at: now)
      case .finishDrain: finishDrain()
      case .keepalive: ping(.keepalive)
      }
    }
    return nil
  }

  /// The rest of the request is not wanted (RFC 9113 §8.1). It is told so in a moment: most clients
  /// end the stream by themselves, and some proxies drop the answer when the reset comes with it.
  private func linger(_ stream: Int32) {
    if lingering.count >= Self.lingeringMax {
      let oldest = lingering.removeFirst().stream
      if isOpen(oldest) { reset(oldest, .noError) }
    }
    lingering.append((stream, now.advanced(by: limits.lingerTime)))
  }

  private func endLingering() {
    var count = 0
    while count < lingering.count, lingering[count].until <= now {
      let stream = lingering[count].stream
      if isOpen(stream) { reset(stream, .noError) }
      count += 1
    }
    if count > 0 { lingering.removeFirst(count) }
  }

  private enum Ping: UInt8 {
    case keepalive = 1
    case drain = 2
  }

  private func ping(_ purpose: Ping) {
    var payload: [UInt8] = [0, 0, 0, 0, 0, 0, 0, purpose.rawValue]
    unsafe nghttp2_submit_ping(raw, 0, &payload)
  }

  // MARK: From the library

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

  private func violated(_ code: HTTP2ErrorCode) {
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

  private func endInboundIfLast(_ frame: borrowing nghttp2_frame_hd) {
    guard frame.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0,
      let slot = slot(frame.stream_id)
    else { return }
    delegate?.inboundEnded(slot)
  }

  private func chargeUseless() {
    guard !uselessFrames.take(1, at: now) else { return }
    fail("uselessFrameBurst")
  }

  private func fail(_ limit: String) {
    guard failure == nil else { return }
    failure = .limitExceeded(limit)
    terminate(.enhanceYourCalm)
  }

  private func slot(_ stream: Int32) -> Int? {
    unsafe Self.slot(nghttp2_session_get_stream_user_data(raw, stream))
  }

  /// A slot travels through the library's `void *` as the number plus one; zero is "none".
  static func slot(_ pointer: UnsafeMutableRawPointer?) -> Int? {
    guard let pointer = unsafe pointer else { return nil }
    return Int(bitPattern: pointer) - 1
  }

  private static func pointer(_ slot: Int) -> UnsafeMutableRawPointer? {
    unsafe UnsafeMutableRawPointer(bitPattern: slot + 1)
  }

  private static func provider(_ slot: Int) -> nghttp2_data_provider {
    var provider = unsafe nghttp2_data_provider()
    unsafe provider.source.ptr = unsafe pointer(slot)
    unsafe provider.read_callback = SessionCallbacks.read
    return unsafe provider
  }

  private func withFields(
    _ headers: [HeaderField], _ body: (UnsafeBufferPointer<nghttp2_nv>) -> Int32
  ) -> Int32 {
    // One block for all names and values: the library copies from it while it is submitted.
    var bytes: [UInt8] = []
    for field in headers {
      bytes.append(contentsOf: field.name)
      bytes.append(contentsOf: field.value)
    }
    return unsafe bytes.withUnsafeMutableBufferPointer { block in
      // An empty block has no address, and then there are no fields to point into it.
      guard let start = block.baseAddress else { return unsafe body(.init(start: nil, count: 0)) }
      var fields: [nghttp2_nv] = unsafe []
      var offset = 0
      for field in headers {
        unsafe fields.append(
          nghttp2_nv(
            name: start + offset, value: start + offset + field.name.count,
            namelen: field.name.count, valuelen: field.value.count, flags: 0))
        offset += field.name.count + field.value.count
      }
      return unsafe fields.withUnsafeBufferPointer { unsafe body($0) }
    }
  }
}
