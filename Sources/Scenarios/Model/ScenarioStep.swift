import ArgoManifests
import RolloutCore

/// One thing that happens, when, to whom, and what is expected then.
struct ScenarioStep: Equatable, Sendable {
  /// Counted from 1.
  var number: Int
  var location: SourceLocation
  var time: Time?
  /// `nil`: all clusters of the scenario.
  var clusters: [ClusterName]?
  var requester: Requester
  var action: Action
  /// For each cluster that the step is about.
  var expectations: [Expectation]
  /// For one cluster each, whether the step is about it or not.
  var clusterExpectations: [ClusterExpectations]

  struct ClusterExpectations: Equatable, Sendable {
    var cluster: ClusterName
    var expectations: [Expectation]
  }

  enum Time: Equatable, Sendable {
    /// Since the scenario began.
    case at(Interval)
    /// Since the step before ended.
    case after(Interval)
  }

  enum Action: Equatable, Sendable {
    /// Only time passes.
    case none
    // Commands.
    case apply([ReleaseID])
    case applyFiles([Scenario.ManifestPath])
    case start(RevisionName)
    case rollback(Rollback)
    /// What a rollback would be answered; changes nothing.
    case evaluate(Rollback)
    case promote, promoteFull, skipStep, pause, resume, abort, retry, undo, restart
    case requireAnalysis, escalate, verify, waiveVerification
    case hold(RevisionName)
    case release(RevisionName)
    case adopt(stable: RevisionName, history: [RevisionName])
    // Outcomes. Where no revision is named, the one that is desired is meant.
    case available(Report, RevisionName?)
    case weightApplied(Report, RevisionName?, weight: Int, verified: Bool?)
    case podsObserved(Report, RevisionName?, PodCounts)
    case servicesObserved(Report, active: RevisionName?, preview: RevisionName?)
    /// Every pod was made after the restart that was asked for.
    case restarted(Report)
    case runCreated(Report, RunName)
    case runFinished(Report, RunName, RunResult)
    case revisionObserved(Report, RevisionName?, podHash: String?, argoRevision: Int?)
    case changeObserved(Report, RevisionName, podHash: String?)
    // A whole cluster.
    case follow(until: Goal?, for: Interval?)
    case tick
  }

  struct Rollback: Equatable, Sendable {
    var target: RevisionName?
    var rollbackClass: RollbackClass
    var insistsOnAnalysis: Bool
  }

  /// Under which attempt a cluster reports.
  enum Report: Equatable, Sendable {
    /// The one whose directive it has: the running one, else the last.
    case current
    /// It saw something unasked.
    case unasked
    case attempt(AttemptNumber)
  }

  /// An AnalysisRun, by what it is for, by its name, or both.
  struct RunName: Equatable, Sendable {
    /// `nil` only where `name` is given.
    var key: RunKey?
    var name: String?
    var revision: RevisionName?
    var podHash: String?
  }

  /// Where `follow` stops.
  enum Goal: Equatable, Sendable {
    case paused
    /// The step with this index is the current one.
    case step(Int)
    /// All steps are done; the revision is not available yet.
    case fullScale
    /// A background run exists and goes on.
    case background

    var text: String {
      switch self {
      case .paused: "paused"
      case .step(let index): "step \(index)"
      case .fullScale: "full-scale"
      case .background: "background"
      }
    }
  }
}

extension ScenarioStep.Action {
  /// As the file calls it; what a refusal is recorded under.
  var name: String {
    switch self {
    case .none: "nothing"
    case .apply, .applyFiles: "apply"
    case .start: "start"
    case .rollback: "rollback"
    case .evaluate: "evaluate"
    case .promote: "promote"
    case .promoteFull: "promote-full"
    case .pause: "pause"
    case .resume: "resume"
    case .abort: "abort"
    case .retry: "retry"
    case .undo: "undo"
    case .restart: "restart"
    case .skipStep: "skip-step"
    case .requireAnalysis: "require-analysis"
    case .escalate: "escalate"
    case .verify: "run-verification"
    case .waiveVerification: "waive-verification"
    case .hold: "hold"
    case .release: "release"
    case .adopt: "adopt"
    case .available: "available"
    case .weightApplied: "weight-applied"
    case .podsObserved: "pods-observed"
    case .servicesObserved: "services-observed"
    case .restarted: "restarted"
    case .runCreated: "run-created"
    case .runFinished: "run-finished"
    case .revisionObserved: "revision-observed"
    case .changeObserved: "change-observed"
    case .follow: "follow"
    case .tick: "tick"
    }
  }

  static let names = [
    "apply", "start", "rollback", "evaluate", "promote", "promote-full", "pause", "resume", "abort",
    "retry", "undo", "restart", "skip-step", "require-analysis", "escalate", "run-verification",
    "waive-verification", "hold", "release", "adopt", "available", "weight-applied",
    "pods-observed", "services-observed", "restarted", "run-created", "run-finished",
    "revision-observed", "change-observed", "follow", "tick",
  ]
}
