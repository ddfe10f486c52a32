internal import CNGHTTP2

/// The library's callback table, made once and shared by all sessions.
@safe
final class SessionCallbacks: @unchecked Sendable {
  static let shared = SessionCallbacks()

  let raw: OpaquePointer

  /// Serves the data provider of every stream.
  static let read: nghttp2_data_source_read_callback = {
    _, _, buffer, length, flags, source, context in
    let failed = Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
    guard let buffer = unsafe buffer, let flags = unsafe flags, let source = unsafe source,
      let slot = unsafe HTTP2Session.slot(source.pointee.ptr)
    else { return failed }
    return unsafe HTTP2Session.with(context, else: failed) {
      unsafe $0.produce(slot, into: buffer, capacity: length, flags: flags)
    }
  }

  private init() {
    var created: OpaquePointer?
    guard unsafe nghttp2_session_callbacks_new(&created) == 0, let created = unsafe created else {
      preconditionFailure("nghttp2: no memory for callbacks")
    }
    unsafe raw = unsafe created

    unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(raw) { _, frame, context in
      guard let frame = unsafe frame else { return 0 }
      unsafe HTTP2Session.with(context, else: ()) {
        $0.headersBegan(
          unsafe frame.pointee.hd,
          isRequest: unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST)
      }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_header_callback(raw) {
      _, _, name, nameBytes, value, valueBytes, _, context in
      guard let name = unsafe name, let value = unsafe value else { return 0 }
      let goesOn = unsafe HTTP2Session.with(context, else: true) {
        $0.header(
          name: unsafe Span(_unsafeStart: name, count: nameBytes),
          value: unsafe Span(_unsafeStart: value, count: valueBytes))
      }
      return goesOn ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
    }
    unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(raw) {
      _, _, stream, data, length, context in
      guard let data = unsafe data else { return 0 }
      unsafe HTTP2Session.with(context, else: ()) {
        $0.received(chunk: unsafe Span(_unsafeStart: data, count: length), on: stream)
      }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(raw) { _, frame, context in
      guard let frame = unsafe frame else { return 0 }
      unsafe HTTP2Session.with(context, else: ()) { session in
        let header = unsafe frame.pointee.hd
        switch UInt32(header.type) {
        case NGHTTP2_DATA.rawValue: session.received(data: header)
        case NGHTTP2_HEADERS.rawValue:
          let category = unsafe frame.pointee.headers.cat
          session.received(headers: header, isTrailers: category == NGHTTP2_HCAT_HEADERS)
        case NGHTTP2_PING.rawValue:
          session.received(ping: unsafe frame.pointee.ping.opaque_data.7, header)
        case NGHTTP2_SETTINGS.rawValue: session.received(settings: header)
        case NGHTTP2_GOAWAY.rawValue:
          let frame = unsafe frame.pointee.goaway
          let debug = unsafe UnsafeBufferPointer(
            start: frame.opaque_data, count: frame.opaque_data_len)
          session.received(
            goAway: unsafe frame.error_code, debug: unsafe Span(_unsafeElements: debug))
        default: break
        }
      }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_send_callback(raw) { _, frame, context in
      guard let frame = unsafe frame else { return 0 }
      unsafe HTTP2Session.with(context, else: ()) {
        let header = unsafe frame.pointee.hd
        let isReset = UInt32(header.type) == NGHTTP2_RST_STREAM.rawValue
        $0.sent(header, errorCode: isReset ? unsafe frame.pointee.rst_stream.error_code : 0)
      }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_stream_close_callback(raw) {
      _, stream, code, context in
      unsafe HTTP2Session.with(context, else: ()) { $0.closed(stream, code: code) }
      return 0
    }
  }
}
