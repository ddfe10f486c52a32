/// The value of an analysis argument.
///
/// A value that only the cluster knows stays a token, which the agent replaces when it measures:
///
/// | manifest | token |
/// | --- | --- |
/// | `podTemplateHashValue: Latest` or `Stable` | `${podTemplateHash.Latest}`, `...Stable}` |
/// | `fieldRef.fieldPath: metadata.labels['region']` | `${field.metadata.labels['region']}` |
/// | `secretKeyRef: {name: n, key: k}` | `${secret.n/k}` |
///
/// A literal that reads like a token is refused, so the two cannot be confused. A secret's content
/// never gets here.
enum ArgumentValue: Equatable {
  case literal(String)
  case token(String)

  var text: String {
    switch self {
    case .literal(let text), .token(let text): text
    }
  }

  private static let tokens = ["${podTemplateHash.", "${field.", "${secret."]

  /// What an argument of a rollout says; `nil` if it says nothing or was refused.
  static func ofRollout(_ argument: Field, _ log: ReadLog) -> Self? {
    read(argument, sources: ["podTemplateHashValue", "fieldRef"], log)
  }

  /// What an argument of a template says by itself; `nil` if it leaves the value to the rollout.
  static func ofTemplate(_ argument: Field, _ log: ReadLog) -> Self? {
    read(argument, sources: ["secretKeyRef", "fieldRef"], log)
  }

  private static func read(_ argument: Field, sources: [String], _ log: ReadLog) -> Self? {
    let (value, source) = (argument["value"], argument["valueFrom"])
    if !value.isAbsent && !source.isAbsent {
      log.refuse(argument, "must have value or valueFrom, not both")
      return nil
    }
    if !source.isAbsent { return token(source, sources: sources, log) }
    if value.content == .text("") { return .literal("") }
    guard let text = value.text(atMost: ManifestLimits.argumentBytes, log) else { return nil }
    guard !tokens.contains(where: { text.hasPrefix($0) }) else {
      log.refuse(value, "must not begin like a token (\(tokens.joined(separator: ", ")))")
      return nil
    }
    return .literal(text)
  }

  private static func token(_ source: Field, sources: [String], _ log: ReadLog) -> Self? {
    let given = source.entries(log).filter { !$0.field.isAbsent }
    guard given.count == 1, let (key, field) = given.first, sources.contains(key) else {
      if case .mapping = source.content {
        log.refuse(source, "must have one of \(sources.joined(separator: ", "))")
      }
      return nil
    }
    switch key {
    case "podTemplateHashValue":
      guard let which = field.text(atMost: 16, log) else { return nil }
      guard which == "Latest" || which == "Stable" else {
        log.refuse(field, "must be Latest or Stable, is \(quoted(which))")
        return nil
      }
      return .token("${podTemplateHash.\(which)}")
    case "fieldRef":
      let path = field["fieldPath"].requiredText(atMost: ManifestLimits.nameBytes, log)
      return path.map { .token("${field.\($0)}") }
    default:
      guard let name = field["name"].objectName(log),
        let key = field["key"].requiredText(atMost: ManifestLimits.nameBytes, log)
      else { return nil }
      return .token("${secret.\(name)/\(key)}")
    }
  }
}
