internal import CNGHTTP2

/// One HTTP/2 connection as a state machine: bytes in, callbacks out, bytes out.
///
/// Owns an nghttp2 session. Knows no socket and reads no clock. Confined to one thread; the
/// library calls back only while one of `receive`, `send` or `timePassed` runs, and these take the
/// delegate, so that session and owner do not keep each other alive.
@safe
public final class HTTP2Session {
  static let lingeringMax = 1_024

  let raw: OpaquePointer
  let limits: HTTP2Limits
  let role: HTTP2Role
  var delegate: (any HTTP2SessionDelegate)?
  var now: MonotonicTime
  var timers: ConnectionTimers
  var failure: HTTP2Error?

  // The header block being read; blocks are never interleaved (RFC 9113 §4.3).
  var headerBytes = 0
  var headerFields = 0
  var headersOverLimit = false
  var block = HeaderBlock()
  var blockIsWanted = false

  var uselessFrames: TokenBucket
  var ownResets: TokenBucket
  var pingStrikes = 0
  var lastPingAt: MonotonicTime?
  var scanner = FrameScanner(prefaceBytes: 24)
  /// Highest stream id of any HEADERS, whether the library has seen it yet or not.
  var highestSeen: Int32 = 0
  /// CONTINUATION frames of the header block being read.
  var continuations = 0
  /// Payload of the DATA frame being read; padding is none.
  var frameBytes = 0
  var closedStreams = ClosedStreams()
  /// Streams whose answer is complete and whose request is not, by age.
  var lingering: [(stream: Int32, until: MonotonicTime)] = []
  /// The stream whose RST_STREAM was sent last, and which is closed by that.
  var resetByUs: Int32 = 0
  var goAwaySent = false
  /// The peer's first SETTINGS have come: it speaks HTTP/2, and after TLS, it has let us in.
  public internal(set) var hasPeerSettings = false

  /// Streams that are open now.
  public internal(set) var openStreams = 0
  /// Streams the peer has opened so far (server) or we have (client).
  public internal(set) var totalStreams = 0

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

  func submitSettings() {
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
  func feed(_ bytes: Span<UInt8>) -> Int {
    unsafe bytes.withUnsafeBufferPointer {
      unsafe nghttp2_session_mem_recv(raw, $0.baseAddress, $0.count)
    }
  }

  /// Looks at each frame's head before the library does. Stops when one breaks a rule.
  func scanAndFeed(_ bytes: Span<UInt8>) -> Int {
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

  func isGone(_ stream: Int32) -> Bool {
    closedStreams.mayBeClosed(stream) && !isOpen(stream)
  }

  func isOpen(_ stream: Int32) -> Bool {
    unsafe nghttp2_session_find_stream(raw, stream) != nil
  }

  /// To ignore a frame is right on streams that we have reset; on those that the peer has ended
  /// itself it is an error (RFC 9113 §5.1).
  func judgeGone(_ frame: FrameScanner.Frame) {
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

  static func error(for code: Int) -> HTTP2Error {
    switch Int32(truncatingIfNeeded: code) {
    case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue: .notHTTP2
    case NGHTTP2_ERR_FLOODED.rawValue: .limitExceeded("outboundAcksMax")
    case NGHTTP2_ERR_TOO_MANY_CONTINUATIONS.rawValue: .limitExceeded("continuationsMax")
    default: .protocolViolation(code: Int32(truncatingIfNeeded: code))
    }
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

  func finishDrain() {
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
  func linger(_ stream: Int32) {
    if lingering.count >= Self.lingeringMax {
      let oldest = lingering.removeFirst().stream
      if isOpen(oldest) { reset(oldest, .noError) }
    }
    lingering.append((stream, now.advanced(by: limits.lingerTime)))
  }

  func endLingering() {
    var count = 0
    while count < lingering.count, lingering[count].until <= now {
      let stream = lingering[count].stream
      if isOpen(stream) { reset(stream, .noError) }
      count += 1
    }
    if count > 0 { lingering.removeFirst(count) }
  }

  enum Ping: UInt8 {
    case keepalive = 1
    case drain = 2
  }

  func ping(_ purpose: Ping) {
    var payload: [UInt8] = [0, 0, 0, 0, 0, 0, 0, purpose.rawValue]
    unsafe nghttp2_submit_ping(raw, 0, &payload)
  }
}
