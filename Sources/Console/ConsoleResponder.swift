import Hummingbird

/// Turns a request into a page, and every answer into one a browser treats with suspicion.
struct ConsoleResponder: HTTPResponder {
  typealias Context = BasicRequestContext

  /// In bytes, path and query together. Nothing here takes input that long.
  static let targetBytesMax = 2_048

  let pages: ConsolePages

  func respond(to request: Request, context: Context) async throws -> Response {
    var response = answer(to: request)
    for (name, value) in Self.securityHeaders { response.headers[name] = value }
    return request.method == .head ? response.createHeadResponse() : response
  }

  private func answer(to request: Request) -> Response {
    guard request.uri.string.utf8.count <= Self.targetBytesMax else {
      return text(
        .uriTooLong, "the request target is longer than \(Self.targetBytesMax) bytes\n")
    }
    guard let page = Page(path: request.uri.path) else {
      return text(.notFound, "nothing here; / lists what there is\n")
    }
    guard request.method == .get || request.method == .head else {
      var response = text(.methodNotAllowed, "only GET and HEAD are answered here\n")
      response.headers[.allow] = "GET, HEAD"
      return response
    }
    switch page {
    case .index: return content(.ok, "text/html; charset=utf-8", pages.index)
    case .styleSheet: return content(.ok, "text/css; charset=utf-8", ConsolePages.styleSheet)
    case .health: return text(.ok, pages.health)
    case .readiness:
      let readiness = pages.readiness()
      return text(readiness.isReady ? .ok : .serviceUnavailable, readiness.text)
    case .metrics: return content(.ok, PrometheusText.contentType, pages.metrics)
    }
  }

  /// Paths are compared as bytes and in one spelling only: no decoding, no folding, no dots.
  private enum Page: String, CaseIterable {
    case index = "/"
    case styleSheet = "/console.css"
    case health = "/healthz"
    case readiness = "/readyz"
    case metrics = "/metrics"

    init?(path: String) {
      guard let page = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(path.utf8) })
      else { return nil }
      self = page
    }
  }

  private func text(_ status: HTTPResponse.Status, _ body: String) -> Response {
    content(status, "text/plain; charset=utf-8", body)
  }

  private func content(_ status: HTTPResponse.Status, _ type: String, _ body: String) -> Response {
    Response(
      status: status, headers: [.contentType: type],
      body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
  }

  private static let securityHeaders: [(HTTPFields.Element.Name, String)] = [
    (
      .contentSecurityPolicy,
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'"
    ),
    (.xContentTypeOptions, "nosniff"),
    (.cacheControl, "no-store"),
    (name("Referrer-Policy"), "no-referrer"),
    (name("X-Frame-Options"), "DENY"),
    (name("Cross-Origin-Opener-Policy"), "same-origin"),
    (name("Cross-Origin-Resource-Policy"), "same-origin"),
  ]

  private static func name(_ text: String) -> HTTPFields.Element.Name {
    guard let name = HTTPFields.Element.Name(text) else { preconditionFailure("not a header name") }
    return name
  }
}
