internal import NIOCore

/// The address of a server as a person writes it.
struct Endpoint: Equatable, Sendable {
  var host: String
  var port: Int
  var isTLS = false

  /// Reads `https://host:port`, `http://host:port` or `host:port`; an IPv6 host stands in brackets.
  init(_ text: String) throws(EndpointError) {
    var isTLS = false
    func refuse(_ reason: String) -> EndpointError { EndpointError(endpoint: text, reason: reason) }
    var rest = Substring(text)
    if rest.hasPrefix("http://") {
      rest = rest.dropFirst("http://".count)
    } else if rest.hasPrefix("https://") {
      rest = rest.dropFirst("https://".count)
      isTLS = true
    } else if rest.contains("://") {
      throw refuse("only https:// and http:// are supported")
    }
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    let host: Substring
    let portText: Substring
    if rest.hasPrefix("[") {
      guard let end = rest.firstIndex(of: "]") else { throw refuse("the IPv6 host has no ]") }
      host = rest[rest.index(after: rest.startIndex)..<end]
      rest = rest[rest.index(after: end)...]
      guard rest.hasPrefix(":") else { throw refuse("the port is missing; write [host]:port") }
      portText = rest.dropFirst()
    } else {
      guard let colon = rest.lastIndex(of: ":") else {
        throw refuse("the port is missing; write host:port")
      }
      host = rest[..<colon]
      portText = rest[rest.index(after: colon)...]
      guard !host.contains(":") else { throw refuse("an IPv6 host must stand in brackets") }
    }
    let isHost = host.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }
    guard !host.isEmpty, isHost else { throw refuse("the host is not valid") }
    guard let port = UInt16(portText), port > 0 else {
      throw refuse("the port must be a number from 1 to 65535")
    }
    self.host = String(host)
    self.port = Int(port)
    self.isTLS = isTLS
  }

  /// `host:port`, for `:authority` and for messages.
  var description: String {
    host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  /// Whether the host is an IP address and not a name.
  var hostIsAddress: Bool { (try? SocketAddress(ipAddress: host, port: port)) != nil }
}
