import Yams

/// Turns what Yams composed into nodes with places, within the bounds on depth and count; the
/// sibling of `NodeBuilder`, which keeps lines only.
struct YAMLNodeBuilder {
  struct Refused: Error {
    /// Counted from 1 in the document's own text.
    var line: Int
    var reason: String
  }

  let linesBefore: Int
  private var nodes = 0
  private var plain = NodeBuilder()

  init(linesBefore: Int) { self.linesBefore = linesBefore }

  mutating func node(_ node: Node, depth: Int) throws(Refused) -> YAMLNode {
    let (line, column) = Self.place(node)
    nodes += 1
    guard nodes <= ManifestLimits.nodes else {
      throw Refused(
        line: line, reason: "has more than \(ManifestLimits.nodes) values in one document")
    }
    guard depth <= ManifestLimits.depth else {
      throw Refused(line: line, reason: "is nested deeper than \(ManifestLimits.depth) levels")
    }
    switch node {
    case .scalar(let scalar): return try self.scalar(node, scalar, line: line, column: column)
    case .sequence(let sequence):
      try check(tag: sequence.tag, line: line)
      var items: [YAMLNode] = []
      for item in sequence { items.append(try self.node(item, depth: depth + 1)) }
      return made(line, column, .sequence(items))
    case .mapping(let mapping):
      try check(tag: mapping.tag, line: line)
      return made(
        line, column, .mapping(try entries(mapping, line: line, column: column, depth: depth)))
    case .alias:
      throw Refused(line: line, reason: "has an alias that stands for nothing")
    }
  }

  private static func place(_ node: Node) -> (line: Int, column: Int) {
    (node.mark.map { max($0.line, 1) } ?? 1, node.mark.map { max($0.column, 1) } ?? 1)
  }

  private func made(_ line: Int, _ column: Int, _ content: YAMLNode.Content) -> YAMLNode {
    YAMLNode(line: linesBefore + line, column: column, content: content, isVerbatim: false)
  }

  /// Scalars are read by the one reader there is, so that `yes` and `0o7` mean the same to all.
  private mutating func scalar(
    _ node: Node, _ scalar: Node.Scalar, line: Int, column: Int
  ) throws(Refused) -> YAMLNode {
    let read: ManifestNode
    do {
      plain = NodeBuilder()
      read = try plain.node(node, depth: 0)
    } catch {
      throw Refused(line: error.line, reason: error.reason)
    }
    let content: YAMLNode.Content =
      switch read.content {
      case .null: .null
      case .bool(let value): .bool(value)
      case .integer(let value): .integer(value)
      case .number(let text): .number(text)
      case .text(let text): .text(text)
      // A scalar is neither.
      case .sequence, .mapping: .null
      }
    var result = made(line, column, content)
    result.isVerbatim = scalar.style == .plain && !scalar.string.utf8.contains(UInt8(ascii: "\n"))
    return result
  }

  private mutating func entries(
    _ mapping: Node.Mapping, line: Int, column: Int, depth: Int
  ) throws(Refused) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    var keys: Set<String> = []
    var merged: [YAMLNode] = []
    for (key, value) in mapping {
      let (keyLine, keyColumn) = key.mark == nil ? (line, column) : Self.place(key)
      guard case .scalar(let scalar) = key else {
        throw Refused(line: keyLine, reason: "has a key that is a list or a mapping")
      }
      try check(tag: scalar.tag, line: keyLine)
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
      if result.count == nodes.count { return result }
    case .null, .bool, .integer, .number, .text: break
    }
    throw Refused(
      line: node.line - linesBefore, reason: "merges ('<<') something that is no mapping")
  }

  private func check(tag: Tag, line: Int) throws(Refused) {
    do {
      try plain.checkTag(tag, line: line)
    } catch {
      throw Refused(line: error.line, reason: error.reason)
    }
  }
}
