import RolloutCore

/// One expected value, and where it is written.
struct Expectation: Equatable, Sendable {
  var field: ExpectedField
  var expected: ScenarioValue
  /// Path of the field, for messages: `expect.track`.
  var path: String
  /// Of the key.
  var line: Int
  var node: ScenarioNode
}

/// A value of a field, expected or actual.
enum ScenarioValue: Equatable, Sendable {
  case text(String)
  case list([String])

  var lines: [String] {
    switch self {
    case .text(let text): [text]
    case .list(let items): items
    }
  }
}

/// What can be expected of a step on a cluster. The raw value is the key in the file.
enum ExpectedField: String, CaseIterable, Sendable {
  // Of the command.
  case answer
  case rule
  // Of the attempt: the running one, else the last; of `evaluate`, the one it would be.
  case kind
  case origin
  case track
  case rollbackClass = "class"
  case rules
  case window
  case windowSource = "window-source"
  case between
  case attempt
  case verdict
  case cause
  case contract
  case violations
  // Of the rollout now.
  case phase
  case stable
  case desired
  case weight
  /// What the cluster should have: `3 desired, 2 stable`.
  case pods
  case active
  case preview
  case routes
  case step
  case runs
  case forbidden
  case nextTimer = "next-timer"
  // Of what this step did.
  case scheduled
  case cancelled
  case events
  case eventsContain = "events-contain"
  case explanationContains = "explanation-contains"
  case time
  // As users of Argo Rollouts read it.
  case argoPhase = "argo-phase"
  case argoMessage = "argo-message"
  // Of the classification.
  case warnings
  // What an emergency owes, and what is watched after a promotion.
  case owed
  case watched

  enum Shape: Equatable {
    /// One of these words, or any text where there are none.
    case text([String])
    case revision
    case integer(ClosedRange<Int>)
    case duration
    /// Exactly these, in this order.
    case list([String])
    case revisions
    /// Each is part of one of the actual lines.
    case contained
  }

  var shape: Shape {
    switch self {
    case .answer: .text(["allowed", "already-satisfied", "refused", "not-found"])
    case .rule: .text(Rule.allCases.map(\.rawValue))
    case .kind: .text(Classification.Kind.allCases.map(\.rawValue))
    case .origin: .text(Classification.Origin.allCases.map(\.rawValue))
    case .track: .text(Track.allCases.map(\.rawValue))
    case .rollbackClass: .text(RollbackClass.allCases.map(\.rawValue))
    case .rules: .list(Rule.allCases.map(\.rawValue))
    case .window: .text(WindowAnswer.Verdict.allCases.map(\.rawValue))
    case .windowSource: .text([])
    case .between: .revisions
    case .attempt: .integer(1...Int(UInt32.max))
    case .verdict: .text(["promoted", "aborted", "withdrawn", "superseded"])
    case .cause: .text([])
    case .contract: .text(["open", "kept", "violated"])
    case .violations: .list([])
    case .phase: .text(RolloutState.Phase.allCases.map(\.rawValue))
    case .stable, .desired, .active, .preview, .watched: .revision
    case .weight: .integer(0...1_000_000_000)
    case .pods: .text([])
    case .routes: .list([])
    case .argoPhase: .text(["Healthy", "Progressing", "Paused", "Degraded"])
    case .argoMessage: .text([])
    case .warnings: .list(Classification.Warning.allCases.map(\.rawValue))
    case .owed: .revisions
    case .step: .integer(0...1_000)
    case .runs, .scheduled, .cancelled: .list([])
    case .forbidden: .list(RunType.allCases.map(\.rawValue))
    case .nextTimer, .time: .duration
    case .events: .list([])
    case .eventsContain, .explanationContains: .contained
    }
  }

  /// What stands for "there is none"; every field but a list can have it.
  static let none = "none"
}
