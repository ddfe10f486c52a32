/// Limits of one HTTP/2 connection. libnghttp2 1.52 enforces some; the rest is counted by us.
public struct HTTP2Limits: Sendable {
  /// Streams a peer may have open at once; announced in the first SETTINGS. 100 to 1000.
  public var concurrentStreamsMax: Int = 256
  /// Sum of name + value + 32 bytes over all fields of one header block (RFC 9113 §6.5.2).
  public var headerListBytesMax: Int = 16 << 10
  /// Fields in one header block.
  public var headerFieldsMax: Int = 64
  /// CONTINUATION frames per header block (CVE-2024-28182).
  public var continuationsMax: Int = 16
  /// Entries in one SETTINGS frame.
  public var settingsEntriesMax: Int = 32
  /// SETTINGS and PING acknowledgements waiting to be sent.
  public var outboundAcksMax: Int = 128
  /// Frames waiting to be sent, payload aside: answers, resets, acknowledgements. Payload is only
  /// produced when the socket takes it.
  public var queuedFramesMax: Int = 1_000
  /// RST_STREAM frames a peer may send: a burst, then a rate per second (CVE-2023-44487).
  public var resetBurst: Int = 100
  public var resetsPerSecond: Int = 10
  /// RST_STREAM frames a peer may make *us* send: a burst, then a rate (CVE-2025-8671).
  public var ownResetBurst: Int = 100
  public var ownResetsPerSecond: Int = 2
  /// Frames that carry nothing (PRIORITY, unknown types, DATA without payload, SETTINGS, PING,
  /// WINDOW_UPDATE, frames on streams that are gone): a burst, then a rate (CVE-2019-9513,
  /// CVE-2019-9518). Useful ones pay back.
  public var uselessFrameBurst: Int = 2_000
  public var uselessFramesPerSecond: Int = 200
  /// Flow control windows for what the peer sends, in bytes.
  public var streamWindowBytes: Int = 64 << 10
  public var connectionWindowBytes: Int = 1 << 20
  /// Time for the connection preface, and for the acknowledgement of our first SETTINGS.
  public var prefaceTimeout: Duration = .seconds(10)
  public var settingsTimeout: Duration = .seconds(10)
  /// Time for one header block, from its first byte to its last.
  public var headerTimeout: Duration = .seconds(10)
  /// Time without an open stream after which the connection is drained.
  public var idleTimeout: Duration = .seconds(600)
  /// Age at which a connection is drained, spread by `ageJitter` (0.1 is ±10 %).
  public var ageMax: Duration = .seconds(1_800)
  public var ageJitter: Double = 0.1
  /// Time that open calls get after an age or idle drain, before the connection is cut.
  public var drainGrace: Duration = .seconds(30)
  /// Time in which some output must be taken by the peer while output is waiting.
  public var outputStallTimeout: Duration = .seconds(30)
  /// Time a client has to end its side of a stream whose answer is complete; then the stream is
  /// reset. Until then it may send what its stream window holds, which is dropped.
  public var lingerTime: Duration = .seconds(1)
  /// Silence after which we send a PING while streams are open, and time for its answer.
  public var keepaliveInterval: Duration = .seconds(30)
  public var keepaliveTimeout: Duration = .seconds(10)
  /// Silence while streams are open after which the connection is given up; for clients of servers
  /// known to send PINGs by themselves. `nil` leaves it to `keepaliveInterval`.
  public var silenceMax: Duration?
  /// A peer's PINGs closer together than this, without data in between, earn a strike; the third
  /// strike is answered with GOAWAY ENHANCE_YOUR_CALM `too_many_pings` (gRPC proposal A8).
  public var pingIntervalMin: Duration = .seconds(300)
  public var pingStrikesMax: Int = 2

  public init() {}
}
