/// What one world shows, in words that can be compared.
struct Reading: Equatable, Sendable {
  private(set) var words: [Aspect: String] = [:]

  enum Aspect: String, CaseIterable, Sendable {
    case stable, desired, promoted, aborted
    case step, fast, pauses, runs
    case runsMade = "runs made"
    case weight
    case desiredPods = "pods of desired"
    case stablePods = "pods of stable"
    case kept = "pods kept"
    case active = "active service"
    case preview = "preview service"
    case late = "deadline exceeded"
    case phase, message
    /// State, reason and message; or that there is none.
    case progressing = "condition Progressing"
    case available = "condition Available"
    case healthy = "condition Healthy"
    case completed = "condition Completed"
    case paused = "condition Paused"
  }

  subscript(aspect: Aspect) -> String {
    get { words[aspect] ?? "" }
    set { words[aspect] = newValue }
  }

  /// State and reason of a condition.
  func reason(_ aspect: Aspect) -> Substring { self[aspect].prefix { $0 != ":" } }

  func differences(from other: Reading) -> Set<Aspect> {
    Set(Aspect.allCases.filter { self[$0] != other[$0] })
  }
}
