import LogArchive
import Proofs
import Testing

@Suite("An export has one spelling")
struct ArchiveLineTests {
  private static func sample() throws -> (SampleLog, [[UInt8]]) {
    let log = SampleLog(batchSizes: [2, 1, 1], checkpointsAfter: [1, 2])
    return (log, try log.items().map { ArchiveLine.write($0) })
  }

  @Test("what is written is read again")
  func roundTrip() throws {
    for item in try SampleLog(batchSizes: [3, 300], sealed: 2).items() {
      #expect(try ArchiveLine.read(ArchiveLine.write(item)[...]) == item)
    }
    let odd = ArchivedEvent(
      position: .max, stream: "a-\"\\\n\u{1}\u{7F}é", version: .max, type: "",
      command: [
        UInt8
      ](repeating: 1, count: 16), payload: [])
    #expect(try ArchiveLine.read(ArchiveLine.write(.event(odd))[...]) == .event(odd))
  }

  @Test("any one byte of any line changed is found")
  func flips() throws {
    let (log, lines) = try Self.sample()
    let keys = [try log.signer.verifier]
    #expect(try !found(lines: lines, keys: keys))
    var flips = 0
    for (number, line) in lines.enumerated() {
      for index in line.indices {
        for bit in [UInt8(1), 4, 32] where (index + Int(bit)).isMultiple(of: 3) {
          var changed = lines
          changed[number][index] ^= bit
          flips += 1
          let isFound = try found(lines: changed, keys: keys)
          #expect(isFound, "line \(number + 1), byte \(index), bit \(bit)")
          if !isFound { return }
        }
      }
    }
    #expect(flips > 3_000)
  }

  @Test("any line that is gone, doubled or in another place is found")
  func moves() throws {
    let (log, lines) = try Self.sample()
    let keys = [try log.signer.verifier]
    // Of the last batches, which no checkpoint covers, the end tells.
    for index in lines.indices {
      var changed = lines
      changed.remove(at: index)
      #expect(try found(lines: changed, keys: keys), "line \(index + 1) is gone")
      changed = lines
      changed.insert(lines[index], at: index)
      #expect(try found(lines: changed, keys: keys), "line \(index + 1) is doubled")
      for other in lines.indices where other > index {
        changed = lines
        changed.swapAt(index, other)
        guard changed != lines else { continue }
        #expect(try found(lines: changed, keys: keys), "lines \(index + 1) and \(other + 1)")
      }
    }
  }

  @Test("whatever is in a line, it is read or refused")
  func hostile() throws {
    let (_, lines) = try Self.sample()
    var random = SeededGenerator(seed: 7)
    for _ in 0..<20_000 {
      var line = lines[Int.random(in: 0..<lines.count, using: &random)]
      for _ in 0..<Int.random(in: 1...8, using: &random) where !line.isEmpty {
        let index = Int.random(in: 0..<line.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: line[index] = UInt8.random(in: 0...255, using: &random)
        case 1: line.remove(at: index)
        case 2: line.insert(UInt8.random(in: 0...255, using: &random), at: index)
        default: line = Array(line[..<index])
        }
      }
      do {
        let item = try ArchiveLine.read(line[...])
        #expect(ArchiveLine.write(item) == line)
      } catch {}
    }
  }

  @Test("a line is at most a mebibyte, and a file's last line ends")
  func lines() throws {
    var splitter = LineSplitter(bytesMax: 10)
    var seen: [(String, UInt64)] = []
    for piece in ["ab", "c\nde\n\nf", "gh\n"] {
      try splitter.feed(Array(piece.utf8)) { line, number in
        seen.append((String(decoding: line, as: UTF8.self), number))
      }
    }
    #expect(seen.map(\.0) == ["abc", "de", "", "fgh"])
    #expect(seen.map(\.1) == [1, 2, 3, 4])
    try splitter.finish()
    try splitter.feed(Array("x".utf8)) { _, _ in }
    #expect(throws: ArchiveError.self) { try splitter.finish() }
    #expect(throws: ArchiveError.self) {
      try splitter.feed([UInt8](repeating: 65, count: 10)) { _, _ in }
    }
    #expect(throws: ArchiveError.self) {
      try ArchiveLine.read([UInt8](repeating: 32, count: ArchiveLine.bytesMax + 1)[...])
    }
  }
}

/// The same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
