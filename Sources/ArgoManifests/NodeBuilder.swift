import Yams

/// Turns what Yams composed into plain nodes, within the bounds on depth and count. Aliases are
/// shared in Yams' tree and become copies here, so the count is of what they expand to.
struct NodeBuilder {
  /// Why a document cannot be read.
  struct Refused: Error {
    /// What is wrong: the `file` as a text, or its `yaml`.
    var field = "yaml"
    /// Counted from 1 in the text that was parsed.
    var line: Int
    var reason: String
  }

  /// Reads a text of YAML, document by document; empty ones are left out. What is not YAML, or is
  /// YAML that JSON could not say (tags, complex keys), ends it.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8.
  ///   - linesBefore: lines of the file before these bytes, for the places of nodes.
  ///   - take: is given each document's root, with the line it begins on in the text.
  static func read(
    _ bytes: [UInt8], linesBefore: Int = 0,
    _ take: (YAMLNode) throws(Refused) -> Void
  ) throws(Refused) {
    let text: String
    do {
      text = try YAMLText(bytes).text
    } catch {
      throw Refused(field: "file", line: error.line, reason: error.reason)
    }
    do {
      // The basic resolver leaves every plain scalar alone; the default one tries seven regular
      // expressions on each.
      let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      while let root = try parser.nextRoot() {
        var builder = NodeBuilder(linesBefore: linesBefore)
        let node = try builder.node(root, depth: 0)
        if node.content != .null { try take(node) }
      }
    } catch let refused as Refused {
      throw refused
    } catch let error as YamlError {
      let (line, reason) = explain(error)
      // The end of a text may count as a line of its own.
      let breaks = text.utf8.count(where: { $0 == UInt8(ascii: "\n") })
      let last = text.utf8.last == UInt8(ascii: "\n") ? breaks : breaks + 1
      throw Refused(line: min(line, max(last, 1)), reason: reason)
    } catch {
      throw Refused(line: 1, reason: "cannot be read")
    }
  }

  private let linesBefore: Int
  private var nodes = 0

  private init(linesBefore: Int) { self.linesBefore = linesBefore }

  private mutating func node(_ node: Node, depth: Int) throws(Refused) -> YAMLNode {
    let (line, column) = Self.place(node) ?? (1, 1)
    nodes += 1
    guard nodes <= ManifestLimits.nodes else {
      throw Refused(
        line: line, reason: "has more than \(ManifestLimits.nodes) values in one document")
    }
    guard depth <= ManifestLimits.depth else {
      throw Refused(line: line, reason: "is nested deeper than \(ManifestLimits.depth) levels")
    }
    var isVerbatim = false
    let content: YAMLNode.Content
    switch node {
    case .scalar(let scalar):
      content = try self.content(scalar, line: line)
      isVerbatim = scalar.style == .plain && !scalar.string.utf8.contains(UInt8(ascii: "\n"))
    case .sequence(let sequence):
      try check(sequence.tag, line: line)
      var items: [YAMLNode] = []
      for item in sequence { items.append(try self.node(item, depth: depth + 1)) }
      content = .sequence(items)
    case .mapping(let mapping):
      try check(mapping.tag, line: line)
      content = .mapping(try entries(mapping, line: line, column: column, depth: depth))
    case .alias:
      throw Refused(line: line, reason: "has an alias that stands for nothing")
    }
    return YAMLNode(
      line: linesBefore + line, column: column, content: content, isVerbatim: isVerbatim)
  }

  private static func place(_ node: Node) -> (line: Int, column: Int)? {
    node.mark.map { (max($0.line, 1), max($0.column, 1)) }
  }

  private mutating func entries(
    _ mapping: Node.Mapping, line: Int, column: Int, depth: Int
  ) throws(Refused) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    var keys: Set<String> = []
    var merged: [YAMLNode] = []
    for (key, value) in mapping {
      let (keyLine, keyColumn) = Self.place(key) ?? (line, column)
      guard case .scalar(let scalar) = key else {
        throw Refused(line: keyLine, reason: "has a key that is a list or a mapping")
      }
      try check(scalar.tag, line: keyLine)
      guard !scalar.string.isEmpty, !scalar.string.utf8.contains(0) else {
        throw Refused(line: keyLine, reason: "has a key that is empty or holds a NUL")
      }
      let node = try self.node(value, depth: depth + 1)
      if scalar.string == "<<" && scalar.style == .plain {
        merged.append(node)
        continue
      }
      guard keys.insert(scalar.string).inserted else {
        throw Refused(
          line: keyLine, reason: "has the same key twice in one mapping: \(quoted(scalar.string))")
      }
      entries.append(
        .init(key: scalar.string, line: linesBefore + keyLine, column: keyColumn, value: node))
    }
    // YAML's merge key: what the mapping itself says goes first, then earlier ones.
    for source in merged {
      for entry in try sources(source).joined() where keys.insert(entry.key).inserted {
        entries.append(entry)
      }
    }
    return entries
  }

  private func sources(_ node: YAMLNode) throws(Refused) -> [[YAMLNode.Entry]] {
    switch node.content {
    case .mapping(let entries): return [entries]
    case .sequence(let nodes):
      var result: [[YAMLNode.Entry]] = []
      for case .mapping(let entries) in nodes.map(\.content) { result.append(entries) }
      guard result.count == nodes.count else { break }
      return result
    case .null, .bool, .integer, .number, .text: break
    }
    throw Refused(
      line: node.line - linesBefore, reason: "merges ('<<') something that is no mapping")
  }

  private func content(
    _ scalar: Node.Scalar, line: Int
  ) throws(Refused) -> YAMLNode.Content {
    guard !scalar.string.utf8.contains(0) else {
      throw Refused(line: line, reason: "holds a NUL")
    }
    try check(scalar.tag, line: line)
    let isText =
      switch scalar.style {
      case .any, .plain: scalar.tag.rawValue == Tag.Name.str.rawValue
      case .singleQuoted, .doubleQuoted, .literal, .folded:
        !Self.retyped.contains(scalar.tag.rawValue)
      }
    return isText ? .text(scalar.string) : .init(plain: scalar.string)
  }

  private static let retyped: Set<String> = Set(
    [Tag.Name.null, .bool, .int, .float].map(\.rawValue))

  private static let known: Set<String> = retyped.union(
    [Tag.Name.implicit, .nonSpecific, .str, .seq, .map].map(\.rawValue))

  private func check(_ tag: Tag, line: Int) throws(Refused) {
    guard Self.known.contains(tag.rawValue) else {
      throw Refused(line: line, reason: "has a tag that is not read: \(quoted(tag.rawValue))")
    }
  }

  /// Line and reason of what the parser found. Its own description repeats the line of the file,
  /// which may hold a secret.
  private static func explain(_ error: YamlError) -> (line: Int, reason: String) {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let place = context.map { " " + printable($0.text, atMost: 120) } ?? ""
      return (max(mark.line, 1), "is no YAML:\(place): \(printable(problem, atMost: 200))")
    case .reader(let problem, let offset, _, let yaml):
      let before = yaml.prefix(offset ?? 0)
      let line = 1 + before.unicodeScalars.count(where: { $0 == "\n" })
      return (line, "is no YAML: \(printable(problem, atMost: 200))")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let keys = duplicates.prefix(5).map(quoted).joined(separator: ", ")
      return (max(context.mark.line, 1), "has the same key twice in one mapping: \(keys)")
    case .memory: return (1, "needs too much memory")
    case .no, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      return (1, "cannot be read")
    }
  }
}
