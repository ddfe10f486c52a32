import HTTP2
import Testing

/// What RFC 9113 and RFC 7541 ask of a server, case by case. The numbers are those of the public
/// conformance suite h2spec, whose 146 cases are the map; ours are told in our own words.
@Suite("What the RFCs ask of a server")
struct ConformanceTests {
  enum Expectation: Sendable {
    /// The answer's headers come.
    case answer(stream: UInt32)
    /// A PING is answered: the connection lives on.
    case alive
    /// The same, or the connection ends because nobody needs it.
    case aliveOrFinished
    /// DATA of this length comes.
    case data(bytes: Int)
    /// The stream is reset, or the connection ended, with one of the codes.
    case streamError([UInt8])
    /// The connection is ended with one of the codes.
    case connectionError([UInt8])
    /// Our SETTINGS are acknowledged.
    case settingsAck
    /// Nothing more is read, whatever is said.
    case closed
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var steps: [[UInt8]]
    var expectation: Expectation
    var testDescription: String { name }

    init(_ name: String, _ steps: [[UInt8]], _ expectation: Expectation) {
      self.name = name
      self.steps = steps
      self.expectation = expectation
    }
  }

  typealias Field = (String, String)

  static let protocolError: UInt8 = 1
  static let flowControlError: UInt8 = 3
  static let streamClosed: UInt8 = 5
  static let frameSizeError: UInt8 = 6
  static let compressionError: UInt8 = 9

  static let endStream: UInt8 = 1
  static let endHeaders: UInt8 = 4
  static let padded: UInt8 = 8
  static let hasPriority: UInt8 = 32

