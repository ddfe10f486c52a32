import ArgoManifests
import RolloutCore
import Testing

/// SplitMix64: the same numbers for the same seed, everywhere.
private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

@Suite("Hostile manifests")
struct HostileTests {
  /// Fragments that mean something to YAML or to us.
  static let fragments: [[UInt8]] =
    [
      "\t", "\r", "\r\n", "\0", "\u{FEFF}", "\u{2028}", "\u{85}", "&a ", "*a", "<<: ", "? ", ": ",
      "- ", "{", "}", "[", "]", "!!str ", "!x ", "%YAML 1.1\n---\n", "---\n", "...\n", "|\n",
      ">-\n",
      "\"", "'", "\\", "#", "@", "`", "~", "null", "true", "-1", "1e999", "99999999999999999999",
      "0x10", ".inf", "{{args.", "}}", "${secret.", "kind: ", "spec: ", "duration: ", "1h",
      "\u{1F600}", "e\u{301}",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x80]]

  private func mutated(_ bytes: [UInt8], _ random: inout Seeded) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 1...40, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes.removeSubrange(place..<end)
      case 1:
        bytes.insert(contentsOf: Self.fragments.randomElement(using: &random) ?? [], at: place)
      case 2:
        bytes.replaceSubrange(
          place..<end, with: Self.fragments.randomElement(using: &random) ?? [])
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 4 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
      default:
        // A whole line goes somewhere else.
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let line = lines.randomElement(using: &random) ?? []
        bytes.insert(contentsOf: Array(line) + [UInt8(ascii: "\n")], at: place)
      }
    }
    return bytes
  }

  @Test("no mutation of the examples traps, and what is refused says where", arguments: 0..<40)
  func mutations(seed: UInt64) throws {
    var random = Seeded(state: seed)
    let example = try ExampleTests.checkout("v1")
    var refused = 0
    for _ in 0..<50 {
      var files = example
      for _ in 0..<Int.random(in: 1...2, using: &random) {
        let index = Int.random(in: files.indices, using: &random)
        files[index].bytes = mutated(files[index].bytes, &random)
      }
      do {
        let set = try ManifestReader.read(files)
        for rollout in set.rollouts {
          #expect(rollout.digest.utf8.count == 71)
          #expect(rollout.strategy.steps.count <= ManifestLimits.steps)
        }
      } catch {
        refused += 1
        let names = Set(files.map(\.name))
        #expect((1...50).contains(error.issues.count))
        for issue in error.issues {
          #expect(names.contains(issue.location.file) && issue.location.line >= 1)
          #expect(!issue.field.isEmpty && !issue.reason.isEmpty)
          #expect(issue.description.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        }
      }
    }
    #expect(refused > 0)
  }

  @Test(
    "any type in any place is read or refused",
    arguments: [
      "null", "true", "5", "-1.5", "text", "\"\"", "[]", "[[]]", "{}", "{a: b}", "[null]",
      "[{}]", "{\"\": 1}", "\"{{args.x}}\"", ".nan", "2024-01-01",
    ])
  func types(value: String) throws {
    for file in try ExampleTests.checkout("v1") {
      let lines = String(decoding: file.bytes, as: UTF8.self)
        .split(separator: "\n", omittingEmptySubsequences: false)
      for (index, line) in lines.enumerated() {
        guard let colon = line.firstIndex(of: ":"), !line.contains("#") else { continue }
        var changed = lines
        changed[index] = line[...colon] + " " + value
        let text = changed.joined(separator: "\n")
        do {
          _ = try ManifestReader.read([SourceFile(name: file.name, bytes: Array(text.utf8))])
        } catch {
          #expect(error.issues.allSatisfy { $0.location.line >= 1 })
        }
      }
    }
  }
}
