import Yams

/// Reads the documents of a file into plain nodes.
struct YAMLDocuments {
  let file: String

  /// The documents of a file that are not empty. Refused are what is no YAML, and what is YAML that
  /// JSON could not say (tags, complex keys). A document that is refused ends the file.
  func read(_ bytes: [UInt8], _ log: ReadLog) -> [ManifestNode] {
    let text: String
    do {
      text = try YAMLText(bytes).text
    } catch {
      log.refuseFile(SourceLocation(file: file, line: error.line), "file", error.reason)
      return []
    }
    var documents: [ManifestNode] = []
    do {
      // The basic resolver leaves every plain scalar alone; the default one tries seven regular
      // expressions on each.
      let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      while let root = try parser.nextRoot() {
        var builder = NodeBuilder()
        let node = try builder.node(root, depth: 0)
        guard node.content != .null else { continue }
        guard documents.count < ManifestLimits.documents else {
          throw NodeBuilder.Refused(
            line: node.line,
            reason: "has more than \(ManifestLimits.documents) documents")
        }
        documents.append(node)
      }
    } catch let refused as NodeBuilder.Refused {
      log.refuseFile(SourceLocation(file: file, line: refused.line), "yaml", refused.reason)
    } catch let error as YamlError {
      let (line, reason) = Self.explain(error)
      // The end of a text may count as a line of its own.
      let breaks = text.utf8.count(where: { $0 == UInt8(ascii: "\n") })
      let last = text.utf8.last == UInt8(ascii: "\n") ? breaks : breaks + 1
      log.refuseFile(SourceLocation(file: file, line: min(line, last)), "yaml", reason)
    } catch {
      log.refuseFile(SourceLocation(file: file, line: 1), "yaml", "cannot be read")
    }
    return documents
  }

  /// Line and reason of what the parser found. Its own description repeats the line of the file,
  /// which may hold a secret.
  static func explain(_ error: YamlError) -> (line: Int, reason: String) {
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
