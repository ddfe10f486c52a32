import RolloutCore
import WindlassWire

/// The words that several renderings share.
enum Words {
  static func phase(_ phase: String) -> (mark: Style.Mark, word: String) {
    switch phase {
    case "healthy": (.good, "Healthy")
    case "progressing": (.progressing, "Progressing")
    case "paused": (.paused, "Paused")
    case "degraded": (.bad, "Degraded")
    case "empty": (.idle, "Empty")
    default: (.unknown, phase.isEmpty ? "Unknown" : SafeText.line(phase))
    }
  }

  /// For example `rollback (regular), inside the window, fast track`.
  static func classification(_ classification: Classification, track: Track? = nil) -> String {
    var parts: [String] = []
    switch classification.kind {
    case .initial: parts.append("first deployment")
    case .forward: parts.append("forward")
    case .returnToStable: parts.append("return to stable")
    case .rollback:
      parts.append("rollback (\(classification.rollback?.rollbackClass.rawValue ?? "regular"))")
    }
    if let rollback = classification.rollback {
      parts.append(window(rollback.answer.verdict))
      if rollback.insistsOnAnalysis { parts.append("analysis insisted on") }
    }
    parts.append("\((track ?? classification.track).rawValue) track")
    if classification.origin == .observed { parts.append("made outside Windlass") }
    return parts.joined(separator: ", ")
  }

  static func window(_ verdict: WindowAnswer.Verdict) -> String {
    switch verdict {
    case .inside: "inside the window"
    case .outsideByRevisions: "outside the window by revisions"
    case .outsideByDuration: "outside the window by duration"
    case .outsideByBoth: "outside the window by revisions and duration"
    case .noWindow: "no window is set"
    case .neverStableHere: "never stable here"
    case .neverRanHere: "never ran here"
    }
  }

  /// For example `3 revisions and 7 d, counting attempted (policy default)`.
  static func window(_ window: RollbackWindow?, source: String) -> String {
    guard let window else { return "none" }
    let limits = [
      window.revisions.map { "\($0) revision\($0 == 1 ? "" : "s")" },
      window.duration.map(\.text),
    ].compactMap { $0 }
    var text = limits.joined(separator: window.match == .any ? " or " : " and ")
    if window.revisions != nil { text += ", counting \(window.counting.rawValue)" }
    if !window.requireStable { text += ", never-stable targets allowed" }
    return source.isEmpty ? text : "\(text) (\(SafeText.line(source)))"
  }

  /// How an attempt ended, or `nil` while it runs.
  static func verdict(_ attempt: AttemptView) -> (mark: Style.Mark, word: String)? {
    guard let verdict = attempt.verdict else { return nil }
    let isRollback = attempt.classification.kind == .rollback
    return self.verdict(verdict, rolledBackTo: isRollback ? attempt.revision : nil)
  }

  static func verdict(
    _ verdict: Verdict, rolledBackTo revision: RevisionNumber? = nil
  ) -> (mark: Style.Mark, word: String) {
    switch verdict {
    case .promoted: (.good, revision.map { "Rolled back to \($0)" } ?? "Promoted")
    case .aborted: (.bad, "Aborted")
    case .withdrawn: (.warning, "Withdrawn")
    case .superseded: (.warning, "Superseded")
    }
  }

  /// Why it ended so, where there is more to say.
  static func cause(_ verdict: Verdict) -> String? {
    switch verdict {
    case .promoted, .withdrawn, .superseded: nil
    case .aborted(.person): "by a person"
    case .aborted(.analysis(let key, let message)):
      "\(run(key)) analysis failed" + (message.isEmpty ? "" : ": \(SafeText.line(message))")
    case .aborted(.deadline(let message)):
      "no progress within the deadline" + (message.isEmpty ? "" : ": \(SafeText.line(message))")
    }
  }

  static func warning(_ warning: Classification.Warning) -> String {
    switch warning {
    case .trafficAheadOfCapacity:
      "this controller may send all traffic to a target with a single ready pod "
        + "(argoproj/argo-rollouts#3941)"
    case .unknownController:
      "which controller runs there is not known, so its habits are not either"
    }
  }

  /// For example `4/5 pods available`.
  static func pods(_ pods: PodCounts.Pods) -> String {
    "\(pods.available)/\(pods.requested) available"
  }

  /// What a run proves, as a status: a word of ours, not the controller's.
  static func reading(_ reading: RunReading) -> (mark: Style.Mark, word: String) {
    switch reading {
    case .verified: (.good, "Verified")
    case .failed: (.bad, "Failed")
    case .inconclusive: (.unknown, "Inconclusive")
    case .skipped: (.warning, "Skipped")
    case .stopped: (.idle, "Stopped")
    case .vacuous: (.warning, "Vacuous")
    case .noData: (.warning, "No data")
    }
  }

  /// `background`, or `step 2` counted from 0 as manifests do.
  static func run(_ key: RunKey) -> String {
    var text = key.type.rawValue
    if let index = key.stepIndex { text += " \(index)" }
    if key.round > 1 { text += " round \(key.round)" }
    return text
  }

  static func requester(_ by: Requester) -> String {
    let principal = SafeText.line(by.principal)
    guard !by.claimedActor.isEmpty else { return principal }
    return "\(principal) for \(SafeText.line(by.claimedActor))"
  }

  /// An age as `kubectl` writes it: `45s`, `12m`, `3h`, `9d`.
  static func age(of moment: Timestamp, at now: Timestamp) -> String {
    let seconds = max(0, now.since(moment).microseconds / 1_000_000)
    switch seconds {
    case ..<120: return "\(seconds)s"
    case ..<7_200: return "\(seconds / 60)m"
    case ..<172_800: return "\(seconds / 3_600)h"
    default: return "\(seconds / 86_400)d"
    }
  }

  static func labels(_ labels: [ClusterSelector.Label]) -> String {
    labels.map { "\(SafeText.line($0.key))=\(SafeText.line($0.value))" }.joined(separator: ",")
  }
}
