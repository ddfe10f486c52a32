import Yams

/// Turns what Yams composed into plain nodes, within the bounds on depth and count. Aliases are
/// shared in Yams' tree and become copies here, so the count is of what they expand to.
struct NodeBuilder {
  /// Why a document cannot be read.
  struct Refused: Error {
    var line: Int
    var reason: String
  }

  private var nodes = 0

  mutating func node(_ node: Node, depth: Int) throws(Refused) -> ManifestNode {
    let line = node.mark.map { max($0.line, 1) } ?? 1
    nodes += 1
    guard nodes <= ManifestLimits.nodes else {
      throw Refused(
        line: line, reason: "has more than \(ManifestLimits.nodes) values in one document")
    }
    guard depth <= ManifestLimits.depth else {
      throw Refused(line: line, reason: "is nested deeper than \(ManifestLimits.depth) levels")
    }
    switch node {
    case .scalar(let scalar):
      return ManifestNode(line: line, content: try content(scalar, line: line))
    case .sequence(let sequence):
      try checkTag(sequence.tag, line: line)
      var items: [ManifestNode] = []
      for item in sequence { items.append(try self.node(item, depth: depth + 1)) }
      return ManifestNode(line: line, content: .sequence(items))
    case .mapping(let mapping):
      try checkTag(mapping.tag, line: line)
      return ManifestNode(
        line: line, content: .mapping(try entries(mapping, line: line, depth: depth)))
    case .alias:
      throw Refused(line: line, reason: "has an alias that stands for nothing")
    }
  }

  private mutating func entries(
    _ mapping: Node.Mapping, line: Int, depth: Int
  ) throws(Refused) -> [ManifestNode.Entry] {
    var entries: [ManifestNode.Entry] = []
    var keys: Set<String> = []
    var merged: [ManifestNode] = []
    for (key, value) in mapping {
      let keyLine = key.mark.map { max($0.line, 1) } ?? line
      guard case .scalar(let scalar) = key else {
        throw Refused(line: keyLine, reason: "has a key that is a list or a mapping")
      }
      try checkTag(scalar.tag, line: keyLine)
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
      entries.append(.init(key: scalar.string, line: keyLine, value: node))
    }
    // YAML's merge key: what the mapping itself says goes first, then earlier ones.
    for source in merged {
      for entry in try Self.sources(source).joined() where keys.insert(entry.key).inserted {
        entries.append(entry)
      }
    }
    return entries
  }

  private static func sources(_ node: ManifestNode) throws(Refused) -> [[ManifestNode.Entry]] {
    switch node.content {
    case .mapping(let entries): return [entries]
    case .sequence(let nodes):
      var result: [[ManifestNode.Entry]] = []
      for case .mapping(let entries) in nodes.map(\.content) { result.append(entries) }
      guard result.count == nodes.count else { break }
      return result
    case .null, .bool, .integer, .number, .text: break
    }
    throw Refused(line: node.line, reason: "merges ('<<') something that is no mapping")
  }

  private func content(
    _ scalar: Node.Scalar, line: Int
  ) throws(Refused) -> ManifestNode.Content {
    guard !scalar.string.utf8.contains(0) else {
      throw Refused(line: line, reason: "holds a NUL")
    }
    try checkTag(scalar.tag, line: line)
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

  func checkTag(_ tag: Tag, line: Int) throws(Refused) {
    guard Self.known.contains(tag.rawValue) else {
      throw Refused(line: line, reason: "has a tag that is not read: \(quoted(tag.rawValue))")
    }
  }
}
