/// What a status says to programs: the parts of `google.rpc.Status` that clients act on.
///
/// Travels in `grpc-status-details-bin`. Source: google/rpc/status.proto and error_details.proto.
public struct StatusDetails: Equatable, Sendable {
  /// One field of a request and what is wrong with it (`BadRequest.FieldViolation`).
  public struct FieldViolation: Equatable, Sendable {
    /// Path in the request: `steps[2].weight`.
    public var field: String
    public var description: String

    public init(field: String, description: String) {
      self.field = field
      self.description = description
    }
  }

  /// Why the call failed, in a form that does not change with the message (`ErrorInfo`).
  public struct Reason: Equatable, Sendable {
    /// UPPER_SNAKE_CASE, unique in the domain.
    public var reason: String
    /// Who gives reasons their meaning: the service's name.
    public var domain: String

    public init(_ reason: String, domain: String) {
      self.reason = reason
      self.domain = domain
    }
  }

  public var violations: [FieldViolation] = []
  /// When a repeat may help (`RetryInfo`).
  public var retryAfter: Duration?
  public var reason: Reason?

  /// Details are cut at this many bytes: stock clients take 8 KiB of header list by default.
  public static let bytesMax = 4 << 10
  private static let typePrefix = "type.googleapis.com/google.rpc."

  public init(
    violations: [FieldViolation] = [], retryAfter: Duration? = nil, reason: Reason? = nil
  ) {
    self.violations = violations
    self.retryAfter = retryAfter
    self.reason = reason
  }

  /// Reads a serialised `google.rpc.Status`; `nil` when it is malformed. Other kinds of details
  /// are passed over.
  public init?(serialised bytes: [UInt8]) {
    do throws(WireReader.Malformed) {
      var status = WireReader(bytes)
      while let (number, value) = try status.next() {
        guard number == 3 else { continue }
        var any = WireReader(try value.bytes())
        var type = ""
        var content: [UInt8] = []
        while let (number, value) = try any.next() {
          if number == 1 { type = try value.text() }
          if number == 2 { content = try value.bytes() }
        }
        try read(type, content)
      }
    } catch {
      return nil
    }
  }

  private mutating func read(_ type: String, _ bytes: [UInt8]) throws(WireReader.Malformed) {
    var message = WireReader(bytes)
    switch type {
    case Self.typePrefix + "BadRequest":
      while let (number, value) = try message.next() {
        guard number == 1 else { continue }
        var inner = WireReader(try value.bytes())
        var violation = FieldViolation(field: "", description: "")
        while let (number, value) = try inner.next() {
          if number == 1 { violation.field = try value.text() }
          if number == 2 { violation.description = try value.text() }
        }
        violations.append(violation)
      }
    case Self.typePrefix + "RetryInfo":
      while let (number, value) = try message.next() {
        guard number == 1 else { continue }
        var inner = WireReader(try value.bytes())
        var (seconds, nanoseconds) = (Int64(0), Int64(0))
        while let (number, value) = try inner.next() {
          if number == 1 { seconds = Int64(bitPattern: try value.number()) }
          if number == 2 { nanoseconds = Int64(bitPattern: try value.number()) }
        }
        // The range of google.protobuf.Duration; a server cannot ask for the past.
        guard (0...315_576_000_000).contains(seconds), (0..<1_000_000_000).contains(nanoseconds)
        else { throw WireReader.Malformed() }
        retryAfter = .seconds(seconds) + .nanoseconds(nanoseconds)
      }
    case Self.typePrefix + "ErrorInfo":
      var reason = Reason("", domain: "")
      while let (number, value) = try message.next() {
        if number == 1 { reason.reason = try value.text() }
        if number == 2 { reason.domain = try value.text() }
      }
      self.reason = reason
    default: break
    }
  }

  /// The serialised `google.rpc.Status` with these details; at most ``bytesMax`` bytes, the first
  /// violations going before later ones.
  func serialised(_ code: RPCCode, _ message: String) -> [UInt8] {
    var status = WireWriter()
    status.varint(1, UInt64(code.rawValue))
    status.bytes(2, Array(message.utf8.prefix(1_024)).validPrefix)
    if let retryAfter {
      let (seconds, attoseconds) = retryAfter.components
      var duration = WireWriter()
      duration.varint(1, UInt64(clamping: max(seconds, 0)))
      duration.varint(2, UInt64(clamping: max(attoseconds / 1_000_000_000, 0)))
      var info = WireWriter()
      info.bytes(1, duration.bytes)
      status.any("RetryInfo", info.bytes)
    }
    if let reason {
      var info = WireWriter()
      info.bytes(1, Array(reason.reason.utf8))
      info.bytes(2, Array(reason.domain.utf8))
      status.any("ErrorInfo", info.bytes)
    }
    var request = WireWriter()
    for violation in violations {
      var inner = WireWriter()
      inner.bytes(1, Array(violation.field.utf8))
      inner.bytes(2, Array(violation.description.utf8))
      guard status.bytes.count + request.bytes.count + inner.bytes.count + 64 <= Self.bytesMax
      else { break }
      request.bytes(1, inner.bytes)
    }
    if !request.bytes.isEmpty { status.any("BadRequest", request.bytes) }
    return status.bytes
  }
}

extension RPCStatus {
  /// A status that says the same to people and to programs.
  public init(_ code: RPCCode, _ message: String, details: StatusDetails) {
    self.init(code, message, details: details.serialised(code, message))
  }

  /// The details for programs, or `nil` when there are none that can be read.
  public var readDetails: StatusDetails? {
    details.isEmpty ? nil : StatusDetails(serialised: details)
  }
}

extension WireWriter {
  /// A `google.protobuf.Any` as element of `google.rpc.Status.details`.
  fileprivate mutating func any(_ type: String, _ content: [UInt8]) {
    var any = WireWriter()
    any.bytes(1, Array("type.googleapis.com/google.rpc.\(type)".utf8))
    any.bytes(2, content)
    bytes(3, any.bytes)
  }
}

extension [UInt8] {
  /// The bytes without a character that is cut off at their end.
  fileprivate var validPrefix: [UInt8] {
    var end = count
    while end > 0, count - end < 4, String(validating: self[..<end], as: UTF8.self) == nil {
      end -= 1
    }
    return Array(self[..<end])
  }
}
