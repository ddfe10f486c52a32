/// One header field to send. Names are in lower case; the library copies both parts.
public struct HeaderField: Equatable, Sendable {
  public var name: [UInt8]
  public var value: [UInt8]

  public init(_ name: String, _ value: String) {
    self.name = Array(name.utf8)
    self.value = Array(value.utf8)
  }

  public init(_ name: String, bytes value: [UInt8]) {
    self.name = Array(name.utf8)
    self.value = value
  }
}
