public import Proofs

/// Who a checkpoint is of: `<name>/log/<log id>/<incarnation>`. The key is called the same without
/// the incarnation, so that it outlives a restored backup.
public struct LogOrigin: Hashable, Sendable, CustomStringConvertible {
  /// The key's name, `<name>/log/<log id>`.
  public var log: String
  public var incarnation: UInt32

  public init(log: String, incarnation: UInt32) {
    self.log = log
    self.incarnation = incarnation
  }

  /// - Returns: `nil` for a text that is not of this form.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")), slash > 0 else { return nil }
    let digits = String(decoding: bytes[(slash + 1)...], as: UTF8.self)
    guard let number = UInt32(digits), "\(number)" == digits else { return nil }
    self.init(
      log: String(decoding: bytes[..<slash], as: UTF8.self), incarnation: number)
  }

  public var description: String { "\(log)/\(incarnation)" }

  /// The name of the key for a log of a deployment.
  public static func keyName(deployment name: String, logID: UInt32) -> String {
    "\(name)/log/\(logID)"
  }
}

/// Where a log that was not what had been signed went on: after a restored backup or a lost tail.
/// A signed note of its own, which keeps the checkpoint that can no longer be continued.
public struct Restoration: Equatable, Sendable {
  /// Of the checkpoints from here on.
  public var origin: LogOrigin
  /// How much of the log was left.
  public var size: UInt64
  /// Of the tree over what was left.
  public var root: MerkleHash
  /// The last checkpoint that had been signed.
  public var last: Checkpoint
  /// By whoever accepted it: one line, at most ``reasonBytesMax``.
  public var reason: String

  public static let reasonBytesMax = 500
  private static let title = "windlass restored log v1"

  public init(
    origin: LogOrigin, size: UInt64, root: MerkleHash, last: Checkpoint, reason: String
  ) {
    self.origin = origin
    self.size = size
    self.root = root
    self.last = last
    self.reason = reason
  }

  /// Leaves that had been signed and are gone.
  public var lost: UInt64 { last.size > size ? last.size - size : 0 }

  /// The note's text: a title, the three lines of a checkpoint of what was left, the three of the
  /// last one signed, and the reason.
  public var text: String {
    let begin = Checkpoint(origin: origin.description, size: size, root: root)
    return "\(Self.title)\n\(begin.text)\(last.text)\(reason)\n"
  }

  /// - Returns: `nil` for a text that is not of this form.
  public init?(parsing text: String) {
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    guard lines.count == 9, lines[0] == Self.title, lines[8].isEmpty,
      (1...Self.reasonBytesMax).contains(lines[7].utf8.count),
      let begin = try? Checkpoint(parsing: lines[1...3].joined(separator: "\n") + "\n"),
      let last = try? Checkpoint(parsing: lines[4...6].joined(separator: "\n") + "\n"),
      let origin = LogOrigin(begin.origin)
    else { return nil }
    self.init(
      origin: origin, size: begin.size, root: begin.root, last: last, reason: lines[7])
  }
}
