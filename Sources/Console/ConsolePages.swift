/// What each path shows, as text. Knows no HTTP.
struct ConsolePages: Sendable {
  let source: any ConsoleSource
  /// Where the gRPC service listens, `https://host:port`, as the page tells it to people.
  let serviceURL: String?

  /// The process is alive; deliberately asks nothing else, so that a database outage restarts nobody.
  var health: String { "ok\n" }

  /// The reasons one a line, bounded; `ready` alone when there is none.
  func readiness() -> (isReady: Bool, text: String) {
    let readiness = source.readiness()
    guard !readiness.isReady else { return (true, "ready\n") }
    let shown = readiness.reasons.prefix(Self.reasonsMax).map(Self.line)
    return (false, "not ready\n" + shown.map { "- \($0)\n" }.joined())
  }

  var metrics: String { PrometheusText.render(source.metrics()) }

  var index: String {
    let readiness = readiness()
    let server = serviceURL.map { " --server \(HTMLText.escape($0))" } ?? ""
    let reached =
      serviceURL.map {
        "<p>Pipelines, agents and the command line reach it by gRPC on "
          + "<code>\(HTMLText.escape($0))</code>.</p>"
      } ?? ""
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Windlass</title>
      <link rel="stylesheet" href="/console.css">
      </head>
      <body>
      <main>
      <h1>Windlass</h1>
      <p>A rollout decision service for many clusters. For every rollback in every cluster it tells
      whether it was inside its rollback window, which analysis should therefore have run and which
      did, and keeps that answer with its reasons.</p>
      \(reached)
      <h2>State</h2>
      <pre class="\(readiness.isReady ? "ready" : "waiting")">\(HTMLText.escape(readiness.text))</pre>
      <h2>Where to look</h2>
      <dl>
      <dt><a href="/readyz">/readyz</a></dt>
      <dd>whether this replica takes traffic, and if not, why</dd>
      <dt><a href="/healthz">/healthz</a></dt>
      <dd>whether the process is alive</dd>
      <dt><a href="/metrics">/metrics</a></dt>
      <dd>figures for Prometheus</dd>
      <dt><code>windlass get\(server)</code></dt>
      <dd>all rollouts, or the one named behind it, live with <code>--watch</code></dd>
      <dt><code>windlass explain\(server)</code></dt>
      <dd>what was decided, on which facts, by which rule, and what would have changed it</dd>
      <dt><code>windlass events\(server)</code></dt>
      <dd>the log itself</dd>
      </dl>
      </main>
      </body>
      </html>

      """
  }

  static let styleSheet = """
    body { font: 16px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff; margin: 0 }
    main { max-width: 42rem; margin: 3rem auto; padding: 0 1rem }
    h1 { margin: 0 0 1rem; font-size: 1.6rem }
    h2 { margin: 2rem 0 .5rem; font-size: 1.1rem }
    pre { padding: .5rem .75rem; border-left: .3rem solid; background: #f5f6f8; white-space: pre-wrap }
    pre.ready { border-color: #18794e }
    pre.waiting { border-color: #b25000 }
    dt { margin-top: .75rem }
    dd { margin: 0; color: #4a525c }
    a { color: #0b57a4 }
    @media (prefers-color-scheme: dark) {
      body { color: #e6e8eb; background: #14171a }
      pre { background: #1e2226 }
      dd { color: #a9b1ba }
      a { color: #7db7f5 }
    }

    """

  private static let reasonsMax = 16
  private static let reasonBytesMax = 240

  /// One line of plain text: control bytes become spaces, and a long one is cut between characters.
  private static func line(_ text: String) -> String {
    var out: [UInt8] = []
    for scalar in text.unicodeScalars {
      let bytes = UTF8.encode(scalar).map(Array.init) ?? []
      guard out.count + bytes.count <= reasonBytesMax else {
        out += " ...".utf8
        break
      }
      if scalar.properties.generalCategory == .control { out += " ".utf8 } else { out += bytes }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
