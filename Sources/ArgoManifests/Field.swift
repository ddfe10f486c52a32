import RolloutCore

/// A place in a document: a value, or its absence, with the path and line that a message names.
struct Field {
  let file: String
  /// Empty for the document itself.
  let path: String
  let line: Int
  let content: YAMLNode.Content
  /// Whether the key is there; `key:` with nothing behind it is written and still null.
  let isWritten: Bool

  init(document node: YAMLNode, file: String, path: String = "") {
    self.init(file: file, path: path, line: node.line, content: node.content, isWritten: true)
  }

  private init(
    file: String, path: String, line: Int, content: YAMLNode.Content, isWritten: Bool
  ) {
    self.file = file
    self.path = path
    self.line = line
    self.content = content
    self.isWritten = isWritten
  }

  var location: SourceLocation { SourceLocation(file: file, line: line) }

  /// Whether there is nothing: Kubernetes drops nulls, so a null is absent.
  var isAbsent: Bool { content == .null }

  /// A member of a mapping; absent where there is none.
  subscript(_ key: String) -> Field {
    if case .mapping(let entries) = content,
      let entry = entries.first(where: { $0.key == key })
    {
      return member(entry)
    }
    return Field(file: file, path: path(to: key), line: line, content: .null, isWritten: false)
  }

  /// The members of a mapping in their order; refused if it is none, empty if absent.
  func members(_ log: ReadLog) -> [Field] {
    switch content {
    case .mapping(let entries): return entries.map(member)
    case .null: return []
    case .bool, .integer, .number, .text, .sequence:
      log.refuse(self, "must be a mapping, is \(content.kind)")
      return []
    }
  }

  /// The keys of a mapping with the fields they name.
  func entries(_ log: ReadLog) -> [(key: String, field: Field)] {
    guard case .mapping(let entries) = content else {
      _ = members(log)
      return []
    }
    return entries.map { ($0.key, member($0)) }
  }

  /// The items of a list; refused if it is none or has more than `most`, empty if absent.
  func items(atMost most: Int, _ log: ReadLog) -> [Field] {
    switch content {
    case .sequence(let nodes):
      guard nodes.count <= most else {
        log.refuse(self, "must have at most \(most) items, has \(nodes.count)")
        return []
      }
      return nodes.enumerated().map { index, node in
        Field(
          file: file, path: "\(path)[\(index)]", line: node.line, content: node.content,
          isWritten: true)
      }
    case .null: return []
    case .bool, .integer, .number, .text, .mapping:
      log.refuse(self, "must be a list, is \(content.kind)")
      return []
    }
  }

  /// Text of 1...`most` bytes without control characters; `nil` if absent or refused.
  func text(atMost most: Int, _ log: ReadLog) -> String? {
    switch content {
    case .text(let text):
      guard (1...most).contains(text.utf8.count) else {
        log.refuse(self, "must have 1 to \(most) bytes, has \(text.utf8.count)")
        return nil
      }
      return text
    case .null: return nil
    case .bool, .integer, .number:
      log.refuse(self, "must be text, is \(content.kind); put it in quotes")
      return nil
    case .sequence, .mapping:
      log.refuse(self, "must be text, is \(content.kind)")
      return nil
    }
  }

  /// As `text`, and refused if absent.
  func requiredText(atMost most: Int, _ log: ReadLog) -> String? {
    guard !isAbsent else {
      log.refuse(self, "is missing")
      return nil
    }
    return text(atMost: most, log)
  }

  /// A decimal integer in `range`; `nil` if absent or refused.
  func integer(in range: ClosedRange<Int>, _ log: ReadLog) -> Int? {
    switch content {
    case .null: return nil
    case .integer(let value):
      guard let result = Int(exactly: value), range.contains(result) else {
        log.refuse(
          self, "must be \(range.lowerBound) to \(range.upperBound), is \(value)")
        return nil
      }
      return result
    case .bool, .number, .text, .sequence, .mapping:
      log.refuse(self, "must be a decimal integer, is \(content.kind)")
      return nil
    }
  }

  /// `true` or `false`; `nil` if absent or refused.
  func bool(_ log: ReadLog) -> Bool? {
    switch content {
    case .null: return nil
    case .bool(let value): return value
    case .integer, .number, .text, .sequence, .mapping:
      log.refuse(self, "must be true or false, is \(content.kind)")
      return nil
    }
  }

  /// A Kubernetes object name: 1...253 bytes of `a-z 0-9 . -`, beginning and ending with a letter or
  /// digit; refused if absent.
  func objectName(_ log: ReadLog) -> String? {
    guard let text = requiredText(atMost: ManifestLimits.nameBytes, log) else { return nil }
    let isAlphanumeric = { (byte: UInt8) in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    guard
      text.utf8.allSatisfy({
        isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
      }),
      text.utf8.first.map(isAlphanumeric) == true, text.utf8.last.map(isAlphanumeric) == true
    else {
      log.refuse(self, "must be of a-z, 0-9 and inner '-' and '.', is \(quoted(text))")
      return nil
    }
    return text
  }

  private func member(_ entry: YAMLNode.Entry) -> Field {
    Field(
      file: file, path: path(to: entry.key), line: entry.line, content: entry.value.content,
      isWritten: true)
  }

  private func path(to key: String) -> String {
    let shown = printable(key, atMost: 80)
    return path.isEmpty ? shown : "\(path).\(shown)"
  }
}
