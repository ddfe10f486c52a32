/// JSON as values of the language: every number a float, of a repeated key the last.
enum JSONText {
  struct Invalid: Error {
    var message: String
    /// Of the byte it is about.
    var offset: Int
  }

  static func parse(_ text: String) throws(Invalid) -> Value {
    var reader = Reader(bytes: Array(text.utf8))
    guard reader.bytes.count <= ConditionLimits.jsonBytes else {
      throw Invalid(message: "JSON is longer than \(ConditionLimits.jsonBytes) bytes", offset: 0)
    }
    let value = try reader.value(depth: 0)
    reader.skipBlanks()
    guard reader.position == reader.bytes.count else {
      throw reader.unexpected("after top-level value")
    }
    return value
  }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipBlanks() {
      while let byte = current, byte == 32 || byte == 9 || byte == 10 || byte == 13 {
        position += 1
      }
    }

    func unexpected(_ place: String) -> Invalid {
      guard let byte = current else {
        return Invalid(message: "unexpected end of JSON input", offset: position)
      }
      let shown = byte == 39 ? "\\'" : byte < 128 ? String(Unicode.Scalar(byte)) : "\\x\(byte)"
      return Invalid(message: "invalid character '\(shown)' \(place)", offset: position)
    }

    mutating func value(depth: Int) throws(Invalid) -> Value {
      guard depth < ConditionLimits.valueDepth else {
        throw Invalid(
          message: "JSON is nested deeper than \(ConditionLimits.valueDepth) levels",
          offset: position)
      }
      skipBlanks()
      guard let first = current else { throw unexpected("") }
      switch first {
      case UInt8(ascii: "{"): return try object(depth: depth)
      case UInt8(ascii: "["): return try array(depth: depth)
      case UInt8(ascii: "\""): return .string(try string())
      case UInt8(ascii: "t"): return try word("true", .bool(true))
      case UInt8(ascii: "f"): return try word("false", .bool(false))
      case UInt8(ascii: "n"): return try word("null", .null)
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
      default: throw unexpected("looking for beginning of value")
      }
    }

    mutating func word(_ word: String, _ value: Value) throws(Invalid) -> Value {
      for byte in word.utf8 {
        guard current == byte else {
          throw unexpected("in literal \(word) (expecting '\(Unicode.Scalar(byte))')")
        }
        position += 1
      }
      return value
    }

    mutating func digits(_ place: String) throws(Invalid) {
      guard let first = current else {
        throw Invalid(message: "invalid character ' ' \(place)", offset: position)
      }
      guard (48...57).contains(first) else { throw unexpected(place) }
      while let byte = current, (48...57).contains(byte) { position += 1 }
    }

