import ArgoManifests
import RolloutCore

/// A place in a scenario: a value or its absence, with the path and line that a message names.
///
/// Whatever is wrong is refused into the log; the `nil` that comes back says nothing more.
struct ScenarioField {
  let file: String
  /// Empty for the document itself.
  let path: String
  let line: Int
  /// `nil` where the key is not there.
  let node: ScenarioNode?
  let log: IssueLog

  init(file: String, path: String, line: Int, node: ScenarioNode?, log: IssueLog) {
    self.file = file
    self.path = path
    self.line = line
    self.node = node
    self.log = log
  }

  var location: SourceLocation { SourceLocation(file: file, line: line) }
  var isWritten: Bool { node != nil }
  private var kind: String { node?.kind ?? "nothing" }

  func refuse(_ reason: String) {
    log.refuse(location, path.isEmpty ? "scenario" : path, reason)
  }

  // MARK: Mappings and lists

  /// Whether it is a mapping.
  var isMapping: Bool { if case .mapping = node?.content { true } else { false } }
  var isList: Bool { if case .sequence = node?.content { true } else { false } }

  subscript(_ key: String) -> ScenarioField {
    guard case .mapping(let entries) = node?.content,
      let entry = entries.first(where: { $0.key == key })
    else {
      return ScenarioField(file: file, path: path(to: key), line: line, node: nil, log: log)
    }
    return member(entry)
  }

  /// The members of a mapping in their order; refused if it is none, empty if absent.
  func entries() -> [(key: String, field: ScenarioField)] {
    guard let node else { return [] }
    guard case .mapping(let entries) = node.content else {
      refuse("must be a mapping, is \(kind)")
      return []
    }
    return entries.map { ($0.key, member($0)) }
  }

  /// Refuses members that are not known, and those with nothing behind the colon.
  func allow(_ known: [String]) {
    for (key, field) in entries() {
      if !known.contains(key) {
        field.refuse("is no known field; known are \(known.joined(separator: ", "))")
      } else if field.node?.isNull == true {
        field.refuse("is empty; give a value or leave it out")
      }
    }
  }

  /// The items of a list; one value that is no list counts as a list of one. Empty if absent.
  func items(atMost most: Int = ScenarioLimits.listItems) -> [ScenarioField] {
    guard let node, !node.isNull else { return [] }
    guard case .sequence(let nodes) = node.content else { return [self] }
    guard nodes.count <= most else {
      refuse("must have at most \(most) items, has \(nodes.count)")
      return []
    }
    return nodes.enumerated().map { index, node in
      ScenarioField(
        file: file, path: "\(path)[\(index)]", line: node.line, node: node, log: log)
    }
  }

  // MARK: Scalars

  /// Text of 1...`most` bytes; a plain number is refused unless `numbers`.
  func text(atMost most: Int, numbers: Bool = false) -> String? {
    guard let node else { return nil }
    guard case .scalar(let text, _) = node.content, !node.isNull else {
      refuse("must be text, is \(kind)")
      return nil
    }
    guard numbers || (node.bool == nil && node.integer == nil) else {
      refuse("must be text, is \(kind); put it in quotes")
      return nil
    }
    guard (1...most).contains(text.utf8.count) else {
      refuse("must have 1 to \(most) bytes, has \(text.utf8.count)")
      return nil
    }
    return text
  }

  func requiredText(atMost most: Int) -> String? {
    guard isWritten else {
      refuse("is missing")
      return nil
    }
    return text(atMost: most)
  }

  func integer(in range: ClosedRange<Int>) -> Int? {
    guard let node else { return nil }
    guard let value = node.integer else {
      refuse("must be a decimal integer, is \(kind)")
      return nil
    }
    guard let result = Int(exactly: value), range.contains(result) else {
      refuse("must be \(range.lowerBound) to \(range.upperBound), is \(value)")
      return nil
    }
    return result
  }

  func bool() -> Bool? {
    guard let node else { return nil }
    guard let value = node.bool else {
      refuse("must be true or false, is \(kind)")
      return nil
    }
    return value
  }

  /// One of a closed set of words.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type) -> Choice? {
    guard let text = text(atMost: 64) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    refuse("must be one of \(known), is \(quoted(text))")
    return nil
  }

  /// A duration such as `10m`, at most 36,500 days; `0s` too.
  func duration() -> Interval? {
    guard let text = text(atMost: 64) else { return nil }
    if text == "0s" { return Interval(microseconds: 0) }
    do {
      return try DurationText.parse(text, days: true)
    } catch {
      refuse(error.reason)
      return nil
    }
  }

  /// A release id; a plain number means the revision with that number.
  func revision() -> RevisionName? {
    guard let node else { return nil }
    if node.integer != nil {
      guard let number = integer(in: 1...Int(Int32.max)) else { return nil }
      return .number(RevisionNumber(UInt32(clamping: number)))
    }
    guard let text = text(atMost: 128) else { return nil }
    do {
      return .release(try ReleaseID(validating: text))
    } catch {
      refuse("\(error.rule), is \(quoted(text))")
      return nil
    }
  }

  private func member(_ entry: ScenarioNode.Entry) -> ScenarioField {
    ScenarioField(
      file: file, path: path(to: entry.key), line: entry.line, node: entry.value, log: log)
  }

  private func path(to key: String) -> String {
    let shown = printable(key, atMost: 80)
    return path.isEmpty ? shown : "\(path).\(shown)"
  }
}
