public import GRPC

/// Where a call stands in a distributed trace: the content of `traceparent`.
///
/// Source: W3C Trace Context, level 1. Read leniently in version, strictly in form; written as
/// version 00.
public struct TraceContext: Equatable, Sendable {
  /// The 16 bytes of the trace id; not all zero.
  public let traceHigh: UInt64
  public let traceLow: UInt64
  /// The span that called; not zero.
  public let span: UInt64
  /// Bit 0: the caller records this trace.
  public let flags: UInt8

  /// `nil` when an id is zero, which the specification forbids.
  public init?(traceHigh: UInt64, traceLow: UInt64, span: UInt64, flags: UInt8) {
    guard traceHigh | traceLow != 0, span != 0 else { return nil }
    self.traceHigh = traceHigh
    self.traceLow = traceLow
    self.span = span
    self.flags = flags
  }

  /// Reads a header value; `nil` for anything malformed, which is to be treated as absent.
  public init?(traceparent text: String) {
    var text = text
    let parsed = text.withUTF8 { unsafe Self.parse($0.span) }
    guard let parsed else { return nil }
    self = parsed
  }

  private static func parse(_ bytes: Span<UInt8>) -> TraceContext? {
    guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
      let version = hex(bytes, 0, 2), version != 0xFF,
      let high = hex(bytes, 3, 16), let low = hex(bytes, 19, 16),
      let span = hex(bytes, 36, 16), let flags = hex(bytes, 53, 2)
    else { return nil }
    // A later version may have more fields, after another dash.
    guard bytes.count == 55 || (version > 0 && bytes[55] == dash) else { return nil }
    return TraceContext(
      traceHigh: high, traceLow: low, span: span, flags: UInt8(truncatingIfNeeded: flags) & 1)
  }

  private static let dash = UInt8(ascii: "-")

  /// Lower case only, as the specification has it.
  private static func hex(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> UInt64? {
    var value: UInt64 = 0
    for index in start..<start + count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(byte - 48)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(byte - 87)
      default: return nil
      }
    }
    return value
  }

  /// The same trace, one span further.
  public func child(span: UInt64) -> TraceContext {
    TraceContext(
      traceHigh: traceHigh, traceLow: traceLow, span: span == 0 ? 1 : span, flags: flags) ?? self
  }

  /// The same trace, with a new random span.
  public func child() -> TraceContext { child(span: UInt64.random(in: 1 ... .max)) }

  /// 32 digits.
  public var traceID: String { Self.text(traceHigh) + Self.text(traceLow) }
  /// 16 digits.
  public var spanID: String { Self.text(span) }
  /// The value of the header.
  public var traceparent: String { "00-\(traceID)-\(spanID)-\(flags == 0 ? "00" : "01")" }

  private static func text(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}

extension RequestMetadata {
  /// The trace this request belongs to; `nil` when it names none, several or a malformed one.
  public var traceContext: TraceContext? {
    let values = texts("traceparent")
    guard values.count == 1, let value = values.first else { return nil }
    return TraceContext(traceparent: value)
  }
}
