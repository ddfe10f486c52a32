/// Reads the documents of a file into plain nodes.
struct YAMLDocuments {
  let file: String

  /// The documents of a file that are not empty. A document that is refused ends the file.
  func read(_ bytes: [UInt8], _ log: ReadLog) -> [YAMLNode] {
    var documents: [YAMLNode] = []
    do {
      try NodeBuilder.read(bytes) { (node) throws(NodeBuilder.Refused) in
        guard documents.count < ManifestLimits.documents else {
          throw NodeBuilder.Refused(
            line: node.line, reason: "has more than \(ManifestLimits.documents) documents")
        }
        documents.append(node)
      }
    } catch {
      log.refuseFile(
        SourceLocation(file: file, line: error.line), error.field, error.reason)
    }
    return documents
  }
}
