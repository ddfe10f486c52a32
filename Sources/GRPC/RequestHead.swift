internal import HTTP2

/// What the header block of a request says, read field by field without making text of it.
struct RequestHead {
  enum ContentType {
    case missing, grpc, other
  }

  enum Encoding {
    case identity, gzip, unknown
  }

  var method: Int?
  var isPost = false
  var contentType = ContentType.missing
  var encoding = Encoding.identity
  /// Nanoseconds; `nil` when not given.
  var timeout: Int64?
  var hasBadTimeout = false

  /// Reads one field; what is left for the application goes into `metadata`.
  mutating func read(
    name: Span<UInt8>, value: Span<UInt8>, methods: MethodTable, metadata: inout RequestMetadata
  ) {
    guard name.count > 0, name[0] != UInt8(ascii: ":") else {
      switch name.count {
      case 5 where name.equals(":path"): method = methods.index(of: value)
      case 7 where name.equals(":method"): isPost = value.equals("POST")
      default: break
      }
      return
    }
    switch name.count {
    case 2 where name.equals("te"): break
    case 12 where name.equals("content-type"): contentType = Self.contentType(value)
    case 12 where name.equals("grpc-timeout"):
      timeout = GRPCTimeout.nanoseconds(value)
      hasBadTimeout = timeout == nil
    case 13 where name.equals("grpc-encoding"):
      encoding = value.equals("identity") ? .identity : value.equals("gzip") ? .gzip : .unknown
    case 20 where name.equals("grpc-accept-encoding"): break
    default: metadata.append(name, value)
    }
  }

  /// `application/grpc`, alone or followed by `+` or `;`. Source: the gRPC protocol document.
  private static func contentType(_ value: Span<UInt8>) -> ContentType {
    guard value.hasPrefix("application/grpc") else { return .other }
    guard value.count > 16 else { return .grpc }
    return value[16] == UInt8(ascii: "+") || value[16] == UInt8(ascii: ";") ? .grpc : .other
  }
}
