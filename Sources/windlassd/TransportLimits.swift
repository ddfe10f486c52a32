import GRPC
import HTTP2
import Transport

/// What one client may do to the gRPC listener, as far as it is set and not fixed.
struct TransportLimits: Sendable {
  var server = ServerLimits()
  /// For its limits only; the files come from settings of their own.
  var tls = ServerTLS(certificateFile: "", privateKeyFile: "")

  /// One limit that can be set: `--limit NAME=VALUE`. Names are those that the log uses.
  struct Limit: Sendable {
    enum Value: Sendable {
      case number(any WritableKeyPath<TransportLimits, Int> & Sendable, ClosedRange<Int>)
      case share(any WritableKeyPath<TransportLimits, Double> & Sendable, ClosedRange<Double>)
      case time(any WritableKeyPath<TransportLimits, Duration> & Sendable, ClosedRange<Duration>)
    }

    let name: String
    let value: Value

    /// What is allowed, in words.
    var range: String {
      switch value {
      case .number(_, let range): "\(range.lowerBound) to \(range.upperBound)"
      case .share(_, let range): "\(range.lowerBound) to \(range.upperBound)"
      case .time(_, let range):
        DurationSetting.text(range.lowerBound) + " to " + DurationSetting.text(range.upperBound)
      }
    }

    /// Its value among these, as it would be set.
    func text(in limits: TransportLimits) -> String {
      switch value {
      case .number(let path, _): "\(limits[keyPath: path])"
      case .share(let path, _): "\(limits[keyPath: path])"
      case .time(let path, _): DurationSetting.text(limits[keyPath: path])
      }
    }

    /// - Throws: ``Settings/Invalid`` naming the limit and its range.
    func set(_ text: String, in limits: inout TransportLimits) throws(Settings.Invalid) {
      switch value {
      case .number(let path, let range):
        guard let number = Int(text), range.contains(number) else { throw refusal(text) }
        limits[keyPath: path] = number
      case .share(let path, let range):
        guard let number = Double(text), range.contains(number) else { throw refusal(text) }
        limits[keyPath: path] = number
      case .time(let path, let range):
        guard let time = DurationSetting.parse(text), range.contains(time) else {
          throw refusal(text)
        }
        limits[keyPath: path] = time
      }
    }

    private func refusal(_ text: String) -> Settings.Invalid {
      let kind =
        switch value {
        case .number: "a number"
        case .share: "a share"
        case .time: "a duration such as 10s"
        }
      return Settings.Invalid(
        description: "limit \(name): '\(text.prefix(64))' is not \(kind) from \(range)")
    }
  }

