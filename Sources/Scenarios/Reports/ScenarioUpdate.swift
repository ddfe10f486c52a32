/// Writes what came out over what was expected, line by line: comments, order, indentation and
/// everything else stay as they are.
public enum ScenarioUpdate {
  public struct Outcome: Equatable, Sendable {
    public var bytes: [UInt8]
    /// Expectations that were rewritten.
    public var rewritten: Int
    /// What was not, each with the reason.
    public var left: [Left]
  }

  public struct Left: Equatable, Sendable {
    public var failure: ScenarioFailure
    public var reason: String
  }

  /// Rewrites the expectations that failed.
  ///
  /// Rewritten are scalars on one line, lists in brackets on one line, lists of one item a line.
  /// Not rewritten are text over several lines, `events-contain` and `explanation-contains`, one
  /// expectation of clusters that differ, and whatever failed without an expectation.
  ///
  /// - Parameters:
  ///   - failures: of all scenarios of the file.
  ///   - bytes: the file as it was read for them.
  public static func apply(_ failures: [ScenarioFailure], to bytes: [UInt8]) -> Outcome {
    let mark = bytes.starts(with: ScenarioText.mark) ? ScenarioText.mark : []
    let text = String(decoding: bytes.dropFirst(mark.count), as: UTF8.self)
    var lines = ScenarioLines(text)
    var left: [Left] = []
    var writes: [[Int]: Write] = [:]
    for failure in failures {
      switch failure.edit {
      case .impossible(let reason): left.append(Left(failure: failure, reason: reason))
      case .write(let value, over: let node, let isNumber):
        let place = [node.line, node.column]
        if writes[place] == nil {
          writes[place] = Write(
            failure: failure, node: node, value: value, isNumber: isNumber)
        }
      }
    }
    var rewritten = 0
    // From the end, so that places before stay where they are.
    for (_, write) in writes.sorted(by: { $1.key.lexicographicallyPrecedes($0.key) }) {
      if lines.replace(write.node, with: write.value, isNumber: write.isNumber) {
        rewritten += 1
      } else {
        left.append(
          Left(failure: write.failure, reason: "it does not stand on one line for each value"))
      }
    }
    return Outcome(bytes: mark + Array(lines.text.utf8), rewritten: rewritten, left: left)
  }

  private struct Write {
    var failure: ScenarioFailure
    var node: ScenarioNode
    var value: ScenarioValue
    var isNumber: Bool
  }
}
