/// `HOST:PORT`, with brackets around an IPv6 address.
struct HostPort: Sendable, Equatable, CustomStringConvertible {
  var host: String
  var port: Int

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  init(_ text: String, setting: String) throws(Settings.Invalid) {
    let invalid = Settings.Invalid(
      description: "\(setting): '\(text)' must be HOST:PORT, for example 127.0.0.1:7443")
    guard let colon = text.lastIndex(of: ":"),
      let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port)
    else { throw invalid }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      throw invalid
    }
    guard !host.isEmpty else { throw invalid }
    self.init(host: host, port: port)
  }

  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Whether only this host can connect there. A name that merely begins like a loopback address
  /// may lead anywhere.
  var isLoopback: Bool {
    if host == "localhost" || host == "::1" { return true }
    let octets = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return octets.count == 4 && octets.first == 127 && !octets.contains(nil)
  }
}
