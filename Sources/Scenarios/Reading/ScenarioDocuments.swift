import ArgoManifests
import Yams

/// Reads the documents of a scenario file into nodes.
struct ScenarioDocuments {
  let file: String

  /// The documents that are not empty; one that is refused ends the file.
  func read(_ bytes: [UInt8], _ log: IssueLog) -> [ScenarioNode] {
    let text: String
    do {
      text = try ScenarioText(bytes).text
    } catch {
      log.refuse(SourceLocation(file: file, line: error.line), "file", error.reason)
      return []
    }
    var documents: [ScenarioNode] = []
    do {
      // The basic resolver leaves every plain scalar alone.
      let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      while let root = try parser.nextRoot() {
        var nodes = 0
        let node = try Self.node(root, depth: 0, &nodes)
        guard !node.isNull else { continue }
        guard documents.count < ScenarioLimits.scenarios else {
          throw Refused(
            line: node.line, reason: "has more than \(ScenarioLimits.scenarios) scenarios")
        }
        documents.append(node)
      }
    } catch let refused as Refused {
      log.refuse(SourceLocation(file: file, line: refused.line), "yaml", refused.reason)
    } catch let error as YamlError {
      let (line, reason) = Self.explain(error)
      // The end of a text may count as a line of its own.
      let breaks = text.utf8.count(where: { $0 == UInt8(ascii: "\n") })
      let last = text.utf8.last == UInt8(ascii: "\n") ? breaks : breaks + 1
      log.refuse(SourceLocation(file: file, line: max(1, min(line, last))), "yaml", reason)
    } catch {
      log.refuse(SourceLocation(file: file, line: 1), "yaml", "cannot be read")
    }
    return documents
  }

  private struct Refused: Error {
    var line: Int
    var reason: String
  }

  private static func node(
    _ node: Node, depth: Int, _ nodes: inout Int
  ) throws(Refused) -> ScenarioNode {
    let line = node.mark.map { max($0.line, 1) } ?? 1
    let column = node.mark.map { max($0.column, 1) } ?? 1
    nodes += 1
    guard nodes <= ScenarioLimits.nodes else {
      throw Refused(line: line, reason: "has more than \(ScenarioLimits.nodes) values")
    }
    guard depth <= ScenarioLimits.depth else {
      throw Refused(line: line, reason: "is nested deeper than \(ScenarioLimits.depth) levels")
    }
    let content: ScenarioNode.Content
    switch node {
    case .scalar(let scalar):
      try checkTag(scalar.tag, line: line)
      let style: ScenarioNode.Style =
        switch scalar.style {
        case .plain, .any: .plain
        case .singleQuoted, .doubleQuoted: .quoted
        case .literal, .folded: .block
        }
      content = .scalar(scalar.string, style)
    case .sequence(let sequence):
      try checkTag(sequence.tag, line: line)
      var items: [ScenarioNode] = []
      for item in sequence { items.append(try Self.node(item, depth: depth + 1, &nodes)) }
      content = .sequence(items)
    case .mapping(let mapping):
      try checkTag(mapping.tag, line: line)
      var entries: [ScenarioNode.Entry] = []
      var keys: Set<String> = []
      for (key, value) in mapping {
        let keyLine = key.mark.map { max($0.line, 1) } ?? line
        guard case .scalar(let scalar) = key else {
          throw Refused(line: keyLine, reason: "has a key that is a list or a mapping")
        }
        try checkTag(scalar.tag, line: keyLine)
        guard keys.insert(scalar.string).inserted else {
          throw Refused(
            line: keyLine,
            reason: "has the same key twice in one mapping: \(quoted(scalar.string))")
        }
        entries.append(
          .init(
            key: scalar.string, line: keyLine,
            value: try Self.node(value, depth: depth + 1, &nodes)))
      }
      content = .mapping(entries)
    case .alias:
      throw Refused(line: line, reason: "has an alias (*name), which is not read here")
    }
    return ScenarioNode(line: line, column: column, content: content)
  }

  private static let known: Set<String> = Set(
    [Tag.Name.implicit, .nonSpecific, .str, .seq, .map].map(\.rawValue))

  private static func checkTag(_ tag: Tag, line: Int) throws(Refused) {
    guard known.contains(tag.rawValue) else {
      throw Refused(line: line, reason: "has a tag that is not read: \(quoted(tag.rawValue))")
    }
  }

  /// Line and reason of what the parser found, without the text of the file.
  private static func explain(_ error: YamlError) -> (line: Int, reason: String) {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let place = context.map { " " + printable($0.text, atMost: 120) } ?? ""
      return (max(mark.line, 1), "is no YAML:\(place): \(printable(problem, atMost: 200))")
    case .reader(let problem, _, _, _):
      return (1, "is no YAML: \(printable(problem, atMost: 200))")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let keys = duplicates.prefix(5).map(quoted).joined(separator: ", ")
      return (max(context.mark.line, 1), "has the same key twice in one mapping: \(keys)")
    case .memory: return (1, "needs too much memory")
    case .no, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      return (1, "cannot be read")
    }
  }
}
