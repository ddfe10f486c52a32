import Testing

@testable import windlass

@Suite("Text from outside")
struct SafeTextTests {
  @Test(
    "what steers a terminal or reorders text is dropped",
    arguments: [
      ("plain", "plain"), ("\u{1B}[31mred\u{1B}[0m", "[31mred[0m"), ("a\u{7}b\u{8}c", "abc"),
      ("a\u{7F}b", "ab"), ("a\u{9B}2Jb", "a2Jb"), ("abc\u{202E}fed", "abcfed"),
      ("a\u{2066}b\u{2069}c", "abc"), ("a\u{200F}b\u{061C}", "ab"), ("a\tb", "a b"),
      ("a\nb", "a b"), ("a\r\nb", "a b"), ("a\u{2028}b\u{2029}c", "a b c"),
      ("Zoë ✔ 日本", "Zoë ✔ 日本"), ("tag\u{E0041}", "tag"), ("", ""),
    ])
  func line(_ text: String, _ expected: String) {
    #expect(SafeText.line(text) == expected)
  }

  @Test("a block keeps its line breaks and nothing else")
  func block() {
    #expect(SafeText.block("one\ntwo\u{1B}[2J\r\nthree") == "one\ntwo[2J\nthree")
  }

  @Test("every control character is dropped from a line")
  func everything() {
    for value in [UInt32](0...0x1F) + [UInt32](0x7F...0x9F) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = SafeText.line("a\(scalar)b")
      #expect(text == "ab" || text == "a b")
    }
  }
}