  static let all: [Limit] = [
    .init(name: "connectionsMax", value: .number(\.server.connectionsMax, 1...1_000_000)),
    .init(name: "handshakesMax", value: .number(\.tls.handshakesMax, 1...100_000)),
    .init(
      name: "handshakesPerSourceMax", value: .number(\.tls.handshakesPerSourceMax, 1...100_000)),
    .init(
      name: "handshakeTimeout", value: .time(\.tls.handshakeTimeout, milliseconds(100, 300_000))),
    .init(name: "reloadInterval", value: .time(\.tls.reloadInterval, milliseconds(100, 3_600_000))),

    // How long a connection lives.
    .init(name: "ageMax", value: .time(\.server.http2.ageMax, seconds(1, 86_400))),
    .init(name: "ageJitter", value: .share(\.server.http2.ageJitter, 0...0.5)),
    .init(name: "idleTimeout", value: .time(\.server.http2.idleTimeout, seconds(1, 86_400))),
    .init(name: "drainGrace", value: .time(\.server.http2.drainGrace, seconds(1, 3_600))),
    .init(name: "prefaceTimeout", value: .time(\.server.http2.prefaceTimeout, seconds(1, 600))),
    .init(name: "settingsTimeout", value: .time(\.server.http2.settingsTimeout, seconds(1, 600))),
    .init(name: "headerTimeout", value: .time(\.server.http2.headerTimeout, seconds(1, 600))),
    .init(
      name: "outputStallTimeout", value: .time(\.server.http2.outputStallTimeout, seconds(1, 3_600))
    ),
    .init(name: "lingerTime", value: .time(\.server.http2.lingerTime, milliseconds(10, 60_000))),
    // Our agents take 45 s of silence for a dead path.
    .init(
      name: "keepaliveInterval", value: .time(\.server.http2.keepaliveInterval, seconds(1, 40))),
    .init(name: "keepaliveTimeout", value: .time(\.server.http2.keepaliveTimeout, seconds(1, 600))),
    .init(name: "pingIntervalMin", value: .time(\.server.http2.pingIntervalMin, seconds(1, 3_600))),
    .init(name: "pingStrikesMax", value: .number(\.server.http2.pingStrikesMax, 0...1_000)),

    // What a connection may send.
    .init(
      name: "concurrentStreamsMax", value: .number(\.server.http2.concurrentStreamsMax, 100...1_000)
    ),
    .init(
      name: "headerListBytesMax",
      value: .number(\.server.http2.headerListBytesMax, 4_096...1_048_576)),
    .init(name: "headerFieldsMax", value: .number(\.server.http2.headerFieldsMax, 16...1_000)),
    .init(name: "continuationsMax", value: .number(\.server.http2.continuationsMax, 1...1_000)),
    .init(name: "settingsEntriesMax", value: .number(\.server.http2.settingsEntriesMax, 8...1_000)),
    .init(name: "outboundAcksMax", value: .number(\.server.http2.outboundAcksMax, 16...10_000)),
    .init(name: "queuedFramesMax", value: .number(\.server.http2.queuedFramesMax, 100...100_000)),
    .init(name: "resetBurst", value: .number(\.server.http2.resetBurst, 1...1_000_000)),
    .init(name: "resetsPerSecond", value: .number(\.server.http2.resetsPerSecond, 1...1_000_000)),
    .init(name: "ownResetBurst", value: .number(\.server.http2.ownResetBurst, 1...1_000_000)),
    .init(
      name: "ownResetsPerSecond", value: .number(\.server.http2.ownResetsPerSecond, 1...1_000_000)),
    .init(
      name: "uselessFrameBurst", value: .number(\.server.http2.uselessFrameBurst, 10...1_000_000)),
    .init(
      name: "uselessFramesPerSecond",
      value: .number(\.server.http2.uselessFramesPerSecond, 1...1_000_000)),
    .init(
      name: "streamWindowBytes",
      value: .number(\.server.http2.streamWindowBytes, 16_384...16_777_216)),
    .init(
      name: "connectionWindowBytes",
      value: .number(\.server.http2.connectionWindowBytes, 65_535...67_108_864)),

    // Calls.
    .init(name: "unaryDeadlineMax", value: .time(\.server.grpc.unaryDeadlineMax, seconds(1, 600))),
    .init(name: "requestTimeout", value: .time(\.server.grpc.requestTimeout, seconds(1, 3_600))),
    .init(
      name: "sendStallTimeout", value: .time(\.server.grpc.sendStallTimeout, seconds(1, 3_600))),
    .init(
      name: "bufferedRequestBytesMax",
      value: .number(\.server.grpc.bufferedRequestBytesMax, 1_048_576...1_073_741_824)),
    .init(
      name: "serverBufferedRequestBytesMax",
      value: .number(
        \.server.grpc.serverBufferedRequestBytesMax, 1_048_576...68_719_476_736)),
    .init(
      name: "queuedReplyBytesMax",
      value: .number(\.server.grpc.queuedReplyBytesMax, 65_536...1_073_741_824)),
    .init(name: "dialogueQueueMax", value: .number(\.server.grpc.dialogueQueueMax, 1...1_000)),
    .init(
      name: "compressedReplyBytesMax",
      value: .number(\.server.grpc.compressedReplyBytesMax, 0...67_108_864)),
  ]

  private static func seconds(_ first: Int64, _ last: Int64) -> ClosedRange<Duration> {
    .seconds(first) ... .seconds(last)
  }

  private static func milliseconds(_ first: Int64, _ last: Int64) -> ClosedRange<Duration> {
    .milliseconds(first) ... .milliseconds(last)
  }
}
