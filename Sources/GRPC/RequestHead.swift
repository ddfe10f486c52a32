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
  var isHead = false
  var hasTrailersToken = false
  var contentType = ContentType.missing
  var encoding = Encoding.identity
  var acceptsGzip = false
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
      case 7 where name.equals(":method"):
        isPost = value.equals("POST")
        isHead = value.equals("HEAD")
      default: break
      }
      return
    }
    switch name.count {
    case 2 where name.equals("te"): hasTrailersToken = true  // The library takes no other value.
    case 12 where name.equals("content-type"): contentType = Self.contentType(value)
    case 12 where name.equals("grpc-timeout"):
      timeout = GRPCTimeout.nanoseconds(value)
      hasBadTimeout = timeout == nil
    case 13 where name.equals("grpc-encoding"):
      encoding = value.equals("identity") ? .identity : value.equals("gzip") ? .gzip : .unknown
    case 20 where name.equals("grpc-accept-encoding"):
      acceptsGzip = acceptsGzip || Self.namesGzip(value)
    default: metadata.append(name, value)
    }
  }

  /// `application/grpc` or `application/grpc+proto`, parameters after `;` aside. Other formats of
  /// messages are not for us. Source: the gRPC protocol document.
  private static func contentType(_ value: Span<UInt8>) -> ContentType {
    var end = 0
    while end < value.count, value[end] != UInt8(ascii: ";"), value[end] != UInt8(ascii: " ") {
      end += 1
    }
    let type = value.extracting(0..<end)
    let isGRPC =
      type.equalsIgnoringCase("application/grpc")
      || type.equalsIgnoringCase("application/grpc+proto")
    return isGRPC ? .grpc : .other
  }

  /// Whether a comma-separated list has the word `gzip`.
  private static func namesGzip(_ list: Span<UInt8>) -> Bool {
    var start = 0
    while start < list.count {
      var end = start
      while end < list.count, list[end] != UInt8(ascii: ",") { end += 1 }
      var word = start..<end
      while !word.isEmpty, list[word.lowerBound] == UInt8(ascii: " ") { word.removeFirst() }
      while !word.isEmpty, list[word.upperBound - 1] == UInt8(ascii: " ") { word.removeLast() }
      if list.extracting(word).equals("gzip") { return true }
      start = end + 1
    }
    return false
  }
}
