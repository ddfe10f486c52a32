import Crypto
import Foundation
import WindlassWire

/// What an export is about; two with the same question can go on from each other.
struct ExportQuestion {
  var filter: EventFilter
  var format: ExportCommand.Format
  var from: UInt64
  var withPayload: Bool

  /// A digest of the question, in hexadecimal.
  var digest: String {
    var hash = SHA256()
    hash.update(data: Data(filter.encoded()))
    hash.update(data: Data("\(format.rawValue) \(from) \(withPayload)".utf8))
    return hash.finalize().map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}

/// Where an export goes. A file is written beside its name, with a note of how far it is, and
/// takes its name when it is whole.
struct ExportSink {
  /// Everything before it is written.
  private(set) var next: UInt64
  /// Where the export ends; 0 until the service has said it.
  private(set) var end: UInt64
  /// Nothing was written before.
  let isNew: Bool

  private let question: ExportQuestion
  private let output: Output
  private let path: String?
  private var file: FileHandle?
  private var bytes: UInt64
  private var notedBytes: UInt64 = 0

  /// How much may be written before the note is brought up to date.
  private static let notedEvery: UInt64 = 4 << 20

  /// - Throws: ``Failure`` for a file that cannot be written, or a part of another export.
  static func open(
    _ path: String?, _ question: ExportQuestion, _ output: Output
  ) throws(Failure) -> ExportSink {
    guard let path else {
      return ExportSink(
        next: question.from, end: 0, isNew: true, question: question, output: output, path: nil,
        file: nil, bytes: 0)
    }
    let part = path + ".part"
    let note = try Note.read(path)
    if let note, note.question != question.digest {
      throw Failure(
        .usage,
        "\(part) is part of another export; remove it and \(Note.path(of: path)), or choose another "
          + "file")
    }
    do {
      let manager = FileManager.default
      if note == nil {
        guard manager.createFile(atPath: part, contents: nil) else {
          throw Failure(.usage, "\(part) cannot be written")
        }
      }
      let file = try FileHandle(forWritingTo: URL(filePath: part))
      let length = try file.seekToEnd()
      let kept = note.map { min($0.bytes, length) == $0.bytes ? $0.bytes : 0 } ?? 0
      // What came after the note comes again.
      try file.truncate(atOffset: kept)
      return ExportSink(
        next: kept > 0 ? note?.next ?? question.from : question.from,
        end: kept > 0 ? note?.end ?? 0 : 0, isNew: kept == 0, question: question,
        output: output, path: path, file: file, bytes: kept)
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.usage, "\(part) cannot be written: \(error.localizedDescription)")
    }
  }

  private init(
    next: UInt64, end: UInt64, isNew: Bool, question: ExportQuestion, output: Output,
    path: String?, file: FileHandle?, bytes: UInt64
  ) {
    self.next = next
    self.end = end
    self.isNew = isNew
    self.question = question
    self.output = output
    self.path = path
    self.file = file
    self.bytes = bytes
  }

  /// - Returns: false when nobody reads standard output any more.
  mutating func write(_ text: String) -> Bool {
    guard !text.isEmpty else { return true }
    bytes += UInt64(text.utf8.count)
    guard let file else { return output.write(text) }
    do {
      try file.write(contentsOf: Data(text.utf8))
      return true
    } catch {
      output.note("\(path ?? ""): \(error.localizedDescription)")
      return false
    }
  }

  /// Everything before `next` is written now.
  mutating func advance(to next: UInt64, of end: UInt64) throws(Failure) {
    self.next = next
    self.end = end
    guard path != nil, notedBytes == 0 || bytes - notedBytes >= Self.notedEvery else { return }
    try note()
  }

  private mutating func note() throws(Failure) {
    guard let path else { return }
    try Note(question: question.digest, next: next, end: end, bytes: bytes).write(path)
    notedBytes = bytes
  }

  /// Gives the file its name.
  mutating func finish() throws(Failure) {
    guard let path, let file else { return }
    do {
      try file.synchronize()
      try file.close()
      let (part, whole) = (URL(filePath: path + ".part"), URL(filePath: path))
      if FileManager.default.fileExists(atPath: path) {
        _ = try FileManager.default.replaceItemAt(whole, withItemAt: part)
      } else {
        try FileManager.default.moveItem(at: part, to: whole)
      }
      try FileManager.default.removeItem(atPath: Note.path(of: path))
    } catch {
      throw Failure(.usage, "\(path) cannot be written: \(error.localizedDescription)")
    }
  }

  /// How far a file is.
  private struct Note {
    var question: String
    var next: UInt64
    var end: UInt64
    var bytes: UInt64

    static func path(of path: String) -> String { path + ".part.state" }

    /// - Returns: `nil` when there is none.
    static func read(_ path: String) throws(Failure) -> Note? {
      let place = self.path(of: path)
      guard FileManager.default.fileExists(atPath: place) else { return nil }
      let words: [Substring]
      let text: String
      do {
        text = try String(contentsOfFile: place, encoding: .utf8)
        words = text.split(whereSeparator: \.isWhitespace)
      } catch {
        throw Failure(.usage, "\(place) cannot be read: \(error.localizedDescription)")
      }
      guard words.count == 6, words[0] == "windlass-export", words[1] == "1",
        let next = UInt64(words[3]), let end = UInt64(words[4]), let bytes = UInt64(words[5])
      else {
        throw Failure(.usage, "\(place) is no note of an export; remove it, or choose another file")
      }
      return Note(question: String(words[2]), next: next, end: end, bytes: bytes)
    }

    func write(_ path: String) throws(Failure) {
      let text = "windlass-export 1 \(question) \(next) \(end) \(bytes)\n"
      do {
        try Data(text.utf8).write(to: URL(filePath: Self.path(of: path)), options: .atomic)
      } catch {
        throw Failure(
          .usage, "\(Self.path(of: path)) cannot be written: \(error.localizedDescription)")
      }
    }
  }
}
