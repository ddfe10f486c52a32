import ArgoManifests

/// A place in a document: a value, or its absence, with the path and position that a finding names.
struct Place {
  let file: String
  /// Empty for the document itself.
  let path: String
  /// Of the key; of the value for an item of a list; of the nearest parent for what is absent.
  let line: Int
  let column: Int
  let node: YAMLNode?

  init(document node: YAMLNode, file: String, path: String = "") {
    self.init(file: file, path: path, line: node.line, column: node.column, node: node)
  }

  private init(file: String, path: String, line: Int, column: Int, node: YAMLNode?) {
    (self.file, self.path, self.line, self.column, self.node) = (file, path, line, column, node)
  }

  /// Whether there is nothing: Kubernetes drops nulls, so a null is absent.
  var isAbsent: Bool {
    guard let node else { return true }
    if case .null = node.content { return true }
    return false
  }

  var isPresent: Bool { !isAbsent }

  /// `pause:` and `pause: {}` mean the same to people; only the second is there for Kubernetes.
  var isMapping: Bool {
    if case .mapping = node?.content { return true }
    return false
  }

  /// A member of a mapping; absent where there is none.
  subscript(_ key: String) -> Place {
    if case .mapping(let entries) = node?.content,
      let entry = entries.first(where: { $0.key == key })
    {
      return member(entry)
    }
    return Place(
      file: file, path: path.isEmpty ? key : "\(path).\(key)", line: line, column: column, node: nil
    )
  }

  /// The members of a mapping in their order; empty where it is none.
  var members: [(key: String, place: Place)] {
    guard case .mapping(let entries) = node?.content else { return [] }
    return entries.map { ($0.key, member($0)) }
  }

  /// The items of a list; empty where it is none.
  var items: [Place] {
    guard case .sequence(let nodes) = node?.content else { return [] }
    return nodes.enumerated().map { index, node in
      Place(
        file: file, path: "\(path)[\(index)]", line: node.line, column: node.column, node: node)
    }
  }

  var text: String? {
    guard case .text(let text) = node?.content else { return nil }
    return text
  }

  /// The text of any scalar, as Argo gets it where it takes a number or a text.
  var scalar: String? {
    switch node?.content {
    case .text(let text), .number(let text): text
    case .integer(let value): "\(value)"
    case .bool(let value): "\(value)"
    case .null, .sequence, .mapping, nil: nil
    }
  }

  var integer: Int64? {
    guard case .integer(let value) = node?.content else { return nil }
    return value
  }

  var bool: Bool? {
    guard case .bool(let value) = node?.content else { return nil }
    return value
  }

  private func member(_ entry: YAMLNode.Entry) -> Place {
    let key = Shown.text(entry.key, atMost: 80)
    return Place(
      file: file, path: path.isEmpty ? key : "\(path).\(key)", line: entry.line,
      column: entry.column, node: entry.value)
  }
}
