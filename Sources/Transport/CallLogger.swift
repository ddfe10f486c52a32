internal import GRPC
internal import HTTP2
internal import Logging
internal import Synchronization

/// Writes the access log and the slow-call log of one event loop.
final class CallLogger: Sendable {
  private let paths: [String]
  private let unary: [Bool]
  private let sampleEvery: Int
  private let slowNanoseconds: Int64
  private let logger: Logger
  private let untilSample: Atomic<Int>
  private let slowCalls = LogRate(perSecondMax: 50)

  init(_ settings: CallLog, methods: MethodTable, logger: Logger) {
    paths = methods.allPaths
    unary = methods.allAreUnary
    sampleEvery = max(settings.sampleEvery, 0)
    slowNanoseconds = settings.slowCallMin?.clampedNanoseconds ?? .max
    untilSample = Atomic(0)
    self.logger = logger
  }

  /// Whether a call is to be written down, and as what. Cheap: all calls come by here.
  func level(method: Int?, nanoseconds: Int64) -> Logger.Level? {
    let isSlow = nanoseconds >= slowNanoseconds && (method.map { unary[$0] } ?? true)
    if sampleEvery > 0 {
      // One writer, the loop: no read-modify-write is needed.
      let left = untilSample.load(ordering: .relaxed)
      untilSample.store(left > 0 ? left - 1 : sampleEvery - 1, ordering: .relaxed)
      if left == 0 { return isSlow ? .notice : .info }
    }
    return isSlow ? .notice : nil
  }

  /// One line. What came from the other side is escaped and bounded.
  func write(_ level: Logger.Level, _ call: FinishedCall, peer: String, principal: String) {
    let isSlow = call.nanoseconds >= slowNanoseconds
    // When everything is slow, the log must not make it slower.
    guard let unwritten = isSlow ? slowCalls.take() : 0 else { return }
    var fields: Logger.Metadata = [
      "method": "\(call.method.map { paths[$0] } ?? "unknown")",
      "status": "\(call.code.name)",
      "duration_us": "\(call.nanoseconds / 1_000)",
      "request_bytes": "\(call.requestBytes)",
      "reply_bytes": "\(call.replyBytes)",
      "peer": "\(peer)",
      "principal": "\(LogText.escaped(principal))",
      "request_id": "\(Self.requestID(call))",
    ]
    if unwritten > 0 { fields["not_logged"] = "\(unwritten)" }
    if let trace = call.metadata.traceContext {
      fields["trace_id"] = "\(trace.traceID)"
      fields["parent_span_id"] = "\(trace.spanID)"
      fields["span_id"] = "\(trace.child().spanID)"
    }
    if let agent = call.metadata.text("user-agent") {
      fields["user_agent"] = "\(LogText.escaped(agent, bytesMax: 128))"
    }
    logger.log(level: level, isSlow ? "slow call" : "call", metadata: fields)
  }

  /// The caller's own, when it gave one, else one of ours.
  private static func requestID(_ call: FinishedCall) -> String {
    if let id = call.metadata.text("x-request-id"), !id.isEmpty {
      return LogText.escaped(id, bytesMax: 128)
    }
    let digits = String(UInt64.random(in: 0 ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}
