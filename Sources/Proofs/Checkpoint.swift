/// The state of a log as its owner signed it: how many events, and the root of the tree over them.
///
/// Source: C2SP tlog-checkpoint: origin, size and root, a line each, and no extension lines.
public struct Checkpoint: Equatable, Sendable {
  /// `<deployment>/log/<log id>/<incarnation>`; visible ASCII without `+`, as a key's name.
  public var origin: String
  public var size: UInt64
  public var root: MerkleHash

  public init(origin: String, size: UInt64, root: MerkleHash) {
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// - Throws: ``CheckpointError`` naming the line that is malformed.
  public init(parsing text: String) throws(CheckpointError) {
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    // The text ends with a line feed, so the last piece is empty.
    guard lines.count == 4, lines[3].isEmpty else { throw .lines }
    do { try NoteVerifier.check(name: lines[0]) } catch { throw .origin }
    let digits = lines[1].utf8
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }),
      digits.count == 1 || digits.first != 0x30, let size = UInt64(lines[1])
    else { throw .size }
    guard let root = Base64.decode(lines[2]).flatMap({ MerkleHash($0) }) else { throw .root }
    self.init(origin: lines[0], size: size, root: root)
  }

  /// The note's text.
  public var text: String { "\(origin)\n\(size)\n\(Base64.encode(root.bytes))\n" }
}

/// What is wrong with a checkpoint.
public enum CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
  case lines, origin, size, root

  public var description: String {
    switch self {
    case .lines: "a checkpoint must be three lines: origin, size and root"
    case .origin: "a checkpoint's origin must be visible ASCII without '+'"
    case .size: "a checkpoint's size must be a decimal number without leading zeros"
    case .root: "a checkpoint's root must be base 64 of 32 bytes"
    }
  }
}
