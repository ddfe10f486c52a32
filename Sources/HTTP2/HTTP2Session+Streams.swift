internal import CNGHTTP2

/// What the owner says on streams.
extension HTTP2Session {
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

  // MARK: Words of the library

  func slot(_ stream: Int32) -> Int? {
    unsafe Self.slot(nghttp2_session_get_stream_user_data(raw, stream))
  }

  /// A slot travels through the library's `void *` as the number plus one; zero is "none".
  static func slot(_ pointer: UnsafeMutableRawPointer?) -> Int? {
    guard let pointer = unsafe pointer else { return nil }
    return Int(bitPattern: pointer) - 1
  }

  static func pointer(_ slot: Int) -> UnsafeMutableRawPointer? {
    unsafe UnsafeMutableRawPointer(bitPattern: slot + 1)
  }

  static func provider(_ slot: Int) -> nghttp2_data_provider {
    var provider = unsafe nghttp2_data_provider()
    unsafe provider.source.ptr = unsafe pointer(slot)
    unsafe provider.read_callback = SessionCallbacks.read
    return unsafe provider
  }

  func withFields(
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
