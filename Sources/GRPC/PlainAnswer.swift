internal import HTTP2

/// An answer to a request that is not gRPC: for people with curl, proxies and probes.
struct PlainAnswer {
  var status: Int
  var text: [UInt8]
  /// HEAD is answered without the body.
  var isHead: Bool

  static func methodNotAllowed(isHead: Bool) -> PlainAnswer {
    PlainAnswer(
      status: 405, text: Array("Method not allowed: gRPC calls are POST requests.\n".utf8),
      isHead: isHead)
  }

  static let unsupportedMediaType = PlainAnswer(
    status: 415,
    text: Array("Unsupported media type: content-type must be application/grpc.\n".utf8),
    isHead: false)

  static func headerListTooLarge(bytesMax: Int) -> PlainAnswer {
    PlainAnswer(
      status: 431, text: Array("Header list over \(bytesMax) bytes.\n".utf8), isHead: false)
  }

  var headers: [HeaderField] {
    var fields = [
      HeaderField(":status", "\(status)"), HeaderField("content-type", "text/plain"),
      HeaderField("content-length", "\(text.count)"),
    ]
    if status == 405 { fields.append(HeaderField("allow", "POST")) }
    return fields
  }
}
