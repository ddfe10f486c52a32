/// A manifest file as it was read: its name, for messages, and its bytes.
public struct SourceFile: Equatable, Sendable {
  /// As the caller names it, usually a path relative to where the command runs.
  public var name: String
  /// UTF-8 YAML, at most 1 MiB.
  public var bytes: [UInt8]

  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }
}

/// Where in the given files something stands.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
  public var file: String
  /// Counted from 1.
  public var line: Int

  public init(file: String, line: Int) {
    self.file = file
    self.line = line
  }

  /// `file:line`
  public var description: String { "\(file):\(line)" }
}
