import ArgoManifests

extension ScenarioFailure {
  /// A readable difference: where, what, then `-` what was expected and `+` what was found. Lines
  /// that are the same on both sides stand unmarked.
  ///
  /// Holds text of the file and of its manifests; whoever prints it has to make that safe.
  public var text: String {
    var place = "\(location): step \(step), \(action)"
    if !cluster.isEmpty { place += " on \(cluster)" }
    var lines = ["\(place): \(field)"]
    lines += Self.difference(expected, actual).map { "  \($0)" }
    if !note.isEmpty { lines.append("  \(note)") }
    return lines.joined(separator: "\n")
  }

  /// Longest lists that are compared line by line; longer ones are shown one after the other.
  private static let comparedMax = 500

  static func difference(_ expected: [String], _ actual: [String]) -> [String] {
    if expected.isEmpty, actual.isEmpty { return [] }
    guard expected.count <= comparedMax, actual.count <= comparedMax,
      expected.count > 1
        || actual.count > 1
    else {
      return (expected.isEmpty ? ["- (nothing)"] : expected.map { "- \($0)" })
        + (actual.isEmpty ? ["+ (nothing)"] : actual.map { "+ \($0)" })
    }
    // Length of the longest common rest, for each pair of places.
    let width = actual.count + 1
    var common = [Int](repeating: 0, count: (expected.count + 1) * width)
    for i in expected.indices.reversed() {
      for j in actual.indices.reversed() {
        common[i * width + j] =
          expected[i] == actual[j]
          ? common[(i + 1) * width + j + 1] + 1
          : max(common[(i + 1) * width + j], common[i * width + j + 1])
      }
    }
    var lines: [String] = []
    var (i, j) = (0, 0)
    while i < expected.count || j < actual.count {
      if i < expected.count, j < actual.count, expected[i] == actual[j] {
        lines.append("  \(expected[i])")
        (i, j) = (i + 1, j + 1)
      } else if j >= actual.count
        || (i < expected.count && common[(i + 1) * width + j] >= common[i * width + j + 1])
      {
        lines.append("- \(expected[i])")
        i += 1
      } else {
        lines.append("+ \(actual[j])")
        j += 1
      }
    }
    return lines
  }
}