    mutating func number() throws(Invalid) -> Value {
      let start = position
      if current == UInt8(ascii: "-") { position += 1 }
      if current == UInt8(ascii: "0") {
        position += 1
      } else {
        try digits("in numeric literal")
      }
      if current == UInt8(ascii: ".") {
        position += 1
        try digits("after decimal point in numeric literal")
      }
      if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
        position += 1
        if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
        try digits("in exponent of numeric literal")
      }
      let text = String(decoding: bytes[start..<position], as: UTF8.self)
      guard let value = Double(text), value.isFinite else {
        throw Invalid(
          message: "json: cannot unmarshal number \(text.prefix(40)) into Go value of type float64",
          offset: start)
      }
      return .float(value)
    }

    mutating func array(depth: Int) throws(Invalid) -> Value {
      position += 1
      var values: [Value] = []
      skipBlanks()
      if current == UInt8(ascii: "]") {
        position += 1
        return .list([])
      }
      while true {
        values.append(try value(depth: depth + 1))
        skipBlanks()
        if current == UInt8(ascii: ",") {
          position += 1
        } else if current == UInt8(ascii: "]") {
          position += 1
          return .list(values)
        } else {
          throw unexpected("after array element")
        }
      }
    }

    mutating func object(depth: Int) throws(Invalid) -> Value {
      position += 1
      var fields: [(String, Value)] = []
      skipBlanks()
      if current == UInt8(ascii: "}") {
        position += 1
        return .map(Fields(fields))
      }
      while true {
        skipBlanks()
        guard current == UInt8(ascii: "\"") else {
          throw unexpected("looking for beginning of object key string")
        }
        let key = try string()
        skipBlanks()
        guard current == UInt8(ascii: ":") else { throw unexpected("after object key") }
        position += 1
        fields.append((key, try value(depth: depth + 1)))
        skipBlanks()
        if current == UInt8(ascii: ",") {
          position += 1
        } else if current == UInt8(ascii: "}") {
          position += 1
          return .map(Fields(fields))
        } else {
          throw unexpected("after object key:value pair")
        }
      }
    }

    mutating func string() throws(Invalid) -> String {
      position += 1
      var content: [UInt8] = []
      while let byte = current {
        switch byte {
        case UInt8(ascii: "\""):
          position += 1
          return String(decoding: content, as: UTF8.self)
        case UInt8(ascii: "\\"):
          position += 1
          try escape(into: &content)
        case 0..<0x20: throw unexpected("in string literal")
        default:
          content.append(byte)
          position += 1
        }
      }
      throw unexpected("in string literal")
    }

    mutating func escape(into content: inout [UInt8]) throws(Invalid) {
      switch current {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
        content.append(bytes[position])
      case UInt8(ascii: "b"): content.append(8)
      case UInt8(ascii: "f"): content.append(12)
      case UInt8(ascii: "n"): content.append(10)
      case UInt8(ascii: "r"): content.append(13)
      case UInt8(ascii: "t"): content.append(9)
      case UInt8(ascii: "u"):
        position += 1
        var unit = try hexUnit()
        if (0xd800..<0xdc00).contains(unit), current == UInt8(ascii: "\\"),
          position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "u")
        {
          let before = position
          position += 2
          let low = try hexUnit()
          if (0xdc00..<0xe000).contains(low) {
            unit = 0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)
          } else {
            position = before
          }
        }
        // Half a surrogate pair is no character.
        let scalar = Unicode.Scalar(unit) ?? "\u{fffd}"
        content.append(contentsOf: String(scalar).utf8)
        return
      default: throw unexpected("in string escape code")
      }
      position += 1
    }

    mutating func hexUnit() throws(Invalid) -> UInt32 {
      var unit: UInt32 = 0
      for _ in 0..<4 {
        guard let byte = current, let digit = Text.digit(Unicode.Scalar(byte)) else {
          throw unexpected("in \\u hexadecimal character escape")
        }
        unit = unit * 16 + digit
        position += 1
      }
      return unit
    }
  }

  /// JSON as Go's encoder indents it by two blanks, with `<`, `>` and `&` escaped; `nil` for what
  /// JSON cannot hold.
  static func write(_ value: Value, indented: Bool) -> String? {
    var text = ""
    guard write(value, indented ? 0 : nil, &text) else { return nil }
    return text
  }

  private static func write(_ value: Value, _ level: Int?, _ text: inout String) -> Bool {
    switch value {
    case .null: text += "null"
    case .bool(let flag): text += flag ? "true" : "false"
    case .int(let number), .integer(let number, _): text += String(number)
    case .bytes(let bytes): text += quoted(Base64.encode(bytes))
    case .zone: text += "{}"
    case .float(let number):
      guard number.isFinite else { return false }
      text += Numbers.jsonText(number)
    case .string(let content): text += quoted(content)
    case .list, .floats:
      let elements = value.elements
      guard !elements.isEmpty else {
        text += "[]"
        return true
      }
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        newLine(level.map { $0 + 1 }, &text)
        guard write(element, level.map { $0 + 1 }, &text) else { return false }
      }
      newLine(level, &text)
      text += "]"
    case .map(let fields):
      guard fields.count > 0 else {
        text += "{}"
        return true
      }
      text += "{"
      for (index, entry) in fields.entries.enumerated() {
        if index > 0 { text += "," }
        newLine(level.map { $0 + 1 }, &text)
        text += quoted(entry.key) + (level == nil ? ":" : ": ")
        guard write(entry.value, level.map { $0 + 1 }, &text) else { return false }
      }
      newLine(level, &text)
      text += "}"
    case .keyed: return false
    case .time(let moment): text += quoted(moment.rfc3339)
    case .duration(let nanoseconds): text += String(nanoseconds)
    }
    return true
  }

  private static func newLine(_ level: Int?, _ text: inout String) {
    guard let level else { return }
    text += "\n" + String(repeating: "  ", count: level)
  }

  private static func quoted(_ content: String) -> String {
    var text = "\""
    for scalar in content.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{8}": text += "\\b"
      case "\u{c}": text += "\\f"
      case "<", ">", "&", "\u{2028}", "\u{2029}": text += "\\u" + Text.hex(scalar.value, width: 4)
      default:
        if scalar.value < 0x20 {
          text += "\\u" + Text.hex(scalar.value, width: 4)
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    return text + "\""
  }
}

extension Value {
  /// Reads one JSON value of at most 8 MiB and 128 levels, strictly; every number becomes a float.
  public init(json text: String) throws(ConditionError) {
    do throws(JSONText.Invalid) {
      self = try JSONText.parse(text)
    } catch {
      throw ConditionError(.syntax, error.message, at: error.offset).located(in: text)
    }
  }

  /// The value as compact JSON; `nil` for what JSON cannot hold: NaN, infinity, keys that are no
  /// text.
  public var json: String? { JSONText.write(self, indented: false) }
}
