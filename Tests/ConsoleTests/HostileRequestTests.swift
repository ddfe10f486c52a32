import Console
import Testing

/// Whatever a client sends, it gets an answer or a closed connection, and the next client is served.
@Suite("Hostile requests to the Console")
struct HostileRequestTests {
  @Test(
    "methods that are not for reading are refused, and the answer names those that are",
    arguments: [
      "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW",
    ]
  )
  func methods(method: String) async throws {
    let answer = try await ConsoleProbe.with { try await $0.request(method, "/healthz") }
    #expect([400, 405].contains(answer.status))
    if answer.status == 405 { #expect(answer.headers["allow"] == "GET, HEAD") }
    #expect(answer.body != "ok\n")
  }

  @Test("a target of 2,048 bytes is looked up, one more is refused by name of the limit")
  func longTarget() async throws {
    let longest = "/" + String(repeating: "a", count: 2_047)
    let (looked, refused, readable) = try await ConsoleProbe.with { probe in
      (
        try await probe.request("GET", longest), try await probe.request("GET", longest + "a"),
        try await probe.request("GET", "/healthz?" + String(repeating: "q", count: 2_000))
      )
    }
    #expect(looked.status == 404)
    #expect(refused.status == 414)
    #expect(refused.body.contains("2048"))
    #expect(readable.status == 200)
  }

  @Test(
    "only the exact spelling of a path is found",
    arguments: [
      "/healthz/", "//healthz", "/HEALTHZ", "/./healthz", "/a/../healthz", "/healthz%00",
      "/%68ealthz", "/healthz\u{0301}", "/metrics/../../etc/passwd", "*", "/\u{FF0F}",
    ])
  func spelling(target: String) async throws {
    let answer = try await ConsoleProbe.with { try await $0.request("GET", target) }
    #expect([400, 404].contains(answer.status))
  }

  @Test("nothing of a request comes back in an answer")
  func noReflection() async throws {
    let answer = try await ConsoleProbe.with { probe in
      HTTPAnswer(
        try await probe.send(
          "GET /%0d%0aX-Injected:%20reflected?reflected HTTP/1.1\r\nHost: reflected\r\n"
            + "X-Reflected: reflected\r\nConnection: close\r\n\r\n"))
    }
    #expect(answer.status == 404)
    #expect(!answer.body.contains("reflected"))
    #expect(!answer.headers.contains { "\($0.key)\($0.value)".lowercased().contains("reflected") })
    #expect(answer.headers["x-injected"] == nil)
  }

  @Test(
    "what is no HTTP gets no page, and the Console serves on",
    arguments: [
      "\r\n\r\n\r\n",
      "GET\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "GET / HTTP/1.1\r\nHost x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZZZ\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nX: a\u{00}b\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}\u{00}\u{01}",
    ])
  func notHTTP(bytes: String) async throws {
    let answer = try await ConsoleProbe.with { probe in
      // The second request closes the connection where the first left it open.
      let strange = try await probe.send(
        bytes + "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n\r\n")
      #expect(!strange.contains("HTTP/1.1 5"))
      return try await probe.request("GET", "/healthz")
    }
    #expect(answer.status == 200)
  }

  @Test("headers beyond the limits are refused, in one field, in sum and in number")
  func headers() async throws {
    let long = "X: " + String(repeating: "v", count: 9_000) + "\r\n"
    let wide = (0..<40).map { "X\($0): " + String(repeating: "v", count: 500) + "\r\n" }.joined()
    let many = (0..<101).map { "X\($0): v\r\n" }.joined()
    for headers in [long, wide, many] {
      let (refused, next) = try await ConsoleProbe.with { probe in
        (
          HTTPAnswer(
            try await probe.send(
              "GET /healthz HTTP/1.1\r\nHost: x\r\n\(headers)Connection: close\r\n\r\n")),
          try await probe.request("GET", "/healthz")
        )
      }
      #expect(refused.body != "ok\n")
      #expect(next.status == 200)
    }
  }

  @Test("bytes that are no UTF-8 in the target find nothing and break nothing")
  func notUTF8() async throws {
    let (strange, next) = try await ConsoleProbe.with { probe in
      let request: [UInt8] =
        Array("GET /\u{7F}".utf8) + [0xFF, 0xFE, 0xC0, 0x80]
        + Array(" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)
      return (HTTPAnswer(try await probe.send(request)), try await probe.request("GET", "/healthz"))
    }
    #expect([400, 404].contains(strange.status))
    #expect(next.status == 200)
  }
}
