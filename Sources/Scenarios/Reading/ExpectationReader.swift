import ArgoManifests
import RolloutCore

/// Reads what is expected of a step.
enum ExpectationReader {
  static func expectations(_ field: ScenarioField) -> [Expectation] {
    guard field.isWritten else { return [] }
    field.allow(ExpectedField.allCases.map(\.rawValue))
    let entries = field.entries()
    if field.isMapping, entries.isEmpty { field.refuse("expects nothing; leave it out") }
    return entries.compactMap { key, member in
      guard let known = ExpectedField(rawValue: key), let node = member.node,
        let expected = value(known, member)
      else { return nil }
      return Expectation(
        field: known, expected: expected, path: member.path, line: member.line, node: node)
    }
  }

  private static func value(_ field: ExpectedField, _ member: ScenarioField) -> ScenarioValue? {
    switch field.shape {
    case .list(let words):
      return list(member) { word($0, of: words) }
    case .revisions:
      return list(member, revision)
    case .contained:
      let texts = member.items().compactMap { $0.text(atMost: ScenarioLimits.textBytes) }
      if texts.isEmpty { member.refuse("must hold at least one text") }
      return .list(texts)
    case .text(let words):
      if isNone(member) { return .text(ExpectedField.none) }
      return word(member, of: words).map { .text($0) }
    case .revision:
      if isNone(member) { return .text(ExpectedField.none) }
      return revision(member).map { .text($0) }
    case .integer(let range):
      if isNone(member) { return .text(ExpectedField.none) }
      return member.integer(in: range).map { .text("\($0)") }
    case .duration:
      if isNone(member) { return .text(ExpectedField.none) }
      return member.duration().map { .text(DurationWriting.text($0)) }
    }
  }

  private static func isNone(_ field: ScenarioField) -> Bool {
    field.node?.content == .scalar(ExpectedField.none, .plain)
  }

  /// A list; `none` is the empty one. Unlike elsewhere one value is no list, since its place could
  /// not hold a longer one.
  private static func list(
    _ member: ScenarioField, _ read: (ScenarioField) -> String?
  ) -> ScenarioValue? {
    if isNone(member) { return .list([]) }
    guard member.isList else {
      member.refuse("must be a list; [] or none for an empty one")
      return nil
    }
    return .list(member.items().compactMap(read))
  }

  private static func word(_ field: ScenarioField, of words: [String]) -> String? {
    guard let text = field.text(atMost: ScenarioLimits.textBytes) else { return nil }
    guard words.isEmpty || words.contains(text) else {
      field.refuse("must be one of \(words.joined(separator: ", ")), is \(quoted(text))")
      return nil
    }
    return text
  }

  /// A release as it is, a number as `#3`: which release that is, only the run knows.
  private static func revision(_ field: ScenarioField) -> String? {
    switch field.revision() {
    case .release(let release): release.text
    case .number(let number): "#\(number)"
    case nil: nil
    }
  }
}
