public import Proofs

/// What an auditor remembers of a log between two looks: whose signatures count, and checkpoints
/// that it must continue.
public struct TrustedLog: Equatable, Sendable {
  public var keys: [NoteVerifier]
  /// Signed notes, oldest first.
  public private(set) var notes: [[UInt8]]
  /// The most notes kept; of older ones every second is dropped.
  public static let notesMax = 1_000
  public static let bytesMax = 16 << 20
  private static let title = "windlass trust v1"

  public init(keys: [NoteVerifier], notes: [[UInt8]] = []) {
    self.keys = keys
    self.notes = notes
  }

  /// Adds a checkpoint that was found right.
  public mutating func remember(_ note: [UInt8]) {
    guard notes.last != note else { return }
    notes.append(note)
    guard notes.count > Self.notesMax else { return }
    // The newest half stays whole: what is found out is then between two close ones.
    let half = notes.count / 2
    notes =
      notes[..<half].enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
      + notes[half...]
  }

  /// The checkpoints, their signatures checked.
  ///
  /// - Throws: ``Tampering`` for a note that is not by the keys: the file was changed.
  public func checkpoints() throws(Tampering) -> [Checkpoint] {
    var checkpoints: [Checkpoint] = []
    for bytes in notes {
      do {
        let note = try SignedNote(parsing: bytes)
        guard try !note.verified(by: keys).isEmpty else {
          throw Tampering(0, .checkpoint, "a remembered checkpoint is not signed by its key")
        }
        checkpoints.append(try Checkpoint(parsing: note.text))
      } catch let tampering as Tampering {
        throw tampering
      } catch {
        throw Tampering(0, .checkpoint, "a remembered checkpoint cannot be read: \(error)")
      }
    }
    return checkpoints
  }

  /// The file: a title, a line for each key, and one for each note in base 64.
  public var text: String {
    var text = Self.title + "\n"
    for key in keys { text += "key \(key)\n" }
    for note in notes { text += "checkpoint \(Base64.encode(note))\n" }
    return text
  }

  /// - Throws: ``ArchiveError`` naming the line.
  public init(parsing text: String) throws(ArchiveError) {
    guard text.utf8.count <= Self.bytesMax else {
      throw ArchiveError("it has more than \(Self.bytesMax) bytes")
    }
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    guard lines.count > 1, lines[0] == Self.title, lines.last?.isEmpty == true else {
      throw ArchiveError("line 1: it must begin with '\(Self.title)', and every line must end")
    }
    var keys: [NoteVerifier] = []
    var notes: [[UInt8]] = []
    for (index, line) in lines.dropFirst().dropLast().enumerated() {
      if line.hasPrefix("key "), notes.isEmpty {
        do { keys.append(try NoteVerifier(parsing: String(line.dropFirst(4)))) } catch {
          throw ArchiveError("line \(index + 2): \(error)")
        }
      } else if line.hasPrefix("checkpoint "),
        let note = Base64.decode(line.dropFirst("checkpoint ".count))
      {
        notes.append(note)
      } else {
        throw ArchiveError("line \(index + 2): it is neither a key nor a checkpoint")
      }
    }
    guard !keys.isEmpty else { throw ArchiveError("it names no key") }
    self.init(keys: keys, notes: notes)
  }
}
