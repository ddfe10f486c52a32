/// The rule ids in the source of `Rule`, and those in the documentation, read as text so that this
/// target depends on nothing it judges.
enum SourceRules {
  /// Raw values of `enum Rule`, in order.
  static func ids(in source: String) -> [String] {
    guard let start = source.firstRange(of: "enum Rule:") else { return [] }
    var ids: [String] = []
    for line in source[start.upperBound...].split(separator: "\n") {
      if line.hasPrefix("}") { break }
      guard let cases = line.firstMatch(of: /^\s*case\s+(.+)$/) else { continue }
      for one in cases.1.split(separator: ",") {
        guard let match = one.firstMatch(of: /(\w+)(?:\s*=\s*"([^"]+)")?/) else { continue }
        ids.append(String(match.2 ?? match.1))
      }
    }
    return ids
  }

  /// The first cell of each table row, where it is code.
  static func documented(in page: String) -> [String] {
    page.split(separator: "\n").compactMap { line in
      line.firstMatch(of: /^\|\s*`([a-z0-9-]+)`\s*\|/).map { String($0.1) }
    }
  }
}
