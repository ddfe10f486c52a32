/// Placeholders in the arguments of an experiment's analyses, filled in when a run is made.
public enum ExperimentArgument {
  /// A placeholder with no value.
  public struct Unresolved: Error, Equatable, Sendable, CustomStringConvertible {
    public var name: String

    public init(name: String) { self.name = name }

    public var description: String { "failed to resolve {{\(name)}}" }
  }

  /// The text with every `{{name}}` replaced.
  ///
  /// Names: `templates.<template>.podTemplateHash`, `templates.<template>.replicaset.name` for
  /// templates whose ReplicaSet exists, `experiment.availableAt` and `experiment.finishedAt` when
  /// known. Blanks inside the braces are ignored; an opening pair without its end stays as it is.
  public static func resolve(
    _ text: String, values: [String: String]
  ) throws(Unresolved) -> String {
    var result = ""
    var rest = text[...]
    while let open = start(of: "{{", in: rest) {
      let inner = rest[rest.index(open, offsetBy: 2)...]
      guard let close = start(of: "}}", in: inner) else { break }
      let name = trimmed(inner[..<close])
      guard let value = values[name] else { throw Unresolved(name: name) }
      result += rest[..<open] + value
      rest = inner[inner.index(close, offsetBy: 2)...]
    }
    return result + rest
  }

  /// The values an experiment offers.
  public static func values(
    sets: [String: ArgoReplicaSet], availableAt: String? = nil, finishedAt: String? = nil
  ) -> [String: String] {
    var values: [String: String] = [:]
    for (template, set) in sets {
      values["templates.\(template).podTemplateHash"] = set.hash
      values["templates.\(template).replicaset.name"] = set.name
    }
    values["experiment.availableAt"] = availableAt
    values["experiment.finishedAt"] = finishedAt
    return values
  }

  private static func start(of pair: String, in text: Substring) -> Substring.Index? {
    var index = text.startIndex
    while index < text.endIndex {
      if text[index...].hasPrefix(pair) { return index }
      index = text.index(after: index)
    }
    return nil
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