  static let hello = Frames.preface + Frames.settings + Frames.settingsAck
  static let fields: [Field] = [
    (":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "localhost"),
  ]
  static let post: [Field] = [(":method", "POST")] + fields.dropFirst()
  static let block = Frames.block(fields)
  static let test = Array("test".utf8)

  // MARK: Short words for frames

  static func get(_ stream: UInt32 = 1, flags: UInt8 = 5) -> [UInt8] {
    Frames.headers(stream: stream, fields, flags: flags)
  }

  static func get(_ more: [Field], without name: String? = nil) -> [UInt8] {
    Frames.headers(stream: 1, fields.filter { $0.0 != name } + more)
  }

  static func headers(_ payload: [UInt8], _ stream: UInt32 = 1, flags: UInt8 = 5) -> [UInt8] {
    Frames.frame(type: 1, flags: flags, stream: stream, payload)
  }

  static func data(_ stream: UInt32 = 1, _ payload: [UInt8] = test, flags: UInt8 = 1) -> [UInt8] {
    Frames.data(stream: stream, payload, flags: flags)
  }

  static func continuation(
    _ payload: [UInt8], _ stream: UInt32 = 1, flags: UInt8 = endHeaders
  ) -> [UInt8] {
    Frames.frame(type: 9, flags: flags, stream: stream, payload)
  }

  static func priority(_ stream: UInt32, on other: UInt32 = 0, weight: UInt8 = 255) -> [UInt8] {
    Frames.frame(type: 2, stream: stream, Frames.bytes(other) + [weight])
  }

  static func reset(_ stream: UInt32 = 1) -> [UInt8] { Frames.reset(stream: stream) }

  static func window(_ stream: UInt32, _ increment: UInt32) -> [UInt8] {
    Frames.frame(type: 8, stream: stream, Frames.bytes(increment))
  }

  static func settings(_ entries: [(UInt8, UInt32)]) -> [UInt8] {
    Frames.frame(type: 4, entries.flatMap { [0, $0.0] + Frames.bytes($0.1) })
  }

  static func frame(
    _ type: UInt8, _ payload: [UInt8], stream: UInt32 = 0, flags: UInt8 = 0
  ) -> [UInt8] {
    Frames.frame(type: type, flags: flags, stream: stream, payload)
  }

  static func goAway(stream: UInt32 = 0, code: UInt32 = 0) -> [UInt8] {
    frame(7, Frames.bytes(0) + Frames.bytes(code), stream: stream)
  }

  /// The request's block and one more representation behind it.
  static func hpack(_ representation: [UInt8]) -> [[UInt8]] { [headers(block + representation)] }

  // MARK: The cases

  static let generic: [Case] = [
    Case("1 the preface is taken", [], .settingsAck),
    Case("2/1 PRIORITY on an idle stream is taken", [priority(1)], .alive),
    Case(
      "2/2 WINDOW_UPDATE on a half-closed stream is taken",
      [settings([(4, 0)]), get(), window(1, 1)], .data(bytes: 1)),
    Case(
      "2/3 PRIORITY on a half-closed stream is taken",
      [settings([(4, 0)]), get(), priority(1), window(1, 1)], .data(bytes: 1)),
    Case("2/4 RST_STREAM on a half-closed stream is taken", [get(), reset()], .alive),
    Case("2/5 PRIORITY on a closed stream is taken", [get(), priority(1)], .alive),
    Case("3.1/1 one DATA frame", [get(flags: 4), data()], .answer(stream: 1)),
    Case(
      "3.1/2 several DATA frames", [get(flags: 4), data(flags: 0), data()], .answer(stream: 1)),
    Case(
      "3.1/3 DATA with padding",
      [get(flags: 4), data(1, [6] + test + [0, 0, 0, 0, 0, 0], flags: endStream | padded)],
      .answer(stream: 1)),
    Case("3.2/1 HEADERS", [get()], .answer(stream: 1)),
    Case(
      "3.2/2 HEADERS with padding",
      [headers([6] + block + [0, 0, 0, 0, 0, 0], flags: 5 | padded)], .answer(stream: 1)),
    Case(
      "3.2/3 HEADERS with priority",
      [headers([0, 0, 0, 0, 255] + block, flags: 5 | hasPriority)], .answer(stream: 1)),
    Case("3.3/1 the least priority", [priority(1, weight: 0), get()], .answer(stream: 1)),
    Case("3.3/2 the highest priority", [priority(1), get()], .answer(stream: 1)),
    Case("3.3/3 a dependency", [priority(3, on: 1, weight: 0), get()], .answer(stream: 1)),
    Case("3.3/4 an exclusive dependency", [priority(1, on: 1 << 31), get()], .answer(stream: 1)),
    Case("3.3/5 PRIORITY uses up no stream id", [priority(3), get()], .answer(stream: 1)),
    Case("3.4 RST_STREAM", [get(flags: 4), reset()], .alive),
    Case("3.5 SETTINGS", [settings([(4, 65_535)])], .settingsAck),
    Case("3.7 PING", [], .alive),
    Case("3.8 GOAWAY", [goAway()], .aliveOrFinished),
    Case("3.9/1 WINDOW_UPDATE of the connection", [window(0, 1)], .alive),
    Case("3.9/2 WINDOW_UPDATE of a stream", [get(flags: 4), window(1, 1)], .alive),
    Case(
      "3.10/1 one CONTINUATION",
      [headers(Array(block.prefix(5)), flags: 1), continuation(Array(block.dropFirst(5)))],
      .answer(stream: 1)),
    Case(
      "3.10/2 several CONTINUATIONs",
      [
        headers(Array(block.prefix(5)), flags: 1),
        continuation(Array(block[5..<9]), flags: 0), continuation(Array(block.dropFirst(9))),
      ], .answer(stream: 1)),
    Case("4/1 GET", [get()], .answer(stream: 1)),
    Case(
      "4/2 HEAD", [headers(Frames.block([(":method", "HEAD")] + fields.dropFirst()))],
      .answer(stream: 1)),
    Case(
      "4/3 POST", [Frames.headers(stream: 1, post, flags: 4), data()], .answer(stream: 1)),
    Case(
      "4/4 POST with trailers",
      [
        Frames.headers(stream: 1, post, flags: 4), data(flags: 0),
        Frames.headers(stream: 1, [("x-test", "ok")]),
      ], .answer(stream: 1)),
  ]

  static let fieldForms: [(String, [UInt8])] = {
    let agent = Array("user-agent".utf8)
    let value = [6] + Array("h2spec".utf8)
    let agentHuffman: [UInt8] = [0x87, 0xb5, 0x05, 0xb1, 0x61, 0xcc, 0x5a, 0x93]
    let valueHuffman: [UInt8] = [0x84, 0x9c, 0x48, 0xac, 0xa4]
    let name = [6] + Array("x-test".utf8)
    let nameHuffman: [UInt8] = [0x85, 0xf2, 0xb2, 0x4a, 0x84, 0xff]
    var forms: [(String, [UInt8])] = [("an indexed field", [0xba])]
    for (kind, start) in [("indexing", 0x40), ("no indexing", 0), ("never indexed", 0x10)] {
      let start = UInt8(start)
      forms.append(("\(kind), known name", [start, 10] + agent + value))
      forms.append(("\(kind), known name, Huffman", [start] + agentHuffman + valueHuffman))
      forms.append(("\(kind), new name", [start] + name + value))
      forms.append(("\(kind), new name, Huffman", [start] + nameHuffman + valueHuffman))
    }
    return forms
  }()

  static let hpackCases: [Case] =
    fieldForms.map { Case("5 \($0.0)", hpack($0.1), .answer(stream: 1)) } + [
      Case("5/14 a table size update", [headers([0x20] + block)], .answer(stream: 1)),
      Case(
        "5/15 several table size updates", [headers([0x20, 0x3f, 0xe1, 0x1f] + block)],
        .answer(stream: 1)),
      Case("H2.3.3/1 an index nobody has", hpack([0xff, 0x80, 0x01]), hpackError),
      Case("H2.3.3/2 a name index nobody has", hpack([0x7f, 0x80, 0x01, 1, 0x61]), hpackError),
      Case("H4.2 a table size update behind fields", hpack([0x20]), hpackError),
      Case(
        "H5.2/1 Huffman padding over seven bits",
        hpack([0, 0x85, 0xf2, 0xb2, 0x4a, 0x84, 0xff, 0x84, 0x49, 0x50, 0x9f, 0xff]), hpackError),
      Case(
        "H5.2/2 Huffman padding of zeros",
        hpack([0, 0x85, 0xf2, 0xb2, 0x4a, 0x84, 0xff, 0x83, 0x49, 0x50, 0x90]), hpackError),
      Case(
        "H5.2/3 Huffman with end of string",
        hpack(
          [0, 0x85, 0xf2, 0xb2, 0x4a, 0x84, 0xff, 0x87, 0x49, 0x50, 0x9f]
            + [0xff, 0xff, 0xff, 0xff]), hpackError),
      Case("H6.1 the index 0", hpack([0x80]), hpackError),
      Case(
        "H6.3 a table larger than allowed", [headers([0x3f, 0xe2, 0x1f] + block)], hpackError),
    ]

  static let hpackError = Expectation.connectionError([compressionError])

  static let frames: [Case] = [
    Case("3.5/1 the preface and SETTINGS", [], .settingsAck),
    Case("4.1/1 a frame of unknown type is ignored", [frame(0xff, [0, 0])], .alive),
    Case(
      "4.1/2 unknown flags are ignored", [frame(6, Array(repeating: 0, count: 8), flags: 0xfe)],
      .alive),
    Case(
      "4.1/3 the reserved bit is ignored",
      [frame(6, Array(repeating: 0, count: 8), stream: 1 << 31)], .alive),
    Case(
      "4.2/1 DATA of 16,384 bytes",
      [get(flags: 4), data(1, Array(repeating: 0, count: 16_384))], .answer(stream: 1)),
    Case(
      "4.2/2 DATA of one byte more",
      [get(flags: 4), data(1, Array(repeating: 0, count: 16_385))],
      .streamError([frameSizeError])),
    Case(
      "4.2/3 HEADERS of more than 16,384 bytes",
      [headers(block + Array(repeating: 0, count: 16_384))], .connectionError([frameSizeError])),
    Case("4.3/1 a header block that is none", [headers([0x40])], hpackError),
    Case(
      "4.3/2 PRIORITY inside a header block",
      [headers(block, flags: 1), priority(1)], .connectionError([protocolError])),
    Case(
      "4.3/3 HEADERS of another stream inside a header block",
      [headers(block, flags: 1), get(3)], .connectionError([protocolError])),
    Case("5.1/1 DATA on an idle stream", [data()], .connectionError([protocolError])),
    Case("5.1/2 RST_STREAM on an idle stream", [reset()], .connectionError([protocolError])),
    Case(
      "5.1/3 WINDOW_UPDATE on an idle stream", [window(1, 100)],
      .connectionError([protocolError])),
    Case(
      "5.1/4 CONTINUATION on an idle stream", [continuation(block)],
      .connectionError([protocolError])),
    Case(
      "5.1/5 DATA after the end of a request", [get() + data()], .streamError([streamClosed])),
    Case(
      "5.1/6 HEADERS after the end of a request", [get() + get()], .streamError([streamClosed])),
    Case(
      "5.1/7 CONTINUATION after the end of a request", [get() + continuation(block)],
      .streamError([streamClosed, protocolError])),
    Case(
      "5.1/8 DATA after RST_STREAM", [get(flags: 4), reset(), data()],
      .streamError([streamClosed])),
    Case(
      "5.1/8 DATA after RST_STREAM at once", [get(flags: 4) + reset() + data()],
      .streamError([streamClosed])),
    Case(
      "5.1/9 HEADERS after RST_STREAM", [get(flags: 4), reset(), get()],
      .streamError([streamClosed])),
    Case(
      "5.1/10 CONTINUATION after RST_STREAM", [get(flags: 4), reset(), continuation(block)],
      .streamError([streamClosed, protocolError])),
    Case(
      "5.1/11 DATA on a closed stream", [get(), data()], .connectionError([streamClosed])),
    Case(
      "5.1/12 HEADERS on a closed stream", [get(), get()], .connectionError([streamClosed])),
    Case(
      "5.1/13 CONTINUATION on a closed stream", [get(), continuation(block)],
      .connectionError([streamClosed, protocolError])),
    Case("5.1.1/1 an even stream id", [get(2)], .connectionError([protocolError])),
    Case(
      "5.1.1/2 a stream id below the last", [get(5), get(3)], .connectionError([protocolError])),
    Case(
      "5.1.1/2 a stream id below the last at once", [get(5) + get(3)],
      .connectionError([protocolError])),
    Case(
      "5.1.2 one stream more than announced",
      [settings([(4, 0)])] + (0...256).map { get(UInt32($0) * 2 + 1) },
      .streamError([protocolError, 7])),
    Case(
      "5.3.1/1 HEADERS that depend on themselves",
      [headers([0, 0, 0, 1, 255] + block, flags: 5 | hasPriority)],
      .streamError([protocolError])),
    Case(
      "5.3.1/2 PRIORITY that depends on itself", [get(flags: 4), priority(1, on: 1)],
      .streamError([protocolError])),
    Case(
      "5.4.1/1 a bad PING closes the connection",
      [frame(6, Array(repeating: 0, count: 8), stream: 3)], .closed),
    Case(
      "5.4.1/2 and is told why", [frame(6, Array(repeating: 0, count: 8), stream: 3)],
      .connectionError([protocolError])),
    Case("5.5/1 an unknown extension frame", [frame(0x16, [0, 0, 0, 0])], .alive),
    Case(
      "5.5/2 an unknown extension frame inside a header block",
      [headers(block, flags: 1), frame(0x16, [0], stream: 1)],
      .connectionError([protocolError])),
  ]

  static let definitions: [Case] = [
    Case("6.1/1 DATA on stream 0", [data(0)], .connectionError([protocolError])),
    Case("6.1/2 DATA on a stream that is not open", [get(), data()], .streamError([streamClosed])),
    Case(
      "6.1/3 DATA with more padding than payload",
      [get(flags: 4), data(1, [6] + test, flags: endStream | padded)],
      .connectionError([protocolError])),
    Case(
      "6.2/1 HEADERS without the end of headers, then PRIORITY",
      [headers(block, flags: 1), priority(1)], .connectionError([protocolError])),
    Case(
      "6.2/2 HEADERS without the end of headers, then another stream",
      [headers(block, flags: 1), get(3)], .connectionError([protocolError])),
    Case("6.2/3 HEADERS on stream 0", [headers(block, 0)], .connectionError([protocolError])),
    Case(
      "6.2/4 HEADERS with more padding than payload",
      [headers([UInt8(block.count + 1)] + block, flags: 5 | padded)],
      .streamError([protocolError])),
    Case("6.3/1 PRIORITY on stream 0", [priority(0)], .connectionError([protocolError])),
    Case(
      "6.3/2 PRIORITY of four bytes", [get(flags: 4), frame(2, [0, 0, 0, 0], stream: 1)],
      .streamError([frameSizeError])),
    Case("6.4/1 RST_STREAM on stream 0", [reset(0)], .connectionError([protocolError])),
    Case("6.4/2 RST_STREAM on an idle stream", [reset(1)], .connectionError([protocolError])),
    Case(
      "6.4/3 RST_STREAM of three bytes", [get(flags: 4), frame(3, [0, 0, 0], stream: 1)],
      .connectionError([frameSizeError])),
    Case(
      "6.5/1 acknowledged SETTINGS with payload",
      [frame(4, [0, 4, 0, 0, 0, 1], flags: 1)], .connectionError([frameSizeError])),
    Case(
      "6.5/2 SETTINGS on a stream", [frame(4, [0, 4, 0, 0, 0, 1], stream: 1)],
      .connectionError([protocolError])),
    Case(
      "6.5/3 SETTINGS of three bytes", [frame(4, [0, 3, 0])], .connectionError([frameSizeError])),
    Case("6.5.2/1 ENABLE_PUSH of 2", [settings([(2, 2)])], .connectionError([protocolError])),
    Case(
      "6.5.2/2 a window over 2^31-1", [settings([(4, 1 << 31)])],
      .connectionError([flowControlError])),
    Case(
      "6.5.2/3 frames below 16,384 bytes", [settings([(5, 16_383)])],
      .connectionError([protocolError])),
    Case(
      "6.5.2/4 frames over 2^24-1 bytes", [settings([(5, 1 << 24)])],
      .connectionError([protocolError])),
    Case("6.5.2/5 an unknown setting", [settings([(0xff, 1)])], .alive),
    Case(
      "6.5.3/1 the last of several values counts", [settings([(4, 100), (4, 1)]), get()],
      .data(bytes: 1)),
    Case("6.5.3/2 SETTINGS are acknowledged", [settings([(2, 0)])], .settingsAck),
    Case("6.7/1 PING is answered", [], .alive),
    Case(
      "6.7/2 an acknowledged PING is not",
      [frame(6, Array("unwanted".utf8), flags: 1)], .alive),
    Case(
      "6.7/3 PING on a stream", [frame(6, Array(repeating: 0, count: 8), stream: 1)],
      .connectionError([protocolError])),
    Case(
      "6.7/4 PING of six bytes", [frame(6, Array(repeating: 0, count: 6))],
      .connectionError([frameSizeError])),
    Case("6.8 GOAWAY on a stream", [goAway(stream: 1)], .connectionError([protocolError])),
    Case("6.9/1 WINDOW_UPDATE of nothing", [window(0, 0)], .connectionError([protocolError])),
    Case(
      "6.9/2 WINDOW_UPDATE of nothing on a stream", [get(flags: 4), window(1, 0)],
      .streamError([protocolError])),
    Case(
      "6.9/3 WINDOW_UPDATE of three bytes", [frame(8, [0, 0, 1])],
      .connectionError([frameSizeError])),
    Case("6.9.1/1 a window of one byte", [settings([(4, 1)]), get()], .data(bytes: 1)),
    Case(
      "6.9.1/2 a connection window over 2^31-1", [window(0, 0x7fff_ffff), window(0, 0x7fff_ffff)],
      .connectionError([flowControlError])),
    Case(
      "6.9.1/3 a stream window over 2^31-1",
      [get(flags: 4), window(1, 0x7fff_ffff), window(1, 0x7fff_ffff)],
      .streamError([flowControlError])),
    Case(
      "6.9.2/1 a window set after the request", [settings([(4, 0)]), get(), settings([(4, 1)])],
      .data(bytes: 1)),
    Case(
      "6.9.2/2 a window made negative",
      [settings([(4, 3)]), get(), settings([(4, 2)]), window(1, 2)], .data(bytes: 1)),
    Case(
      "6.9.2/3 an initial window over 2^31-1", [settings([(4, 1 << 31)])],
      .connectionError([flowControlError])),
    Case(
      "6.10/1 several CONTINUATIONs",
      [
        headers(block, flags: 1), continuation([], flags: 0),
        continuation(Frames.block([("x-a", "b")])),
      ], .answer(stream: 1)),
    Case(
      "6.10/2 another frame before the end of headers",
      [headers(block, flags: 1), continuation([], flags: 0), data()],
      .connectionError([protocolError])),
    Case(
      "6.10/3 CONTINUATION on stream 0", [headers(block, flags: 1), continuation([], 0)],
      .connectionError([protocolError])),
    Case(
      "6.10/4 CONTINUATION behind complete HEADERS", [get(flags: 4), continuation(block)],
      .connectionError([protocolError])),
    Case(
      "6.10/5 CONTINUATION behind the last one",
      [headers(block, flags: 0), continuation([]), continuation(block)],
      .connectionError([protocolError])),
    Case(
      "6.10/6 CONTINUATION behind DATA", [get(flags: 4), data(flags: 0), continuation(block)],
      .connectionError([protocolError])),
    Case("7/1 GOAWAY with an unknown code", [goAway(code: 0xff)], .aliveOrFinished),
    Case(
      "7/2 RST_STREAM with an unknown code",
      [get(flags: 4), frame(3, Frames.bytes(0xff), stream: 1)], .alive),
  ]

  static let malformed = Expectation.streamError([protocolError])

  static let messages: [Case] = [
    Case(
      "8.1 trailers without the end of the stream",
      [
        Frames.headers(stream: 1, post, flags: 4), data(flags: 0),
        Frames.headers(stream: 1, [("x-test", "ok")], flags: 4),
      ], malformed),
    Case("8.1.2 upper case", [get([("X-TEST", "ok")])], malformed),
    Case("8.1.2.1/1 an unknown pseudo-header", [get([(":test", "ok")])], malformed),
    Case("8.1.2.1/2 a pseudo-header of answers", [get([(":status", "200")])], malformed),
    Case(
      "8.1.2.1/3 a pseudo-header in trailers",
      [
        Frames.headers(stream: 1, post, flags: 4), data(flags: 0),
        Frames.headers(stream: 1, [(":method", "200")]),
      ], malformed),
    Case(
      "8.1.2.1/4 a pseudo-header behind others",
      [Frames.headers(stream: 1, [("x-test", "ok")] + fields)], malformed),
    Case("8.1.2.2/1 a field of the connection", [get([("connection", "keep-alive")])], malformed),
    Case("8.1.2.2/2 another te than trailers", [get([("te", "trailers, deflate")])], malformed),
    Case("8.1.2.3/1 an empty path", [get([(":path", "")], without: ":path")], malformed),
    Case("8.1.2.3/2 no method", [get([], without: ":method")], malformed),
    Case("8.1.2.3/3 no scheme", [get([], without: ":scheme")], malformed),
    Case("8.1.2.3/4 no path", [get([], without: ":path")], malformed),
    Case("8.1.2.3/5 two methods", [get([(":method", "GET")])], malformed),
    Case("8.1.2.3/6 two schemes", [get([(":scheme", "http")])], malformed),
    Case("8.1.2.3/7 two paths", [get([(":path", "/")])], malformed),
    Case(
      "8.1.2.6/1 more payload than content-length",
      [Frames.headers(stream: 1, post + [("content-length", "1")], flags: 4), data()], malformed),
    Case(
      "8.1.2.6/2 more payload in pieces than content-length",
      [
        Frames.headers(stream: 1, post + [("content-length", "1")], flags: 4), data(flags: 0),
        data(),
      ], malformed),
    Case(
      "8.1.2.6 less payload than content-length",
      [Frames.headers(stream: 1, post + [("content-length", "9")], flags: 4), data()], malformed),
    Case(
      "8.2 a push by a client",
      [get(flags: 4), frame(5, Frames.bytes(3) + block, stream: 1, flags: 4)],
      .connectionError([protocolError])),
  ]

  // MARK: The judge

  @Test(
    "each case of the RFCs, in whole reads and byte by byte",
    arguments: generic + hpackCases + frames + definitions + messages)
  func conforms(_ item: Case) {
    for chunk in [Int.max, 1] {
      let peer = ServerPeer()
      peer.body = Array("some text".utf8)
      peer.feed(Self.hello)
      peer.output = []
      var failure: HTTP2Error?
      for step in item.steps where failure == nil { failure = peer.feed(step, chunk: chunk) }
      let frames = Frames.parse(peer.output)
      switch item.expectation {
      case .answer(let stream):
        let answered = frames.contains { $0.type == 1 && $0.stream == stream }
        #expect(answered)
        #expect(failure == nil)
      case .aliveOrFinished where peer.session.isFinished: #expect(failure == nil)
      case .alive, .aliveOrFinished:
        peer.output = []
        #expect(peer.feed(Frames.ping()) == nil)
        let acknowledged = Frames.parse(peer.output).contains { $0.type == 6 && $0.flags & 1 == 1 }
        #expect(acknowledged)
      case .data(let bytes):
        #expect(frames.last { $0.type == 0 }?.payload.count == bytes)
      case .settingsAck:
        peer.feed(Frames.settings)
        let acknowledged = Frames.parse(peer.output).contains { $0.type == 4 && $0.flags & 1 == 1 }
        #expect(acknowledged)
      case .streamError(let codes):
        let told = frames.contains { frame in
          frame.type == 3 && codes.contains(frame.payload[3])
            || frame.type == 7 && codes.contains(frame.payload[7])
        }
        #expect(told, "\(frames) \(String(describing: failure))")
      case .connectionError(let codes):
        let told = frames.contains { $0.type == 7 && codes.contains($0.payload[7]) }
        #expect(told, "\(frames) \(String(describing: failure))")
      case .closed: #expect(failure != nil || peer.session.isFinished)
      }
    }
  }

  @Test("a preface that is none closes the connection")
  func preface() {
    #expect(ServerPeer().feed(Array("INVALID CONNECTION PREFACE\r\n\r\n".utf8)) == .notHTTP2)
  }

  @Test("late payload on a stream we have reset is ignored, not punished")
  func lateArrivals() {
    let peer = ServerPeer()
    peer.answers = false
    peer.feed(Self.hello + Self.get(flags: 4))
    peer.session.reset(1, .cancel)
    peer.flush()
    for _ in 0..<10 { #expect(peer.feed(Self.data(flags: 0)) == nil) }
    #expect(peer.feed(Self.get()) == nil)
    #expect(peer.goAways.isEmpty)
    peer.answers = true
    peer.feed(Self.get(3))
    #expect(peer.ended.contains(1))
  }
}
