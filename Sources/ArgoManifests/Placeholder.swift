/// `{{args.name}}` in the text of a metric.
public enum Placeholder {
  /// Names of the arguments that a value uses, anywhere inside.
  static func names(in content: YAMLNode.Content) -> Set<String> {
    switch content {
    case .text(let text):
      var names: Set<String> = []
      _ = replace(in: text) { name in
        names.insert(name)
        return nil
      }
      return names
    case .sequence(let nodes):
      return nodes.reduce(into: []) { $0.formUnion(names(in: $1.content)) }
    case .mapping(let entries):
      return entries.reduce(into: []) { $0.formUnion(names(in: $1.value.content)) }
    case .null, .bool, .integer, .number: return []
    }
  }

  /// The text with each placeholder replaced, or left as it is where `value` gives `nil`.
  public static func replace(in text: String, _ value: (String) -> String?) -> String {
    var result = ""
    var rest = text[...]
    while let open = rest.utf8.firstIndex(of: UInt8(ascii: "{")) {
      result += rest[..<open]
      rest = rest[open...]
      // One brace alone, or one before others, is text.
      let placeholder = name(in: rest)
      let end = placeholder?.end ?? rest.utf8.index(after: open)
      result += placeholder.flatMap { value($0.text) } ?? String(rest[..<end])
      rest = rest[end...]
    }
    return result + rest
  }

  /// The name between `{{args.` and `}}`, blanks around it dropped, and where the placeholder ends;
  /// `nil` if the text does not begin with one. Looks no further than the next brace.
  private static func name(in text: Substring) -> (text: String, end: Substring.Index)? {
    let bytes = text.utf8
    guard bytes.starts(with: "{{".utf8) else { return nil }
    var inner = bytes.dropFirst(2).prefix { !"{}".utf8.contains($0) }
    let after = bytes[inner.endIndex...]
    guard after.starts(with: "}}".utf8) else { return nil }
    let end = after.index(after.startIndex, offsetBy: 2)
    while inner.first == UInt8(ascii: " ") { inner = inner.dropFirst() }
    while inner.last == UInt8(ascii: " ") { inner = inner.dropLast() }
    guard inner.starts(with: "args.".utf8) else { return nil }
    return (String(Substring(inner.dropFirst(5))), end)
  }
}
