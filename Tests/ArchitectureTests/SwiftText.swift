/// Swift source with comments and the text of string literals blanked out; line breaks stay, and so
/// does code inside `\( )`. Enough of Swift's lexing to look for words without meeting them in prose.
struct SwiftText {
  private let bytes: [UInt8]
  private var index = 0
  private var out: [UInt8] = []

  /// The code in `source`, as long as it is, line by line where it was.
  static func code(of source: String) -> String {
    var text = SwiftText(bytes: Array(source.utf8))
    text.skipCode(untilParenthesisCloses: false)
    return String(decoding: text.out, as: UTF8.self)
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
    out.reserveCapacity(bytes.count)
  }

  private func has(_ text: StaticString, at offset: Int = 0) -> Bool {
    let wanted = Array(text.description.utf8)
    let from = index + offset
    return from + wanted.count <= bytes.count && bytes[from..<(from + wanted.count)] == wanted[...]
  }

  private mutating func keep() {
    out.append(bytes[index])
    index += 1
  }

  private mutating func blank(_ count: Int = 1) {
    for _ in 0..<count where index < bytes.count {
      out.append(bytes[index] == UInt8(ascii: "\n") ? UInt8(ascii: "\n") : UInt8(ascii: " "))
      index += 1
    }
  }

  private mutating func skipCode(untilParenthesisCloses inner: Bool) {
    var depth = 0
    while index < bytes.count {
      if has("//") {
        while index < bytes.count, !has("\n") { blank() }
      } else if has("/*") {
        skipBlockComment()
      } else if let hashes = hashesBeforeQuote() {
        skipString(hashes: hashes)
      } else if inner, has(")") {
        keep()
        if depth == 0 { return }
        depth -= 1
      } else {
        if inner, has("(") { depth += 1 }
        keep()
      }
    }
  }

  private mutating func skipBlockComment() {
    var depth = 0
    repeat {
      if has("/*") {
        depth += 1
        blank(2)
      } else if has("*/") {
        depth -= 1
        blank(2)
      } else {
        blank()
      }
    } while depth > 0 && index < bytes.count
  }

  /// How many `#` stand before the quote that begins here; `nil` when no string begins here.
  private func hashesBeforeQuote() -> Int? {
    var hashes = 0
    while has("#", at: hashes) { hashes += 1 }
    return has("\"", at: hashes) ? hashes : nil
  }

  private mutating func skipString(hashes: Int) {
    blank(hashes)
    let quotes = has("\"\"\"") ? 3 : 1
    blank(quotes)
    while index < bytes.count {
      if closes(quotes: quotes, hashes: hashes) {
        blank(quotes + hashes)
        return
      } else if quotes == 1, has("\n") {
        return  // Not a string after all, or not Swift; the compiler says so.
      } else if has("\\"), escapes(hashes: hashes) {
        blank(1 + hashes)
        if has("(") {
          keep()
          skipCode(untilParenthesisCloses: true)
        } else {
          blank()
        }
      } else {
        blank()
      }
    }
  }

  private func closes(quotes: Int, hashes: Int) -> Bool {
    (0..<quotes).allSatisfy { has("\"", at: $0) }
      && (0..<hashes).allSatisfy { has("#", at: quotes + $0) }
  }

  private func escapes(hashes: Int) -> Bool {
    (0..<hashes).allSatisfy { has("#", at: 1 + $0) }
  }
}
